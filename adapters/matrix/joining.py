"""Rooms that we are to enter, tried until we are in, or are told that we may not."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.matrix.calls import Calls, Refused, room_path
from adapters.matrix.known import Known
from adapters.matrix.slip import Slip, Unreadable, server_of
from bot.port import Cursor, Doubtful, Inbox, TryLater

LEAST, MOST = timedelta(seconds=2), timedelta(hours=1)  # before the next try, growing
GRACE = timedelta(minutes=10)  # in which whoever replaced a room can have us in

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Wanted:
    """`replaced`: the room that we come from, where nobody has invited us."""

    since: datetime
    again: datetime
    replaced: str = ""
    wait: timedelta = LEAST


@dataclass(slots=True)
class Joining:
    calls: Calls
    known: Known
    now: Callable[[], datetime]
    wanted: dict[str, Wanted] = field(default_factory=dict)

    async def remember(self, inbox: Inbox) -> None:
        for name, there in (await inbox.cursors(self._name(""))).items():
            if there:
                self._want(name.removeprefix(self._name("")))

    async def invited(self, inbox: Inbox, id: str, told: Slip) -> None:
        """Only people of our own homeserver can have us in."""
        if (by := _invitation(told, self.known.user)) is None:
            return
        if server_of(by.text("sender")) != self.known.realm:
            log.warning("an invitation from another homeserver is not followed")
            return
        await inbox.take([], Cursor(self._name(id), "1"))
        self._want(id)
        if by.at("content").flag("is_direct"):
            self.known.chats.add(id)

    def follow(self, room: str, successor: str) -> None:
        """Into the room that replaces one."""
        self.known.following.add(room)
        if successor not in self.wanted:
            self._want(successor, room)

    async def ended(self, inbox: Inbox, id: str) -> None:
        """We are in it, or the invitation was taken back."""
        if (wanted := self.wanted.pop(id, None)) is not None and not wanted.replaced:
            await inbox.take([], Cursor(self._name(id), ""))

    async def enter(self, inbox: Inbox) -> list[str]:
        """All for which it is time; returns the rooms whose successors keep us out for good."""
        shut: list[str] = []
        for id, wanted in list(self.wanted.items()):
            if wanted.again > self.now():
                continue
            if await self._may(id, wanted):
                continue
            await self.ended(inbox, id)
            if wanted.replaced:
                self.known.following.discard(wanted.replaced)
                shut.append(wanted.replaced)
        return shut

    def soon(self, most: float) -> float:
        """Seconds to the next try."""
        due = (each.again - self.now() for each in self.wanted.values())
        return min([most, *(max(1.0, each.total_seconds()) for each in due)])

    async def _may(self, id: str, wanted: Wanted) -> bool:
        """False: never."""
        wait = wanted.wait
        try:
            await self.calls.send("POST", room_path(id, "join"), {}, hurry=True)
        except TryLater as busy:
            wait = max(wait, busy.after)
        except Doubtful as doubt:
            log.warning("a room cannot be entered now: %s", doubt)
        except Refused as no:
            log.warning("a room cannot be entered: %s", no)
            if not wanted.replaced or self.now() - wanted.since >= GRACE:
                return False
        wanted.again = self.now() + wait
        wanted.wait = min(wanted.wait * 2, MOST)
        return True

    def _want(self, id: str, replaced: str = "") -> None:
        self.wanted[id] = Wanted(self.now(), self.now(), replaced)

    def _name(self, id: str) -> str:
        return f"matrix/{self.known.user}/invited/{id}"


def _invitation(told: Slip, us: str) -> Slip | None:
    for each in told.at("invite_state").all("events"):
        if each.text("type") == "m.room.member" and each.text("state_key") == us:
            try:
                each.user("sender")
            except Unreadable:
                continue
            return each
    return None
