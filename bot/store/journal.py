"""What happened, written down before anyone is told that we know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import Happening, where
from bot.store import turns
from bot.store.rows import Rows, storable
from bot.store.schema import SETTLED, WAITING, journal

BACK = 10_000  # rows erased at a time


@dataclass(frozen=True, slots=True)
class Journal:
    rows: Rows

    def admit(self, events: Sequence[Happening]) -> int:
        """Keep what is new; the same key again is a no-op. Returns how many were new."""
        fresh = {storable(event.key): event for event in events}
        new = [self._row(event) for event in fresh.values()]
        if not new:
            return 0
        if self.rows.shared:  # psycopg does not say how many of many
            return len(self.rows.conn.execute(self._insert().returning(journal.c.id), new).all())
        return self.rows.conn.execute(self._insert(), new).rowcount

    def know(self, events: Sequence[Happening]) -> set[str]:
        """Note what is handled at once, without its body. Returns the keys that were new.

        On PostgreSQL the turn of whoever handles events is ours until we commit.
        """
        if not events:
            return set()
        self.alone()
        fresh = {storable(event.key): event for event in events}
        now = self.rows.clock.lease()
        done = {"body": None, "taken_at": now, "settled_at": now}
        new = [self._named(event) | done for event in fresh.values()]
        added = self.rows.conn.execute(self._insert().returning(journal.c.key), new).scalars()
        return {fresh[key].key for key in added}

    def alone(self) -> None:
        """Until we commit nobody handles what happened, on whichever machine."""
        turns.wait(self.rows, turns.HANDLING)

    def knows(self, key: str) -> bool:
        return self.rows.one(journal, journal.c.key == storable(key)) is not None

    def forget(self, key: str) -> None:
        """What was noted as handled was not: the next time it is new."""
        self.rows.remove(journal, journal.c.key == storable(key))

    def waiting(self, limit: int) -> Sequence[Any]:
        """In the order they came; empty where another process is at it."""
        if not turns.take(self.rows, turns.HANDLING):
            return ()
        return self.rows.same(journal, (WAITING,), tuple(journal.primary_key), limit)

    def pending(self, places: Iterable[str]) -> set[str]:
        """Where of these something that happened is taken and not yet handled."""
        c = journal.c
        ours = sa.select(c.place).where(
            c.company == self.rows.company, WAITING, c.place.in_(set(places))
        )
        return set(self.rows.conn.execute(ours.distinct()).scalars())

    def has(self, key: str) -> bool:
        """Whether something of that key ever came."""
        return self.rows.one(journal, journal.c.key == storable(key)) is not None

    def read(self, row: Any) -> Happening:
        event: Happening = self.rows.open(journal.c.body, row.id, row.body)
        return event

    def settle(self, ids: Sequence[str]) -> None:
        if ids:
            self.rows.change(journal, journal.c.id.in_(ids), settled_at=self.rows.clock.lease())

    def park(self, id: str, kind: str, told: Sequence[str]) -> None:
        """`kind`: of the error, which may be shown; `told`: may hold anything, and is sealed."""
        sealed = self.rows.close(journal.c.error, id, "".join((f"{kind}\n", *told)))
        self.rows.change(journal, journal.c.id == id, error=sealed)

    def unpark(self) -> int:
        """Let everything parked be tried again."""
        return self.rows.change(journal, journal.c.error.is_not(None), error=None)

    def parked(self) -> Sequence[Any]:
        return self.rows.all(journal, journal.c.error.is_not(None))

    def error(self, row: Any) -> str:
        text: str = self.rows.open(journal.c.error, row.id, row.error)
        return text

    def erase(self, before: datetime) -> int:
        """Bodies settled before that lease time; keys stay, so that a redelivery is still known."""
        old = sa.select(journal.c.id).where(
            journal.c.company == self.rows.company, SETTLED, journal.c.settled_at < before
        )
        return self.rows.change(journal, journal.c.id.in_(old.limit(BACK)), body=None)

    def _row(self, event: Happening) -> dict[str, Any]:
        named = self._named(event)
        body = self.rows.close(journal.c.body, named["id"], event)
        return named | {"body": body, "taken_at": self.rows.clock.lease()}

    def _named(self, event: Happening) -> dict[str, Any]:
        return {
            "company": self.rows.company,
            "id": self.rows.clock.new_id(),
            "key": storable(event.key),
            "place": storable(where(event)),
        }

    def _insert(self) -> Any:
        return self.rows.unless_known(journal, "key")
