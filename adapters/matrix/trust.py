"""Whose devices count: all of them, or those that their owner has signed with the key we know.

Who has a cross-signing identity is known by their master key, which is pinned when first seen. With
`signed`, a device without its owner's signature gets no room keys from us, and what it commands is
refused with what to do about it. That holds for people without an identity too: a homeserver can
give anybody another device, and only a signature tells theirs from such a one.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, assert_never

from adapters.matrix.crosssigning import FIELDS, public
from adapters.matrix.install import Trust
from adapters.matrix.signing import signs
from adapters.matrix.vault import Sealed
from adapters.slip import Slip
from bot.settings import Unusable
from bot.words import Code, Say, say


class Why(Enum):
    """A device does not count."""

    NO_IDENTITY = "no identity"  # its owner has no cross-signing at all
    UNSIGNED = "unsigned"  # its owner has, and has not signed this one
    CHANGED = "changed"  # its owner's identity is another than the one we know
    RESTORED = "restored"  # what it says was said before our device was restored


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the server shows of one person, as far as the signatures are right."""

    master: str = ""  # their master key; empty: they have none
    signed: frozenset[tuple[str, str]] = frozenset()  # device id and its ed25519 key


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    master: str
    since: str
    other: str = ""  # the master key that is shown instead, until somebody accepts it


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody's identity is not the one we knew: to be told to IT, once for each `key`."""

    user: str
    master: str  # the new one

    @property
    def key(self) -> str:
        return f"{self.user} {self.master}"


@dataclass(slots=True)
class Trusting:
    """The pinned identities, in a sealed file beside the secrets; it may be changed under us."""

    policy: Trust
    file: Sealed
    now: Callable[[], datetime]
    pins: dict[str, Pin] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)  # seen in this run
    _read: tuple[int, int] | None = None
    _told: set[str] = field(default_factory=set)

    def load(self) -> set[str]:
        """Whose pin has changed since we last read. Raises Unusable."""
        version = self.file.version()
        if version == self._read:
            return set()
        before, self.pins, self._read = self.pins, pinned(self.file), version
        users = self.pins.keys() | before.keys()
        return {user for user in users if self.pins.get(user) != before.get(user)}

    def hear(self, told: Slip, users: Iterable[str]) -> list[Changed]:
        """The answer to a query about these: whose identity is another, once in each run.

        Raises Unusable where it cannot be kept.
        """
        self.load()
        found, pins = list[Changed](), dict(self.pins)
        for user in users:
            standing = self.standings[user] = stand(told, user)
            pin = settled(pins.get(user), standing.master, self.now())
            if pin is not None:
                pins[user] = pin
                if pin.other == standing.master != "":
                    found.append(Changed(user, pin.other))
        if pins != self.pins:
            self._keep(pins)
        new = [each for each in found if each.key not in self._told]
        self._told.update(each.key for each in new)
        return new

    def pin(self, user: str, master: str) -> None:
        """As for ourselves, whose key we need not be shown. Raises Unusable."""
        pin = self.pins.get(user)
        if pin is None or pin.master != master:
            made = Pin(master=master, since=self.now().isoformat())
            self._keep({**self.pins, user: made})

    def is_known(self, user: str) -> bool:
        """Whether their keys were looked at in this run."""
        return user in self.standings

    def why_not(self, user: str, device: str, key: str) -> Why | None:
        """None: this device counts."""
        if self.policy == "all":
            return None
        standing, pin = self.standings.get(user, Standing()), self.pins.get(user)
        if not standing.master:
            return Why.NO_IDENTITY
        if pin is None or pin.master != standing.master:
            return Why.CHANGED
        return None if (device, key) in standing.signed else Why.UNSIGNED

    def _keep(self, pins: Mapping[str, Pin]) -> None:
        keep(self.file, pins)
        self.pins, self._read = dict(pins), self.file.version()


def settled(pin: Pin | None, shown: str, at: datetime) -> Pin | None:
    """The pin after this master key was shown; empty: none was."""
    if not shown:
        return pin
    if pin is None:
        return Pin(master=shown, since=at.isoformat())
    return replace(pin, other="" if shown == pin.master else shown)


def stand(told: Slip, user: str) -> Standing:
    """Nothing that is unsigned, or of somebody else, is believed."""
    master = public(told, user, "master") if _is_of(told, "master", user) else ""
    signing = public(told, user, "self_signing") if _is_of(told, "self_signing", user) else ""
    shown = told.at(FIELDS["self_signing"], user)
    if not master or not signing or not _by(master, user, shown.data):
        return Standing(master=master)
    devices = told.at("device_keys", user).data
    signed = [
        (id, key)
        for id, device in devices.items()
        if (key := own_key(device, user, id)) and _by(signing, user, device)
    ]
    return Standing(master=master, signed=frozenset(signed))


def own_key(device: object, user: str, id: str) -> str:
    """The ed25519 key with which this device signs itself; empty where anything does not fit."""
    found = Slip(device)
    key = found.at("keys").text(f"ed25519:{id}")
    fits = found.text("user_id") == user and found.text("device_id") == id
    signature = found.at("signatures", user).text(f"ed25519:{id}")
    return key if fits and key and signs(key, signature, found.data) else ""


def _is_of(told: Slip, usage: str, user: str) -> bool:
    return told.at(FIELDS[usage], user).text("user_id") == user


def _by(key: str, user: str, told: Mapping[str, Any]) -> bool:
    return signs(key, Slip(told).at("signatures", user).text(f"ed25519:{key}"), told)


def pinned(file: Sealed) -> dict[str, Pin]:
    """Raises Unusable."""
    body = file.read()
    try:
        told = json.loads(body) if body is not None else {}
        return {user: Pin(**pin) for user, pin in told.items()}
    except (ValueError, TypeError, AttributeError):
        raise Unusable(f"{file.file} was written by a newer Duly: update this one.") from None


def keep(file: Sealed, pins: Mapping[str, Pin]) -> None:
    """Raises Unusable."""
    told = {
        user: {"master": pin.master, "since": pin.since, "other": pin.other}
        for user, pin in pins.items()
    }
    file.write(json.dumps(told).encode())


def accepted(pins: Mapping[str, Pin], user: str, at: datetime) -> dict[str, Pin]:
    """The key that is shown now is the one we know from here on. Raises LookupError."""
    pin = pins[user]
    if not pin.other:
        raise LookupError(user)
    return {**pins, user: Pin(master=pin.other, since=at.isoformat())}


def fingerprint(key: str) -> str:
    """In groups of four, as clients show a key."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def alert(changed: Changed) -> Say:
    """For IT: what happened, how to find out, and what to type."""
    return say(
        "The cross-signing identity of {user} is another than before. They may have reset it, or "
        "somebody is posing as them. Ask them in person or by phone; only if they did it: "
        "{command}",
        user=Code(changed.user),
        command=Code(f"./duly matrix trust {changed.user}"),
    )


def advice(why: Why) -> Say:
    """For the person whose device does not count. It tells no secret: it may be sent in clear."""
    match why:
        case Why.NO_IDENTITY:
            return say(
                "I do not follow commands from your device yet, and it cannot read what I write "
                "in encrypted rooms: your account has no verified identity. In Element: Settings, "
                "Encryption, set up recovery; then write to me again."
            )
        case Why.UNSIGNED:
            return say(
                "I do not follow commands from this device yet, and it cannot read what I write "
                "in encrypted rooms: you have not verified it. In Element: Settings, Sessions, "
                "verify this session with another device or your recovery key; then write again."
            )
        case Why.CHANGED:
            return say(
                "Your account's identity has changed, so that I do not follow commands from your "
                "devices until IT has made sure that it was you. They have been told."
            )
        case Why.RESTORED:
            return say(
                "I cannot be sure that this was written just now. Please write it again in a "
                "moment, or in our direct chat."
            )
        case _:
            assert_never(why)
