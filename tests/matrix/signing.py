"""Who signed what: JSON with signatures, somebody's identity, devices as they are published."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vodozemac import Account, Ed25519PublicKey, Ed25519Signature

Json = dict[str, Any]


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").decode()


def canonical(value: Json) -> bytes:
    """What of it is signed, byte for byte."""
    bare = {name: part for name, part in value.items() if name not in ("signatures", "unsigned")}
    return json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def with_signature(value: Json, user: str, key: str, signature: str) -> Json:
    others = value.get("signatures", {})
    return {**value, "signatures": {**others, user: {**others.get(user, {}), key: signature}}}


def signed_by_device(value: Json, user: str, device: str, account: Account) -> Json:
    signature = account.sign(canonical(value)).to_base64()
    return with_signature(value, user, f"ed25519:{device}", signature)


def is_signed(value: Json, user: str, name: str, key: str) -> bool:
    """`name`: that of the signing key, a device's id or the key itself."""
    signature = value.get("signatures", {}).get(user, {}).get(f"ed25519:{name}")
    if signature is None:
        return False
    try:
        public = Ed25519PublicKey.from_base64(key)
        public.verify_signature(canonical(value), Ed25519Signature.from_base64(signature))
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Key:
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> str:
        return base64_of(self.secret.public_key().public_bytes_raw())

    def sign(self, value: Json, user: str) -> Json:
        signature = base64_of(self.secret.sign(canonical(value)))
        return with_signature(value, user, f"ed25519:{self.public}", signature)


@dataclass(frozen=True)
class Identity:
    """The three keys by which somebody vouches for devices."""

    user: str
    master: Key = field(default_factory=Key)
    self_signing: Key = field(default_factory=Key)
    user_signing: Key = field(default_factory=Key)

    def published(self) -> Json:
        return {
            "master_key": self._key(self.master, "master"),
            "self_signing_key": self._vouched(self.self_signing, "self_signing"),
            "user_signing_key": self._vouched(self.user_signing, "user_signing"),
        }

    def vouch(self, device_keys: Json) -> Json:
        return self.self_signing.sign(device_keys, self.user)

    def _vouched(self, key: Key, usage: str) -> Json:
        return self.master.sign(self._key(key, usage), self.user)

    def _key(self, key: Key, usage: str) -> Json:
        public = {f"ed25519:{key.public}": key.public}
        return {"user_id": self.user, "usage": [usage], "keys": public}


@dataclass(frozen=True, slots=True)
class Device:
    user: str
    id: str
    curve25519: str
    ed25519: str
    vouched: bool = field(compare=False)  # by its owner's identity


@dataclass(frozen=True, slots=True)
class Person:
    """What is published of somebody."""

    master: str | None
    devices: tuple[Device, ...]

    def device(self, curve25519: str) -> Device | None:
        return next((each for each in self.devices if each.curve25519 == curve25519), None)


def person(answer: Json, user: str) -> Person:
    """Out of the answer to /keys/query. A device that did not sign itself is none."""
    master = _key_of(answer, "master_keys", user)
    self_signing = _key_of(answer, "self_signing_keys", user)
    if master and self_signing:
        told = answer["self_signing_keys"][user]
        self_signing = self_signing if is_signed(told, user, master, master) else None
    found = answer.get("device_keys", {}).get(user, {})
    devices = [_device(keys, user, each, self_signing) for each, keys in found.items()]
    return Person(master, tuple(device for device in devices if device))


def _key_of(answer: Json, which: str, user: str) -> str | None:
    keys = answer.get(which, {}).get(user, {}).get("keys", {})
    return next(iter(keys.values()), None)


def _device(keys: Json, user: str, id: str, self_signing: str | None) -> Device | None:
    own, curve = keys["keys"][f"ed25519:{id}"], keys["keys"][f"curve25519:{id}"]
    same = (keys["user_id"], keys["device_id"]) == (user, id)
    if not same or not is_signed(keys, user, id, own):
        return None
    vouched = self_signing is not None and is_signed(keys, user, self_signing, self_signing)
    return Device(user, id, curve, own, vouched)
