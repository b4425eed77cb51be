"""The days on which IT was to sign the state of things, and who did. Policy 5.1.1."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.rows import Rows
from bot.store.schema import (
    PARKED,
    UNDELIVERABLE,
    duties,
    findings,
    gaps,
    journal,
    listeners,
    outbox,
)
from bot.store.schema_supervision import dailies

FINDING = "finding/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """`told`: how many of what there were when it was signed."""

    day: str
    opened_at: datetime
    signed_by: str | None = None
    signed_at: datetime | None = None
    remark: str = ""
    told: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Dailies:
    rows: Rows

    def open(self, day: str) -> bool:
        """False: it is open already, or signed."""
        if self.get(day) is not None:
            return False
        self.rows.add(dailies, day=day, opened_at=self.rows.clock.now())
        return True

    def get(self, day: str) -> Daily | None:
        row = self.rows.one(dailies, dailies.c.day == day)
        return self._daily(row) if row else None

    def latest(self, count: int, before: str) -> list[Daily]:
        """The last of them until just before a day, the newest first."""
        c = dailies.c
        rows = self.rows.all(dailies, c.day < before, order=[c.day.desc()], limit=count)
        return [self._daily(row) for row in rows]

    def first(self) -> str | None:
        """The first day that was ever to be signed."""
        first = sa.select(sa.func.min(dailies.c.day)).where(dailies.c.company == self.rows.company)
        found = self.rows.conn.execute(first).scalar()
        return str(found) if found else None

    def between(self, start: str, end: str) -> list[Daily]:
        """From one day until just before another."""
        c = dailies.c
        rows = self.rows.all(dailies, c.day >= start, c.day < end, order=[c.day])
        return [self._daily(row) for row in rows]

    def sign(self, daily: Daily) -> bool:
        """False where somebody else came first."""
        c = dailies.c
        body = {"remark": daily.remark, "told": daily.told}
        values = {"signed_by": daily.signed_by, "signed_at": daily.signed_at}
        sealed = self.rows.close(c.body, daily.day, body)
        where = c.day == daily.day, c.signed_at.is_(None)
        return self.rows.change(dailies, *where, **values, body=sealed) == 1

    def _daily(self, row: Any) -> Daily:
        body = self.rows.open(dailies.c.body, row.day, row.body) if row.body else {}
        told = tuple((name, count) for name, count in body.get("told", ()))
        same = {name: getattr(row, name) for name in ("day", "opened_at", "signed_by", "signed_at")}
        return Daily(**same, remark=body.get("remark", ""), told=told)

    # What is counted for it

    def parked(self) -> int:
        return self.rows.count(journal, PARKED)

    def undelivered(self, since: datetime) -> int:
        """Cards that reached nobody. `since`: lease time. Instead of a form a card went out."""
        c = outbox.c
        lost = UNDELIVERABLE, c.kind != "OpenForm"
        return self.rows.count(outbox, *lost, c.settled_at >= since)

    def findings(self, now: datetime) -> tuple[int, int]:
        """How many somebody still has to look at, and how many of them are late."""
        c = duties.c
        live = c.state.in_(("open", "promised")), c.subject.startswith(FINDING, autoescape=True)
        return self.rows.count(duties, *live), self.rows.count(duties, *live, c.due < now)

    def open_of(self, rules: Sequence[str]) -> int:
        """Findings of these rules that are open."""
        c = findings.c
        return self.rows.count(findings, c.state == "open", c.rule.in_(list(rules)))

    def late(self, prefix: str, now: datetime) -> int:
        """Of what is owed about such subjects: what is late."""
        c = duties.c
        live = c.state.in_(("open", "promised")), c.subject.startswith(prefix, autoescape=True)
        return self.rows.count(duties, *live, c.due < now)

    def gaps(self, since: datetime) -> int:
        """Rooms and realms of which something was not seen, from then until now."""
        c = gaps.c
        found = sa.select(sa.func.count(sa.distinct(c.place))).where(
            c.company == self.rows.company, c.until >= since
        )
        return int(self.rows.conn.execute(found).scalar_one())

    def silent(self) -> list[str]:
        """Listeners whose lease has run out: nobody hears that platform now."""
        c = listeners.c
        rows = self.rows.all(listeners, c.held_until.is_not(None), c.holder.is_not(None))
        return [row.name for row in rows if row.held_until <= self.rows.clock.lease()]
