"""Fills what was said while nobody listened: from Slack's history, through the same journal.

Every message has the key it has in the events, so what came twice is kept once. What cannot be
filled is a known gap.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
PAGES = 200

log = logging.getLogger(__name__)


@dataclass(slots=True)
class History:
    calls: Calls
    known: Known
    now: Callable[[], datetime]

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
        """From `since` on something may be missing in these rooms; an older gap stays."""
        there = await self.open_gaps(inbox)
        for id in rooms:
            if id not in there or there[id] > since:
                await inbox.take([], self.gap(id, since))

    async def fill(self, inbox: Inbox, id: str, since: datetime) -> bool:
        """False: it cannot be filled, which is told. Raises TryLater."""
        until, start = self.now(), since - OVERLAP
        try:
            await self._threads(inbox, id, start)
            while start < until:
                end = min(start + WINDOW, until)
                await inbox.take(await self._said(id, start, end), self.gap(id, end))
                start = end
        except Refused as no:
            log.warning("a gap in %s cannot be filled: %s", id, no.code)
            await inbox.take([self._lost(id, since, until)], self.filled(id))
            return False
        await inbox.take([], self.filled(id))
        return True

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
            if _between(each, start, end):  # some that stand in for Slack list all there is
                found.append(each)
        return list(self._read(id, reversed(found)))

    async def _threads(self, inbox: Inbox, id: str, start: datetime) -> None:
        """Replies under messages that are older than the gap, or lie in it."""
        span = {"oldest": f"{(start - THREADS).timestamp():.6f}"}
        listed = self.calls.pages("conversations.history", "messages", channel=id, **span)
        roots = [each async for each in listed if self._goes_on(each, start)]
        for root in reversed(roots):
            replies = self.calls.pages(
                "conversations.replies",
                "messages",
                channel=id,
                ts=root.text("ts"),
                oldest=f"{start.timestamp():.6f}",
                include_all_metadata="true",
            )
            said = [each async for each in replies if each.text("ts") != root.text("ts")]
            if moment(root.text("ts")) >= start:
                said.insert(0, root)
            await inbox.take(list(self._read(id, said)))

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
                found = messages.message(whole, self.known)
            except (Unreadable, ValueError, OverflowError):
                yield unread(dict(whole.data), self.known, self.now())
                continue
            if isinstance(found, Ignored):
                continue
            yield from found
            when = each.at("edited").text("ts")
            if when and not self.known.is_us(each.text("user"), each.text("bot_id")):
                yield messages.edit_of(whole, self.known, id, when)

    def _lost(self, id: str, since: datetime, until: datetime) -> CoverageLost:
        key = keys.told(self.known.team, "gap", f"{id}/{since.timestamp():.0f}")
        return CoverageLost(key=key, at=until, place=self.known.place(id), since=since)

    def _prefix(self) -> str:
        return f"slack/{self.known.team}/gap/"


def _between(each: Slip, start: datetime, end: datetime) -> bool:
    try:
        return start <= moment(each.stamp("ts")) <= end
    except Unreadable:
        return True  # which is told of where it is read
