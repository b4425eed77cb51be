"""Ed25519 signatures over JSON objects, as Matrix makes them."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

UNSIGNED = ("signatures", "unsigned")  # the fields that no signature covers


class Key:
    """A pair of keys, made from a seed of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = encode(self._private.public_key().public_bytes_raw())

    def sign(self, told: Mapping[str, Any]) -> str:
        return encode(self._private.sign(canonical(told)))


def signs(public: str, signature: str, told: Mapping[str, Any]) -> bool:
    """Whether the owner of this public key has signed this."""
    try:
        key = Ed25519PublicKey.from_public_bytes(decode(public))
        key.verify(decode(signature), canonical(told))
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical(told: Mapping[str, Any]) -> bytes:
    """Raises ValueError for what cannot be written so."""
    bare = {name: value for name, value in told.items() if name not in UNSIGNED}
    text = json.dumps(
        bare, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
    )
    return text.encode()


def encode(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
