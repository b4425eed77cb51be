"""The port's Inbox over the journal: it returns when the events are committed, not before."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.command import Refusal
from bot.events import Account, FormSubmitted, Happening
from bot.handlers import attaching, channel, dialogue
from bot.handlers import sealedcases as cases
from bot.policy.casefile import Report
from bot.policy.reporting import Channel
from bot.port import Brought, Cursor
from bot.reporting import Event, apart
from bot.sharing import Shared, Waiting
from bot.store import Store, hints
from bot.store.rows import overtaken
from bot.words import Say, say

LEASE = timedelta(seconds=30)
TRIES = 5  # to keep a file that others bring at the same time


@dataclass(frozen=True, slots=True)
class Taking:
    events: Sequence[Happening]
    cursor: Cursor | None


class JournalInbox:
    def __init__(
        self,
        store: Store,
        check: Callable[[FormSubmitted], Mapping[str, Say]],
        taken: Callable[[], None] = lambda: None,
        aside: Callable[[Event], None] = lambda _: None,
    ) -> None:
        """`aside`: answers who asks for the reporting channel; nothing of it is written down."""
        self.check, self._taken, self._aside = check, taken, aside
        self._store = store
        self.name = store.clock.new_id()  # of this process, on its leases
        self._shared = Shared(self._write)

    async def take(self, events: Sequence[Happening], cursor: Cursor | None = None) -> None:
        kept, asked = apart(events)
        await self._shared.add(Taking(kept, cursor))
        self._taken()
        for each in asked:
            self._aside(each)

    async def channel(self) -> Channel:
        return await asyncio.to_thread(self._channel)

    async def report(self, report: Report) -> int:
        number = await asyncio.to_thread(self._report, report)
        self._taken()
        return number

    async def cursor(self, name: str) -> str | None:
        return await asyncio.to_thread(self._cursor, name)

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return await asyncio.to_thread(self._cursors, prefix)

    async def lease(self, name: str, holder: str = "") -> bool:
        return await asyncio.to_thread(self._lease, name, holder or self.name)

    async def largest(self) -> int:
        return await asyncio.to_thread(self._largest)

    async def awaits(self, account: Account) -> bool:
        return await asyncio.to_thread(self._awaits, account)

    async def keep(self, file: Brought) -> str:
        return await asyncio.to_thread(self._keep, file)

    def _channel(self) -> Channel:
        with self._store.reading() as tx:
            return channel.channel(tx)

    def _report(self, report: Report) -> int:
        """Raises Refusal."""
        try:
            with self._store.transaction(hurry=True) as tx:
                return cases.take(tx, report).number
        except cases.Stale:
            raise Refusal(
                say("Who can read reports has changed this very moment. Send it once more.")
            ) from None
        except cases.Closed:
            raise Refusal(say("The reporting channel is not open yet.")) from None

    def _largest(self) -> int:
        with self._store.reading() as tx:
            return tx.policies.current().files.longest

    def _awaits(self, account: Account) -> bool:
        with self._store.reading() as tx:
            return dialogue.awaits_file(tx, account)

    def _keep(self, file: Brought) -> str:
        """Several who bring the same at once find it there the next time. Raises Refusal."""
        for _ in range(TRIES - 1):
            try:
                return self._keep_once(file)
            except Exception as error:
                if not overtaken(error):
                    raise
        return self._keep_once(file)

    def _keep_once(self, file: Brought) -> str:
        with self._store.transaction(hurry=True) as tx:
            return attaching.keep(tx, file)

    def _write(self, batch: list[Waiting[Taking]]) -> None:
        with self._store.transaction(hurry=True) as tx:
            tx.journal.admit([event for each in batch for event in each.item.events])
            for cursor in (each.item.cursor for each in batch):
                if cursor is not None:
                    tx.listeners.move(cursor.name, cursor.position)
            if any(each.item.events for each in batch):
                hints.tell(tx.rows)
        for each in batch:
            each.written = True

    def _cursor(self, name: str) -> str | None:
        with self._store.transaction(hurry=True) as tx:
            return tx.listeners.cursor(name)

    def _cursors(self, prefix: str) -> Mapping[str, str]:
        with self._store.reading() as tx:
            return tx.listeners.cursors(prefix)

    def _lease(self, name: str, holder: str) -> bool:
        with self._store.transaction(hurry=True) as tx:
            return tx.listeners.lease(name, holder, LEASE)
