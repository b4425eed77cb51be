"""A room that replaces another is the same place to us, where both say so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.matrix import inbound, keys, rooms
from adapters.matrix.known import Known, Room
from adapters.matrix.slip import Slip
from adapters.matrix.sync import Reader
from bot.events import Happening, MembershipChanged
from bot.port import Cursor, Inbox

LINKS = frozenset(("m.room.create", "m.room.tombstone"))


@dataclass(slots=True)
class Upgrades:
    known: Known
    reader: Reader
    _found: list[tuple[Room, Room]] = field(default_factory=list)  # old and new, not yet told

    def see(self, joined: Mapping[str, Any]) -> None:
        """Which rooms replace which, before any of them is read."""
        for id, told in joined.items():
            room, here = self.reader.room(id), Slip(told)
            for each in (*here.at("state").all("events"), *here.at("timeline").all("events")):
                if each.text("type") in LINKS and each.data.get("state_key") == "":
                    rooms.apply(room, each)
        for id in joined:
            room = self.known.rooms[id]
            for new in (room, self.known.rooms.get(room.successor)):
                if new is not None and (old := self._succeeded(new)) is not None:
                    self.known.goes_by(old.id, new.id)
                    self.known.following.discard(old.id)
                    self._found.append((old, new))

    async def tell(self, inbox: Inbox, at: datetime) -> None:
        """The place as it is now: who has not come along is in it no more."""
        while self._found:
            old, new = self._found[0]
            chain = " ".join(reversed(self.known.ever(new.id)[:-1]))
            cursor = Cursor(self._name(self.known.first[new.id]), chain)
            await inbox.take(list(self._moved(old, new, at)), cursor)
            del self._found[0]

    def _succeeded(self, new: Room) -> Room | None:
        """What it replaces. It cannot say so alone: anybody can make a room that does."""
        old = self.known.rooms.get(new.predecessor)
        if old is None or old.successor != new.id or new.id in self.known.first:
            return None
        return None if self.known.is_past(old.id) else old

    def _moved(self, old: Room, new: Room, at: datetime) -> Iterator[Happening]:
        yield inbound.place(new, self.known, at)
        for who in old.members:
            if who not in new.members or who in new.invited:
                yield MembershipChanged(
                    key=keys.told(self.known.realm, "stayed", f"{new.id}/{who}"),
                    at=at,
                    account=self.known.account(who),
                    place=self.known.place(new.id),
                    joined=False,
                )

    async def remember(self, inbox: Inbox) -> None:
        for name, chain in (await inbox.cursors(self._name(""))).items():
            for each in chain.split():
                self.known.goes_by(name.removeprefix(self._name("")), each)

    def _name(self, first: str) -> str:
        return f"matrix/{self.known.user}/id/{first}"
