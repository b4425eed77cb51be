"""Fills what was said while nobody listened: from Slack's history, through the same journal.

Every message has the key it has in the events, so what came twice is kept once. What cannot be
filled is a known gap.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.slack import keys, messages
from adapters.slack.calls import Calls, Refused
from adapters.slack.inbound import unread
from adapters.slack.known import Known
from adapters.slack.messages import Ignored
from adapters.slack.slip import Slip, Unreadable, moment
from bot.events import CoverageLost, Happening
from bot.port import Cursor, Inbox

OVERLAP = timedelta(minutes=5)  # Slack tries a delivery again for about as long
THREADS = timedelta(days=7)  # how old a message may be whose thread is looked into
WINDOW = timedelta(days=1)  # asked for at a time, so that it can be put into order
VANISHED = frozenset(("thread_not_found", "message_not_found"))  # since it was listed

log = logging.getLogger(__name__)


@dataclass(slots=True)
class History:
    calls: Calls
    known: Known
    now: Callable[[], datetime]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # to write down where gaps begin

    def gap(self, id: str, since: datetime) -> Cursor:
        """A room that is not filled yet from then on."""
        return Cursor(f"{self._prefix()}{id}", f"{since.timestamp():.6f}")

    def filled(self, id: str) -> Cursor:
        return Cursor(f"{self._prefix()}{id}", "")

    async def open_gaps(self, inbox: Inbox) -> dict[str, datetime]:
        """By room, from when on it has to be filled."""
        found = await inbox.cursors(self._prefix())
        begin = len(self._prefix())
        return {name[begin:]: moment(at) for name, at in found.items() if at}

    async def begin(self, inbox: Inbox, since: datetime, rooms: Iterable[str]) -> None:
        """From `since` on something may be missing in these rooms; an older gap stays.

        Whoever fills one just now sees by the count that there may be more to it.
        """
        async with self._turn:
            count = int(await inbox.cursor(self._count()) or 0)
            await inbox.take([], Cursor(self._count(), str(count + 1)))
            there = await self.open_gaps(inbox)
            for id in rooms:
                if id not in there or there[id] > since:
                    await inbox.take([], self.gap(id, since))

    async def fill(self, inbox: Inbox, id: str, since: datetime) -> bool:
        """False: it cannot be filled, which is told. Raises TryLater.

        Where more is missed meanwhile, the gap stays, and is filled the next time.
        """
        count = await inbox.cursor(self._count())
        until, start = self.now(), since - OVERLAP
        try:
            await self._threads(inbox, id, start)
            while start < until:
                end = min(start + WINDOW, until)
                said = await self._said(id, start, end)
                if not await self._went_on(inbox, said, self.gap(id, end), count):
                    return True
                start = end
        except Refused as no:
            log.warning("a gap in %s cannot be filled: %s", id, no.code)
            await self._went_on(inbox, [self._lost(id, since, until)], self.filled(id), count)
            return False
        await self._went_on(inbox, [], self.filled(id), count)
        return True

    async def _went_on(
        self, inbox: Inbox, said: Sequence[Happening], to: Cursor, count: str | None
    ) -> bool:
        """False: since we began, something was told to be missing; the gap stays where it is."""
        async with self._turn:
            same = await inbox.cursor(self._count()) == count
            await inbox.take(said, to if same else None)
            return same

    async def _said(self, id: str, start: datetime, end: datetime) -> list[Happening]:
        found: list[Slip] = []
        span = {"oldest": f"{start.timestamp():.6f}", "latest": f"{end.timestamp():.6f}"}
        history = self.calls.pages(
            "conversations.history",
            "messages",
            channel=id,
            inclusive="true",
            include_all_metadata="true",
            **span,
        )
        async for each in history:
            found.append(each)
        return list(self._read(id, reversed(found)))

    async def _threads(self, inbox: Inbox, id: str, start: datetime) -> None:
        """Replies under messages that are older than the gap, or lie in it."""
        span = {"oldest": f"{(start - THREADS).timestamp():.6f}"}
        listed = self.calls.pages("conversations.history", "messages", channel=id, **span)
        roots = [each async for each in listed if self._goes_on(each, start)]
        for root in reversed(roots):
            said = await self._replies(id, root, start)
            if moment(root.text("ts")) >= start:
                said.insert(0, root)
            await inbox.take(list(self._read(id, said)))

    async def _replies(self, id: str, root: Slip, start: datetime) -> list[Slip]:
        """None, where somebody has deleted it meanwhile."""
        replies = self.calls.pages(
            "conversations.replies",
            "messages",
            channel=id,
            ts=root.text("ts"),
            oldest=f"{start.timestamp():.6f}",
            include_all_metadata="true",
        )
        try:
            return [each async for each in replies if each.text("ts") != root.text("ts")]
        except Refused as no:
            if no.code not in VANISHED:
                raise
            return []

    def _goes_on(self, root: Slip, start: datetime) -> bool:
        """Something was said in its thread since, or Slack does not say when it was."""
        try:
            return moment(root.stamp("latest_reply")) >= start
        except Unreadable:
            return root.number("reply_count") > 0 or root.text("thread_ts") == root.text("ts")

    def _read(self, id: str, said: Iterable[Slip]) -> Iterator[Happening]:
        for each in said:
            whole = Slip({**each.data, "channel": id})
            try:
                yield from self._told(whole, id)
            except (Unreadable, ValueError, OverflowError):
                yield unread(dict(whole.data), self.known, self.now())

    def _told(self, said: Slip, id: str) -> list[Happening]:
        found = messages.message(said, self.known)
        if isinstance(found, Ignored):
            return []
        when = said.at("edited").text("ts")
        if not when or self.known.is_us(said.text("user"), said.text("bot_id")):
            return list(found)
        return [*found, messages.edit_of(said, self.known, id, when)]

    def _lost(self, id: str, since: datetime, until: datetime) -> CoverageLost:
        key = keys.told(self.known.team, "gap", f"{id}/{since.timestamp():.0f}")
        return CoverageLost(key=key, at=until, place=self.known.place(id), since=since)

    def _count(self) -> str:
        """How often something was told to be missing, in whatever process."""
        return f"slack/{self.known.team}/missed"

    def _prefix(self) -> str:
        return f"slack/{self.known.team}/gap/"
