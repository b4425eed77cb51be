// What the pages that seal and open share: building a page from words, talking to the server, files.
// Whatever a person typed is only ever set as text.
"use strict";

const $ = (wanted, within = document) => within.querySelector(wanted);
const $$ = (wanted, within = document) => [...within.querySelectorAll(wanted)];
const facts = JSON.parse($("#facts").textContent);
const w = facts.words;
const PADDED = 1024; // bytes: how long a text is shows only so roughly

const filled = (sentence, values) => Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, () => value), sentence);
const moment = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", ...(facts.zone && { timeZone: facts.zone }) }).format(new Date(at));

// An element: its attributes, and what is in it, texts or elements.
function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...inside.filter((each) => each !== null && each !== undefined && each !== false));
  return made;
}

function fault(place, why) {
  place.textContent = why || "";
  place.hidden = !why;
}

// Status 0: it did not get there. No cookie goes along, but for who signed in.
async function post(path, body, signedIn = false) {
  const answer = await fetch(facts.base + path + (signedIn ? "" : location.search), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: signedIn ? "same-origin" : "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
  }).catch(() => null);
  if (!answer) return { status: 0 };
  return { ...(await answer.json().catch(() => ({}))), status: answer.status };
}

function padded(said) {
  const text = Sealing.encode(JSON.stringify(said));
  const whole = new Uint8Array(Math.ceil(text.length / PADDED) * PADDED).fill(32);
  whole.set(text);
  return whole;
}

// A message and its files, sealed under a case's key. `side`: reporter or staff.
async function sealedParts(key, id, side, said, files, first) {
  const kept = [];
  for (const file of files) {
    kept.push({ id: Sealing.hex(Sealing.random(16)), name: file.name, size: file.size, body: new Uint8Array(await file.arrayBuffer()) });
  }
  const message = first || Sealing.hex(Sealing.random(16));
  const body = padded({ ...said, files: kept.map(({ id: file, name, size }) => ({ id: file, name, size })) });
  const parts = [{ id: message, kind: "message", body: Sealing.toText(await Sealing.close(key, body, `case/${id}/message/${message}/${side}`)) }];
  for (const each of kept) {
    parts.push({ id: each.id, kind: "file", body: Sealing.toText(await Sealing.close(key, each.body, `case/${id}/file/${each.id}/${side}`)) });
  }
  return parts;
}

async function openedPart(key, id, part) {
  return Sealing.open(key, Sealing.toBytes(part.body), `case/${id}/${part.kind}/${part.id}/${part.side}`);
}

// What somebody said, or null where it was changed.
async function openedSaid(key, id, part) {
  try {
    return JSON.parse(Sealing.decode(await openedPart(key, id, part)));
  } catch { return null; }
}

// What is wrong with the files of a form, if anything.
function wrongFiles(files) {
  const size = [...files].reduce((sum, each) => sum + each.size, 0);
  if (files.length > (facts.parts || 8)) return filled(w.too_many, { n: facts.parts || 8 });
  return size > facts.files ? filled(w.too_large, { mb: megabytes() }) : "";
}
const megabytes = () => Math.floor(facts.files / 1e6);
for (const each of $$("[data-size]")) each.textContent = filled(w.files_hint, { mb: megabytes() });

function offer(name, body) {
  const address = URL.createObjectURL(new Blob([body], { type: "application/octet-stream" }));
  const link = make("a", { href: address, download: name.replace(/[\\/:*?"<>|\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "_").slice(0, 120) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// One message of a case, with its files. `fetched`: where a file comes from.
function article(who, at, said, fetched) {
  const inside = said ? [make("blockquote", { dir: "auto" }, said.text || "")] : [make("p", { class: "fault" }, w.unreadable)];
  for (const file of said?.files || []) {
    const button = make("button", { type: "button", onclick: async () => {
      button.disabled = true;
      const body = await fetched(file.id).catch(() => null);
      button.disabled = false;
      if (body) offer(file.name, body); else button.replaceWith(make("span", { class: "fault" }, w.unreadable));
    } }, `${w.download}: `, make("bdi", {}, file.name));
    inside.push(make("div", { class: "buttons" }, button));
  }
  return make("article", { class: "sheet said" }, make("p", { class: "why" }, make("b", {}, who), ` · ${moment(at)}`), ...inside);
}

function facts_of(list, pairs) {
  list.replaceChildren(...pairs.filter(([, value]) => value).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", { dir: "auto" }, value))));
  return list;
}

// How names are compared, and what stands for them on a page that anybody can load.
const spelt = (name) => name.normalize("NFKC").toLowerCase().split(/\s+/u).filter(Boolean).join(" ");
async function nameTag(company, name) {
  return Sealing.toText((await Sealing.sha256(Sealing.encode(`duly near 1|${company}|${spelt(name)}`))).subarray(0, 12));
}
const namesIn = (typed) => typed.split(/[\n,;，、；]/u).map((each) => each.trim()).filter(Boolean);
