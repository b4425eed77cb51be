"""How much there is of each clause in a stretch of time: duties, requests, findings, records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.coverage import Traces
from bot.policy.duties import CASE
from bot.store.rows import Rows, Where
from bot.store.schema import (
    Moment,
    duties,
    findings,
    nudges,
    orders,
    people,
    records,
    requests,
)
from bot.store.schema_assessment import ratings
from bot.store.schema_meetings import meetings
from bot.store.schema_notices import notices

MAIL = ("2.1.2-subject", "2.1.2-body", "2.1.2-attachment", "2.1.2-recipients", "2.2.1-etiquette")


@dataclass(frozen=True, slots=True)
class ClauseTraces:
    """From `start` until just before `end`."""

    rows: Rows
    start: datetime
    end: datetime

    def read(self) -> Iterator[tuple[str, Traces]]:
        told = ~duties.c.subject.startswith(CASE)  # how few reports there are is told nowhere
        yield from self._by_clause(duties, duties.c.start, told)
        yield from self._by_clause(requests, requests.c.at)
        yield from self._by_clause(findings, findings.c.at)
        yield from self._all(("1.2",), people, None, people.c.active)
        yield from self._all(("1.3-moderate",), nudges, nudges.c.at, nudges.c.sent.is_(True))
        yield from self._all(("1.3-timely",), duties, duties.c.start, told)
        yield from self._all(("2.2.2-book",), meetings, meetings.c.booked_at)
        yield from self._all(("2.2.2-order", "2.2.2-care"), meetings, meetings.c.end)
        yield from self._all(("3.1", "3.3.2", "3.3.3"), records, records.c.at)
        yield from self._all(("3.2.2",), notices, notices.c.published_at)
        yield from self._all(("5.2.1",), orders, orders.c.asked_at)
        yield from self._all(("5.2.1",), ratings, ratings.c.at)
        r = requests.c
        yield from self._all(MAIL, requests, r.at, r.kind.like("outside_mail.%"))

    def _by_clause(
        self, table: sa.Table, at: sa.Column[Any], *where: Where
    ) -> Iterator[tuple[str, Traces]]:
        c = table.c
        ours = sa.select(c.clause, sa.func.count(), sa.func.max(at, type_=Moment))
        ours = ours.where(c.company == self.rows.company, *self._within(at), *where)
        for clause, count, last in self.rows.conn.execute(ours.group_by(c.clause)):
            yield clause, Traces(count, last)

    def _all(
        self, clauses: Sequence[str], table: sa.Table, at: sa.Column[Any] | None, *where: Where
    ) -> Iterator[tuple[str, Traces]]:
        """The same for several clauses. Without a time: what there is now."""
        newest: Any = sa.null() if at is None else sa.func.max(at, type_=Moment)
        within = () if at is None else self._within(at)
        ours = sa.select(sa.func.count(), newest).select_from(table)
        ours = ours.where(table.c.company == self.rows.company, *within, *where)
        count, last = self.rows.conn.execute(ours).one()
        yield from ((clause, Traces(count, last)) for clause in clauses)

    def _within(self, at: sa.Column[Any]) -> tuple[Where, Where]:
        return at >= self.start, at < self.end
