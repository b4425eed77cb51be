"""Files in encrypted rooms: AES-256-CTR with a key of each its own, which its message tells."""

import base64
import hashlib
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from tests.matrix.signing import base64_of

Json = dict[str, Any]


def seal(data: bytes) -> tuple[bytes, Json]:
    """What is uploaded, and the message's `file` without its `url`."""
    key, start = token_bytes(32), token_bytes(8) + bytes(8)
    sealed = _applied(key, start, data)
    secret = base64.urlsafe_b64encode(key).rstrip(b"=").decode()
    jwk = {"kty": "oct", "alg": "A256CTR", "ext": True, "key_ops": ["encrypt", "decrypt"]}
    hashes = {"sha256": base64_of(hashlib.sha256(sealed).digest())}
    return sealed, {
        "v": "v2",
        "key": {**jwk, "k": secret},
        "iv": base64_of(start),
        "hashes": hashes,
    }


def unseal(sealed: bytes, file: Json) -> bytes:
    assert file["v"] == "v2"
    assert base64_of(hashlib.sha256(sealed).digest()) == file["hashes"]["sha256"].rstrip("=")
    key = base64.urlsafe_b64decode(file["key"]["k"] + "==")
    return _applied(key, base64.b64decode(file["iv"] + "=="), sealed)


def _applied(key: bytes, start: bytes, data: bytes) -> bytes:
    cipher = Cipher(AES(key), CTR(start)).encryptor()
    return cipher.update(data) + cipher.finalize()
