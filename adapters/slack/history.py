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
from adapters.slack.slip import STAMP, Slip, Unreadable, moment
from bot.events import CoverageLost, Happening
from bot.port import Cursor, Inbox

OVERLAP = timedelta(minutes=5)  # Slack tries a delivery again for about as long
SKEW = timedelta(minutes=1)  # by which Slack's clock may be ahead of ours
THREADS = timedelta(days=7)  # how old a message may be whose thread is looked into
WINDOW = timedelta(days=1)  # asked for at a time, so that it can be put into order
JOINED = ("channel_join", "group_join")
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
        until, start = self.now() + SKEW, since - OVERLAP
        try:
            touched = await self._touched(id, start)
            start = max([start, *self._came(touched)])
            replies = await self._replies(id, start, touched)
            await inbox.take(list(self._changed(id, start, touched)))
            while start < until:
                end = min(start + WINDOW, until)
                told = [*await self._said(id, start, end), *replies]
                said = list(_between(told, start, end))  # some Slacks list all there is
                said.sort(key=lambda each: moment(each.stamp("ts")))
                events = list(self._read(id, said))
                if not await self._went_on(inbox, events, self.gap(id, end), count):
                    return True
                start = end
        except Refused as no:
            log.warning("a gap in %s cannot be filled: %s", id, no.code)
            lost = [self._lost(id, since, self.now())]
            await self._went_on(inbox, lost, self.filled(id), count)
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

    async def _said(self, id: str, start: datetime, end: datetime) -> list[Slip]:
        span = {"oldest": f"{start.timestamp():.6f}", "latest": f"{end.timestamp():.6f}"}
        history = self.calls.pages(
            "conversations.history",
            "messages",
            channel=id,
            inclusive="true",
            include_all_metadata="true",
            **span,
        )
        return [each async for each in history if STAMP.fullmatch(each.text("ts"))]

    async def _touched(self, id: str, start: datetime) -> list[Slip]:
        """What was replied to or edited since, however old it is; and when we came in."""
        span = {"oldest": f"{(start - THREADS).timestamp():.6f}"}
        listed = self.calls.pages("conversations.history", "messages", channel=id, **span)
        found = [each async for each in listed if self._ours(each) or _later(each, start)]
        return found[::-1]

    def _came(self, touched: Iterable[Slip]) -> Iterator[datetime]:
        """What was said in a room before we came in is not ours to read."""
        return (moment(each.text("ts")) for each in touched if self._ours(each))

    def _ours(self, said: Slip) -> bool:
        joined = said.text("subtype") in JOINED and said.text("user") == self.known.bot_user
        return joined and STAMP.fullmatch(said.text("ts")) is not None

    async def _replies(self, id: str, start: datetime, touched: Iterable[Slip]) -> list[Slip]:
        """Under messages that are older than the gap, or lie in it."""
        found: list[Slip] = []
        for root in touched:
            if not _goes_on(root, start):
                continue
            replies = self.calls.pages(
                "conversations.replies",
                "messages",
                channel=id,
                ts=root.text("ts"),
                oldest=f"{start.timestamp():.6f}",
                include_all_metadata="true",
            )
            try:
                found += [each async for each in replies if each.text("ts") != root.text("ts")]
            except Refused as no:
                if no.code not in VANISHED:  # somebody has deleted it meanwhile
                    raise
        return [each for each in found if STAMP.fullmatch(each.text("ts"))]

    def _changed(self, id: str, start: datetime, touched: Iterable[Slip]) -> Iterator[Happening]:
        """Edits of messages that are older than the gap."""
        for each in touched:
            old = moment(each.text("ts")) < start
            if old and _since(each.at("edited").text("ts"), start):
                yield from self._edited(id, each)

    def _read(self, id: str, said: Iterable[Slip]) -> Iterator[Happening]:
        for each in said:
            whole = Slip({**each.data, "channel": id})
            try:
                found = messages.message(whole, self.known)
            except (Unreadable, ValueError, OverflowError):
                yield unread(dict(whole.data), self.known, self.now())
                continue
            if isinstance(found, Ignored):
                continue
            yield from found
            yield from self._edited(id, each)

    def _edited(self, id: str, said: Slip) -> Iterator[Happening]:
        """What was said to us alone is a command, which no edit changes."""
        when = said.at("edited").text("ts")
        spoken = said.text("subtype") in messages.SPOKEN and not id.startswith("D")
        if not when or not spoken or self.known.is_us(said.text("user"), said.text("bot_id")):
            return
        if messages.asks_aside(said, self.known, id):
            return
        try:
            yield messages.edit_of(said, self.known, id, when)
        except (Unreadable, ValueError, OverflowError):
            yield unread({**said.data, "channel": id}, self.known, self.now())

    def _lost(self, id: str, since: datetime, until: datetime) -> CoverageLost:
        key = keys.told(self.known.team, "gap", f"{id}/{since.timestamp():.0f}")
        return CoverageLost(key=key, at=until, place=self.known.place(id), since=since)

    def _count(self) -> str:
        """How often something was told to be missing, in whatever process."""
        return f"slack/{self.known.team}/missed"

    def _prefix(self) -> str:
        return f"slack/{self.known.team}/gap/"


def _later(said: Slip, start: datetime) -> bool:
    """Something became of it since."""
    changed = _goes_on(said, start) or _since(said.at("edited").text("ts"), start)
    return STAMP.fullmatch(said.text("ts")) is not None and changed


def _goes_on(root: Slip, start: datetime) -> bool:
    """Something was said in its thread since, or Slack does not say when it was."""
    latest = root.text("latest_reply")
    begun = root.number("reply_count") > 0 or root.text("thread_ts") == root.text("ts")
    return _since(latest, start) if latest else begun


def _since(stamp: str, start: datetime) -> bool:
    return STAMP.fullmatch(stamp) is not None and moment(stamp) >= start


def _between(said: Iterable[Slip], start: datetime, end: datetime) -> Iterator[Slip]:
    return (each for each in said if start <= moment(each.text("ts")) < end)
