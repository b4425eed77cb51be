"""What one sync says, read into happenings: nothing of before we joined, and every gap named."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.matrix import inbound, rooms
from adapters.matrix.inbound import Ignored, Told
from adapters.matrix.known import Known, Room
from adapters.matrix.reading import Lacking, Opened, Refused
from adapters.matrix.slip import Slip, Unreadable, print_of
from adapters.matrix.trust import advice
from bot import logs
from bot.events import FileShared, Happening, MembershipChanged, Undecryptable
from bot.words import Say, say

log = logging.getLogger(__name__)

FILTER: Mapping[str, Any] = {
    "presence": {"not_types": ["*"]},
    "account_data": {"types": ["m.direct"]},
    "room": {
        "ephemeral": {"not_types": ["*"]},  # what was read is a hint only: nothing follows from it
        "account_data": {"not_types": ["*"]},
        "state": {"types": list(rooms.STATE), "lazy_load_members": False},
        "timeline": {"limit": 100},  # Synapse gives no more
    },
}


MOST = 500  # events kept that cannot be read yet
OPEN = frozenset(("m.room.redaction", "m.room.encrypted"))  # never within encryption
Opener = Callable[[str, Mapping[str, Any]], Opened | Lacking | Refused]  # room, event


class Forged(logs.Told):
    """Nobody can have said that: it is forged, repeated or broken."""


@dataclass(slots=True)
class Reader:
    """Reads the events of rooms, in order, and keeps what is known of rooms up to date."""

    known: Known
    open: Opener
    now: Callable[[], datetime]
    ignored: dict[str, int] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)  # the rooms of what cannot be read yet
    shut: dict[str, Slip] = field(default_factory=dict)  # it, as far as it came in this run
    files: dict[str, Told] = field(default_factory=dict)  # by message, what says where they are

    def shut_away(self, id: str, event: Slip) -> None:
        """So that the homeserver need not be asked for it: a few, for they may be large."""
        if len(self.shut) < MOST:
            self.shut[id] = event

    def room(self, id: str) -> Room:
        if id not in self.known.rooms:
            self.known.rooms[id] = Room(id)
        return self.known.rooms[id]

    def settle_in(self, id: str, events: Iterable[Slip]) -> Room:
        """The state of a room, where it stood before the timeline."""
        room = self.room(id)
        room.joined = True
        for each in events:
            rooms.apply(room, each)
        return room

    def state(self, room: Room, events: Iterable[Slip]) -> list[Happening]:
        """Who is in it, told anew: the same events are the same happenings."""
        return [one for each in events for one in self._read(each, room)]

    def timeline(self, room: Room, events: Iterable[Slip]) -> list[Happening]:
        """What happened, oldest first; state changes as we go."""
        found: list[Happening] = []
        for each in events:
            found += self._read(each, room)
            if "state_key" in each.data:
                rooms.apply(room, each)
        return found

    def _read(self, event: Slip, room: Room) -> Iterator[Happening]:
        try:
            told = self._told(event, room)
            found = inbound.read(told, room, self.known)
        except Forged as forged:
            log.warning("an encrypted event is not believed: %s", forged)
            found = Ignored(f"not believed: {forged}")
        except Unreadable:
            yield inbound.unread(event.data, self.known, self.now())
            return
        except Exception as error:  # a mistake of ours must not stop what comes after it
            log.error("an event could not be read: %s", type(error).__name__)
            yield inbound.unread(event.data, self.known, self.now())
            return
        if isinstance(found, Ignored):
            self.ignored[found.why] = self.ignored.get(found.why, 0) + 1
            return
        for each in found:
            if isinstance(each, MembershipChanged) and self.known.is_past(room.id):
                continue  # who leaves a room that was replaced is still in the one of today
            if isinstance(each, Undecryptable):
                self.sealed[each.message.id] = room.id
                self.shut_away(each.message.id, event)
            if isinstance(each, FileShared):
                self.files[each.message.id] = told
            yield each

    def _told(self, event: Slip, room: Room) -> Told:
        """Opened where it can be. Raises Forged for what nobody may believe."""
        at = min(event.stamp("origin_server_ts"), self.now())
        sealed = event.text("type") == "m.room.encrypted" and "state_key" not in event.data
        if not sealed or inbound.taken_back(event):
            return Told(event, at, doubt=in_the_clear() if room.encrypted else None)
        opened = self.open(room.id, event.data)
        if isinstance(opened, Refused):
            raise Forged(opened.reason)
        if isinstance(opened, Lacking):
            return Told(event, at)
        if opened.event["type"] in OPEN:
            raise Forged("what a homeserver has to see, it was not shown")
        return Told(Slip(opened.event), at, doubt=advice(opened.why) if opened.why else None)


def in_the_clear() -> Say:
    """Anybody at the homeserver could have put it there."""
    return say(
        "This room is encrypted, and what you asked of me came without encryption, so that I "
        "cannot tell who wrote it. Write it again with an app that encrypts."
    )


def came_in(event: Slip, us: str) -> bool:
    return _moved(event, us) and _is_in(event.at("content")) and not _was_in(event)


def went_out(event: Slip, us: str) -> bool:
    return _moved(event, us) and not _is_in(event.at("content")) and _was_in(event)


def while_in(events: Sequence[Slip], us: str, *, inside: bool) -> list[Slip]:
    """Only what was said while we were in the room; all of its state.

    `inside`: we are in it at the end of these events.
    """
    kept: list[Slip] = []
    for each in reversed(events):
        if inside or "state_key" in each.data:
            kept.append(each)
        inside = (inside and not came_in(each, us)) or went_out(each, us)
    return kept[::-1]


def _moved(event: Slip, us: str) -> bool:
    return event.text("type") == "m.room.member" and event.text("state_key") == us


def _is_in(content: Slip) -> bool:
    return content.text("membership") == "join"


def _was_in(event: Slip) -> bool:
    return _is_in(event.at("unsigned", "prev_content"))


def digest(room: Room, known: Known) -> str:
    """Of what the core is told of a room: of itself, and of who is in it."""
    told = sorted((who, name) for who, name in room.members.items() if who not in room.invited)
    return f"{print_of(repr(rooms.facts(room, known)))}:{print_of(told)}"


def for_crypto(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A sync without what people say: keys, devices, and who is in which room."""
    slip = Slip(raw)
    part: dict[str, Any] = {"join": {}, "invite": {}, "leave": {}}
    for id, room in slip.at("rooms", "join").data.items():
        here = Slip(room)
        timeline = here.at("timeline")
        state = [_sound(each) for each in timeline.all("events") if "state_key" in each.data]
        part["join"][id] = {
            "state": {"events": [_sound(each) for each in here.at("state").all("events")]},
            "timeline": {
                "events": state,
                "limited": timeline.flag("limited"),
                "prev_batch": timeline.text("prev_batch"),
            },
            "ephemeral": {"events": []},
            "account_data": {"events": []},
            "summary": {},
            "unread_notifications": {},
        }
    kept = ("device_lists", "device_one_time_keys_count", "to_device")
    found = {name: slip.data[name] for name in kept if name in slip.data}
    return {"next_batch": slip.text("next_batch"), "rooms": part, **found}


def _sound(event: Slip) -> Mapping[str, Any]:
    """nio passes over who left with a malformed reason, and would give them keys for ever."""
    content = event.at("content")
    if event.text("type") != "m.room.member":
        return event.data
    kept = {
        name: content.text(name) for name in ("membership", "displayname") if content.text(name)
    }
    return {**event.data, "content": kept, "unsigned": {}}
