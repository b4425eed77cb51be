"""Sealing to people rather than to this server: what browsers do by WebCrypto. Policy 5.1.3.

P-256, HKDF-SHA-256, AES-256-GCM and PBKDF2-SHA-256, byte for byte as `web/static/sealing.js`
(docs/decisions/0016-sealing.md). What is sealed is bound to a context, so that it opens nowhere
else. Nothing here can open anything by itself: private keys are made and kept in browsers.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

__all__ = [
    "InvalidTag",
    "Receipt",
    "close",
    "fingerprint",
    "is_public",
    "new_code",
    "new_key",
    "open_",
    "receipt",
    "seal",
    "split",
    "unseal",
]

CURVE = ec.SECP256R1()
PUBLIC = 65  # bytes of a public key: an uncompressed point
KEY, NONCE, TAG = 32, 12, 16  # bytes
ROUNDS = 600_000  # of PBKDF2-SHA-256
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is mistaken for another
CODE = 16  # of them: 80 bits
NAME = b"duly reporting 1|"


class Receipt:
    """What follows from a receipt code: a key to open with, and what shows that one has it."""

    def __init__(self, code: str, company: str) -> None:
        salt = f"duly receipt 1|{company}".encode()
        both = hashlib.pbkdf2_hmac("sha256", code.encode(), salt, ROUNDS, 2 * KEY)
        self.key, self.token = both[:KEY], both[KEY:]

    @property
    def known_by(self) -> str:
        """What the server keeps of it."""
        return hashlib.sha256(self.token).hexdigest()


def receipt(code: str, company: str) -> Receipt:
    """Slow on purpose: about a quarter of a second."""
    return Receipt(code, company)


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE))


def new_key() -> bytes:
    return secrets.token_bytes(KEY)


def split(key: bytes) -> tuple[bytes, bytes]:
    """Two halves of which neither says anything; together, by exclusive or, they are the key."""
    first = secrets.token_bytes(len(key))
    return first, bytes(a ^ b for a, b in zip(first, key, strict=True))


def close(key: bytes, body: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, body, context.encode())


def open_(key: bytes, closed: bytes, context: str) -> bytes:
    """Raises InvalidTag."""
    return AESGCM(key).decrypt(closed[:NONCE], closed[NONCE:], context.encode())


def seal(public: bytes, body: bytes, context: str) -> bytes:
    """For the owner of a public key alone: not even we can open it again."""
    once = ec.generate_private_key(CURVE)
    ours = once.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key, nonce = _agreed(once, public, ours + public, context)
    return ours + AESGCM(key).encrypt(nonce, body, context.encode())


def unseal(private: ec.EllipticCurvePrivateKey, sealed: bytes, context: str) -> bytes:
    """As a browser does; here for tests. Raises InvalidTag."""
    mine = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = sealed[:PUBLIC]
    key, nonce = _agreed(private, theirs, theirs + mine, context)
    return AESGCM(key).decrypt(nonce, sealed[PUBLIC:], context.encode())


def _agreed(
    private: ec.EllipticCurvePrivateKey, public: bytes, salt: bytes, context: str
) -> tuple[bytes, bytes]:
    """The key is used once, so its nonce may follow from the same secret."""
    other = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
    shared = private.exchange(ec.ECDH(), other)
    made = HKDF(SHA256(), KEY + NONCE, salt, NAME + context.encode()).derive(shared)
    return made[:KEY], made[KEY:]


def is_public(key: bytes) -> bool:
    if len(key) != PUBLIC:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key)
    except ValueError:
        return False
    return True


def fingerprint(public: bytes) -> str:
    """What two people compare: 96 bits, in groups."""
    text = hashlib.sha256(public).hexdigest()[:24].upper()
    return " ".join(text[at : at + 4] for at in range(0, 24, 4))
