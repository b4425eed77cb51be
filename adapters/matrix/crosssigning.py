"""Our identity across devices: three keys, of which one signs this device as ours.

matrix-nio has none of it, and clients that leave unsigned devices out would neither read us nor be
read by us.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.matrix.signing import Key, signs
from adapters.matrix.vault import Secrets
from adapters.matrix.wire import OK, UNAUTHORIZED, Wire
from adapters.slip import Slip
from bot.settings import Unusable

SEED = 32  # bytes
KEYS = "/_matrix/client/v3/keys"
PASSWORD = "m.login.password"
FIELDS = {  # of the answer to a query, by usage
    "master": "master_keys",
    "self_signing": "self_signing_keys",
    "user_signing": "user_signing_keys",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """The three keys of one user."""

    user: str
    master: Key
    self_signing: Key
    user_signing: Key

    def upload(self) -> dict[str, Any]:
        """The public halves; the other two are signed by the master key."""
        master = self._object("master", self.master)
        others = {
            f"{usage}_key": self._by(self.master, self._object(usage, key))
            for usage, key in (
                ("self_signing", self.self_signing),
                ("user_signing", self.user_signing),
            )
        }
        return {"master_key": master, **others}

    def signed(self, device: Mapping[str, Any]) -> dict[str, Any]:
        """A device as it is published, with our signature and no other."""
        bare = {
            name: value for name, value in device.items() if name not in ("signatures", "unsigned")
        }
        return self._by(self.self_signing, bare)

    def has_signed(self, device: Mapping[str, Any]) -> bool:
        name = f"ed25519:{self.self_signing.public}"
        signature = Slip(device).at("signatures", self.user).text(name)
        return signs(self.self_signing.public, signature, device)

    def is_published(self, told: Slip) -> bool:
        """Whether the server shows just these keys."""
        mine = {"master": self.master, "self_signing": self.self_signing}
        return all(public(told, self.user, usage) == key.public for usage, key in mine.items())

    def _object(self, usage: str, key: Key) -> dict[str, Any]:
        keys = {f"ed25519:{key.public}": key.public}
        return {"user_id": self.user, "usage": [usage], "keys": keys}

    def _by(self, key: Key, told: dict[str, Any]) -> dict[str, Any]:
        signature = {self.user: {f"ed25519:{key.public}": key.sign(told)}}
        return {**told, "signatures": signature}


def public(told: Slip, user: str, usage: str) -> str:
    """The key for this usage in the answer to a query; empty where there is none."""
    found = told.at(FIELDS[usage], user)
    keys = found.at("keys").data
    name, value = next(iter(keys.items()), ("", ""))
    fits = len(keys) == 1 and isinstance(value, str) and name == f"ed25519:{value}"
    return value if fits and usage in found.texts("usage") else ""


def identity(secrets: Secrets) -> Identity | None:
    """None where these secrets hold none yet."""
    if not secrets.master:
        return None
    seeds = (secrets.master, secrets.self_signing, secrets.user_signing)
    return Identity(secrets.user_id, *(Key(bytes.fromhex(each)) for each in seeds))


def with_identity(secrets: Secrets, random: Callable[[int], bytes]) -> Secrets:
    """The same with three new seeds."""
    return replace(
        secrets,
        master=random(SEED).hex(),
        self_signing=random(SEED).hex(),
        user_signing=random(SEED).hex(),
    )


async def query(wire: Wire, users: list[str]) -> Slip:
    """What the server shows of these users' keys, or nothing. Raises NoAnswer."""
    body: dict[str, Any] = {"device_keys": {user: [] for user in users}}
    answer = await wire.ask("POST", f"{KEYS}/query", body)
    return answer.slip if answer.ok else Slip({})


async def publish(wire: Wire, mine: Identity, password: str) -> None:
    """Put our identity there; the first one of an account needs no password on most servers.

    Raises NoAnswer, Unusable.
    """
    path, body = f"{KEYS}/device_signing/upload", mine.upload()
    answer = await wire.ask("POST", path, body)
    if answer.status == UNAUTHORIZED and password and asks_password(answer.slip):
        proof = {
            "type": PASSWORD,
            "identifier": {"type": "m.id.user", "user": mine.user},
            "password": password,
            "session": answer.slip.text("session"),
        }
        answer = await wire.ask("POST", path, {**body, "auth": proof})
    if answer.status == OK:
        return
    if answer.status == UNAUTHORIZED:
        raise Unusable(
            f"The homeserver wants a proof before {mine.user} may have cross-signing keys. Set "
            "MATRIX_PASSWORD for this one step, or allow the reset in the account's own pages, and "
            "run: ./duly matrix register"
        )
    raise Unusable(f"The homeserver refused the cross-signing keys: {answer.refused}.")


def asks_password(told: Slip) -> bool:
    """Whether one of the ways it offers is a password and nothing else."""
    return any(flow.texts("stages") == [PASSWORD] for flow in told.all("flows"))


async def sign(wire: Wire, mine: Identity, device_id: str, device: Mapping[str, Any]) -> None:
    """Raises NoAnswer, Unusable."""
    body = {mine.user: {device_id: mine.signed(device)}}
    answer = await wire.ask("POST", f"{KEYS}/signatures/upload", body)
    if not answer.ok or answer.slip.at("failures"):
        failure = answer.slip.at("failures", mine.user, device_id).text("errcode")
        raise Unusable(
            "The homeserver refused the signature of our device: "
            f"{failure or answer.refused or 'without a reason'}."
        )
