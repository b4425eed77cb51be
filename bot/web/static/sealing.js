// Sealing in the browser. Byte for byte as bot/sealing.py; docs/decisions/0016-sealing.md says why.
// No library: P-256, HKDF-SHA-256, AES-256-GCM and PBKDF2-SHA-256 of WebCrypto.
"use strict";

const Sealing = (() => {
  const subtle = globalThis.crypto?.subtle;
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const PUBLIC = 65, KEY = 32, NONCE = 12, ROUNDS = 600000;
  const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", CODE = 16;
  const text = new TextEncoder(), words = new TextDecoder();

  const random = (count) => crypto.getRandomValues(new Uint8Array(count));
  const hex = (bytes) => [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  const join = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
    let at = 0;
    for (const each of parts) { whole.set(each, at); at += each.length; }
    return whole;
  };
  const xor = (one, other) => one.map((each, at) => each ^ other[at]);
  const toText = (bytes) => {
    let raw = "";
    for (let at = 0; at < bytes.length; at += 8192) raw += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const toBytes = (encoded) => Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  const sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));

  const aes = (key, use) => subtle.importKey("raw", key, "AES-GCM", false, [use]);
  const gcm = (nonce, context) => ({ name: "AES-GCM", iv: nonce, additionalData: text.encode(context) });

  async function close(key, body, context) {
    const nonce = random(NONCE);
    return join(nonce, new Uint8Array(await subtle.encrypt(gcm(nonce, context), await aes(key, "encrypt"), body)));
  }

  async function open(key, closed, context) {
    const opened = await subtle.decrypt(gcm(closed.subarray(0, NONCE), context), await aes(key, "decrypt"), closed.subarray(NONCE));
    return new Uint8Array(opened);
  }

  const publicKey = (raw) => subtle.importKey("raw", raw, CURVE, true, []);

  async function agreed(privateKey, theirs, salt, context) {
    const shared = await subtle.deriveBits({ name: "ECDH", public: await publicKey(theirs) }, privateKey, 256);
    const secret = await subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
    const info = text.encode(`duly reporting 1|${context}`);
    const made = new Uint8Array(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, secret, 8 * (KEY + NONCE)));
    return { key: made.subarray(0, KEY), nonce: made.subarray(KEY) };
  }

  // For the owner of a public key alone.
  async function seal(theirs, body, context) {
    const once = await subtle.generateKey(CURVE, true, ["deriveBits"]);
    const ours = new Uint8Array(await subtle.exportKey("raw", once.publicKey));
    const { key, nonce } = await agreed(once.privateKey, theirs, join(ours, theirs), context);
    return join(ours, new Uint8Array(await subtle.encrypt(gcm(nonce, context), await aes(key, "encrypt"), body)));
  }

  async function unseal(pair, sealed, context) {
    const theirs = sealed.subarray(0, PUBLIC);
    const { key, nonce } = await agreed(pair.private, theirs, join(theirs, pair.public), context);
    return new Uint8Array(await subtle.decrypt(gcm(nonce, context), await aes(key, "decrypt"), sealed.subarray(PUBLIC)));
  }

  async function stretched(secret, salt, rounds, bytes) {
    const base = await subtle.importKey("raw", text.encode(secret), "PBKDF2", false, ["deriveBits"]);
    return new Uint8Array(await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, base, 8 * bytes));
  }

  // A receipt code: easy to read aloud, and what follows from it.
  const newCode = () => [...random(CODE)].map((each) => LETTERS[each % 32]).join("");
  const grouped = (code) => code.match(/.{1,4}/g).join("-");
  const codeIn = (typed) => {
    const plain = typed.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
    return plain.length === CODE && [...plain].every((each) => LETTERS.includes(each)) ? plain : null;
  };
  async function receipt(code, company) {
    const both = await stretched(code, text.encode(`duly receipt 1|${company}`), ROUNDS, 2 * KEY);
    return { key: both.subarray(0, KEY), token: both.subarray(KEY), knownBy: hex(await sha256(both.subarray(KEY))) };
  }

  // A pair of keys, and the private one as it is kept: under a passphrase that stays here.
  async function newPair() {
    const made = await subtle.generateKey(CURVE, true, ["deriveBits"]);
    return {
      private: made.privateKey,
      public: new Uint8Array(await subtle.exportKey("raw", made.publicKey)),
      secret: new Uint8Array(await subtle.exportKey("pkcs8", made.privateKey)),
    };
  }
  async function pairOf(secret, publicRaw) {
    const found = await subtle.importKey("pkcs8", secret, CURVE, false, ["deriveBits"]);
    return { private: found, public: publicRaw };
  }
  const phrase = (typed) => typed.normalize("NFKC").trim();
  async function wrap(pair, typed) {
    const salt = random(16);
    const key = await stretched(phrase(typed), salt, ROUNDS, KEY);
    return { salt, rounds: ROUNDS, wrapped: await close(key, pair.secret, `private|${hex(pair.public)}`) };
  }
  async function unwrap(kept, typed) {
    const key = await stretched(phrase(typed), kept.salt, kept.rounds, KEY);
    return pairOf(await open(key, kept.wrapped, `private|${hex(kept.public)}`), kept.public);
  }

  async function fingerprint(publicRaw) {
    return hex((await sha256(publicRaw)).subarray(0, 12)).toUpperCase().match(/.{4}/g).join(" ");
  }

  // A half of the recovery key on paper: letters in groups, with a check at the end.
  async function onPaper(half) {
    const whole = join(half, (await sha256(half)).subarray(0, 2));
    let bits = 0, held = 0, found = "";
    for (const each of whole) {
      held = (held << 8) | each; bits += 8;
      while (bits >= 5) { bits -= 5; found += LETTERS[(held >> bits) & 31]; held &= (1 << bits) - 1; }
    }
    if (bits) found += LETTERS[(held << (5 - bits)) & 31];
    return grouped(found);
  }
  async function fromPaper(typed) {
    const plain = typed.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
    let bits = 0, held = 0;
    const bytes = [];
    for (const each of plain) {
      const value = LETTERS.indexOf(each);
      if (value < 0) return null;
      held = (held << 5) | value; bits += 5;
      if (bits >= 8) { bits -= 8; bytes.push((held >> bits) & 255); held &= (1 << bits) - 1; }
    }
    if (bytes.length < 3) return null;
    const half = Uint8Array.from(bytes.slice(0, -2)), check = (await sha256(half)).subarray(0, 2);
    return check[0] === bytes.at(-2) && check[1] === bytes.at(-1) ? half : null;
  }

  return {
    able: Boolean(subtle), KEY, random, hex, join, xor, toText, toBytes, sha256, close, open, seal, unseal,
    newCode, grouped, codeIn, receipt, newPair, pairOf, wrap, unwrap, fingerprint, onPaper, fromPaper,
    encode: (value) => text.encode(value), decode: (bytes) => words.decode(bytes),
  };
})();
