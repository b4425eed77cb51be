"""What a homeserver is made of: accounts, devices, events, and what it answers no with."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

STAYS: dict[str, tuple[str, ...]] = {  # of the content of what was redacted
    "m.room.member": ("membership",),
    "m.room.join_rules": ("join_rule",),
    "m.room.history_visibility": ("history_visibility",),
}
CREATE = "m.room.create"  # by its hash a room is known, since version 12
OLD = ("age", "prev_content", "replaces_state", "redacted_because")  # as clients once read them


class No(Exception):
    """The server refuses. `fault`: whoever asked does not know how to ask."""

    def __init__(
        self, status: int, code: str, error: str, *, fault: bool = False, **more: Any
    ) -> None:
        super().__init__(f"{status} {code}: {error}")
        self.status, self.fault = status, fault
        self.answer: Json = {"errcode": code, "error": error, **more}


@dataclass(eq=False, slots=True)
class Event:
    """Its id, room, place and time are given to it when it happens."""

    sender: str
    type: str
    content: Json
    key: str | None = None  # of the state that it is
    id: str = ""
    room: str = ""
    at: int = 0  # milliseconds
    position: int = 0  # in all that happened on the server
    before: "Event | None" = None  # the state that it replaced
    sent: tuple[str, str] = ("", "")  # by which device, in which transaction
    redacts: str = ""
    gone: "Event | None" = None  # the redaction that took it back
    was: Json = field(default_factory=dict)  # its content before that: told to nobody

    @property
    def membership(self) -> str:
        return str(self.content.get("membership", ""))

    @property
    def relation(self) -> Json:
        found = self.content.get("m.relates_to")
        return found if isinstance(found, dict) else {}

    def redact(self, by: "Event") -> None:
        kept = STAYS.get(self.type, ())
        self.was = self.was or self.content
        self.content = {name: self.content[name] for name in kept if name in self.content}
        self.gone = by

    def told(self, device: "Device", now: int, *, sync: bool = False, bare: bool = False) -> Json:
        """As a client is told of it: in a sync without its room. `bare`: without who we were."""
        told: Json = {
            "type": self.type,
            "sender": self.sender,
            "content": self.content,
            "event_id": self.id,
            "origin_server_ts": self.at,
            "unsigned": self._unsigned(device, now, sync=sync, bare=bare),
        }
        told |= {"state_key": self.key} if self.key is not None else {}
        told |= {"redacts": self.redacts} if self.redacts else {}
        if sync:
            return told | (
                {"room_id": self.room} if self.type == CREATE and ":" not in self.room else {}
            )
        old = {name: told["unsigned"][name] for name in OLD if name in told["unsigned"]}
        return {**told, **old, "room_id": self.room, "user_id": self.sender}

    def _unsigned(self, device: "Device", now: int, *, sync: bool, bare: bool) -> Json:
        told: Json = {"age": now - self.at} | ({} if bare else {"membership": "join"})
        if self.sent[1] and self.sent[0] == device.key:
            told["transaction_id"] = self.sent[1]
        if self.before is not None:
            told |= {"prev_content": self.before.content, "prev_sender": self.before.sender}
            told["replaces_state"] = self.before.id
        if self.gone is not None:
            because = self.gone.told(device, now, sync=sync, bare=True)
            told |= {"redacted_by": self.gone.id, "redacted_because": because}
        return told

    def stripped(self) -> Json:
        return {
            "type": self.type,
            "sender": self.sender,
            "content": self.content,
            "state_key": self.key,
        }


@dataclass(eq=False, slots=True)
class Device:
    """One of an account's, with its token and what others put down for it."""

    user: str
    id: str
    token: str
    name: str = ""
    post: list[tuple[int, Json]] = field(default_factory=list)  # to it alone, by position
    keys: Json = field(default_factory=dict)
    once: Json = field(default_factory=dict)  # keys for one use
    fallback: Json = field(default_factory=dict)
    used: set[str] = field(default_factory=set)  # fallback keys that were given away

    @property
    def key(self) -> str:
        return f"{self.user}/{self.id}"


@dataclass(eq=False, slots=True)
class Account:
    id: str
    name: str
    password: str
    displayname: str
    data: dict[str, tuple[int, Json]] = field(default_factory=dict)  # by type, with its position
    crossed: dict[str, Json] = field(default_factory=dict)  # keys for cross-signing, by use
