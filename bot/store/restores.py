"""A store that was laid back to an older state: what it may have done since, and has forgotten.

Policy 2.1.2-care, 3.3.2. What this does to the rows; whom it is told is in
`bot/handlers/restored.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from bot.effects import Effect
from bot.store.origin import Lost
from bot.store.outbox import DOUBLES, EMERGENCY
from bot.store.rows import Rows
from bot.store.schema import (
    UNSENT,
    codes,
    journal,
    links,
    listeners,
    nudges,
    numbers,
    outbox,
    policies,
    sessions,
)
from bot.store.schema_restores import restores

Why = Literal["restored", "older"]
CALM = timedelta(minutes=2)  # longer than any call may take, and than a platform may dawdle
MARGIN = 1000  # numbers left out: what people know by one of them never means something else
SHORT = "short"
NAMES = (SHORT, "inner")


@dataclass(frozen=True, slots=True)
class Restores:
    rows: Rows

    def last(self) -> Any | None:
        found = self.rows.all(restores, order=[restores.c.id.desc()], limit=1)
        return found[0] if found else None

    def lost(self) -> Lost | None:
        row = self.last()
        return Lost(row.since, row.until, row.at + CALM) if row else None

    def founded(self) -> str:
        """What tells this store from any other, and stays when it is restored; else nothing."""
        return self._first(policies) or ""

    def newest(self) -> str:
        """The id of what was written last: they are in the order of time."""
        return max(self._newest(each) for each in (journal, outbox, restores))

    def ended(self) -> datetime | None:
        """When, in lease time, something was written last; None: nothing ever was."""
        id = self.newest()
        return _when(id) if id else None

    def add(self, since: datetime, why: Why) -> Any:
        """From now on it is known what we have forgotten; numbers go on far ahead."""
        first = self._leave_numbers_out()
        clock = self.rows.clock
        row = {"since": since, "until": clock.now(), "at": clock.lease(), "first": first}
        self.rows.add(restores, id=clock.new_id(), why=why, **row)
        self.rows.origin.lost = self.lost()
        return self.last()

    def doubt(self) -> None:
        """Whatever is not settled was perhaps sent: it is looked for first, when all is calm."""
        calm, c = self.rows.clock.lease() + CALM, outbox.c
        emergency = sa.select(c.id).where(
            c.company == self.rows.company, UNSENT, c.key.startswith(EMERGENCY)
        )
        self.rows.change(nudges, nudges.c.parcel.in_(emergency), nudges.c.sent.is_(None), sent=True)
        self.rows.change(outbox, UNSENT, look=True)
        self.rows.change(outbox, UNSENT, outbox.c.held_until < calm, held_until=calm)

    def close_doors(self) -> None:
        """Who had signed out since would be signed in again; a used link could be used again."""
        lease = self.rows.clock.lease()
        for each in (links, codes):
            self.rows.change(each, each.c.ended_at.is_(None), ended_at=lease, how="replaced")
        self.rows.change(sessions, sessions.c.ended_at.is_(None), ended_at=lease)
        self.rows.change(listeners, listeners.c.holder.is_not(None), holder=None, held_until=None)

    def waiting(self) -> Sequence[tuple[Any, Effect]]:
        """Cards that speak of nudges, and that nobody had begun to send."""
        c = outbox.c
        kinds = c.kind.in_(("Remind", "Digest")), ~c.key.startswith(EMERGENCY)
        rows = self.rows.all(outbox, c.state == "ready", *kinds)
        return [(row, self.rows.open(c.body, row.id, row.body)) for row in rows]

    def _leave_numbers_out(self) -> int:
        c = numbers.c
        self.rows.change(numbers, c.name != DOUBLES, last=c.last + MARGIN)
        for name in NAMES:
            if self.rows.one(numbers, c.name == name) is None:
                self.rows.add(numbers, name=name, last=MARGIN)
        row = self.rows.one(numbers, c.name == SHORT)
        assert row is not None
        return int(row.last) + 1

    def _newest(self, table: sa.Table) -> str:
        row = self.rows.all(table, order=[table.c.id.desc()], limit=1)
        return str(row[0].id) if row else ""

    def _first(self, table: sa.Table) -> str | None:
        row = self.rows.all(table, order=[table.c.id], limit=1)
        return str(row[0].id) if row else None


def _when(id: str) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=int(id, 16) >> 80)
