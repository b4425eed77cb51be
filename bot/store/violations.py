"""Reads findings for a report, set-wise and nobody's words: what was decided, what is open. K17.

Policy 5.1.1, 5.2.2. Nothing of the reporting channel stands in these tables.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bot.policy.exemptions import Appeal
from bot.policy.measures import Measure
from bot.policy.violations import DECIDED, LAST, Ended, Violation
from bot.store.rows import Rows, Where
from bot.store.schema import findings
from bot.store.schema_findings import finding_trail

SAME = ("number", "rule", "clause", "severity", "person", "at", "how", "settled_at")
APPEALED = ("contested", "stays", "reopened")
Lines = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class ViolationRows:
    """Of what was decided from `start` until just before `end`, or was open then."""

    rows: Rows
    start: datetime
    end: datetime

    def known(self) -> tuple[Violation, ...]:
        """What somebody heard of, not what was only counted; in order of time."""
        f, lines = findings.c, self._trail(("measure", *APPEALED[:2]), self._within)
        ours = sa.select(f.id, f.round, f.reporter, *(f[name] for name in SAME))
        order = f.at, f.number
        found = self.rows.conn.execute(ours.where(self._ours, self._within).order_by(*order))
        return tuple(self._violation(row, lines[row.id]) for row in found)

    def _violation(self, row: Any, lines: list[Any]) -> Violation:
        last = {each.deed: each for each in lines if each.round == row.round}
        taken = last.get("measure")
        return Violation(
            **{name: getattr(row, name) for name in SAME},
            reported=row.reporter is not None,
            measure=self._measure(taken) if taken is not None else None,
            contested="contested" in last and "stays" not in last,
        )

    def _measure(self, line: Any) -> Measure:
        sealed = finding_trail.c.body, f"{line.finding}/{line.number}", line.body
        return cast(Measure, self.rows.open(*sealed)["taken"])

    def appeals(self) -> Iterator[Appeal]:
        """Those of which another look was asked for in that time."""
        f = findings.c
        asked = sa.select(finding_trail.c.finding).where(
            finding_trail.c.company == self.rows.company,
            finding_trail.c.deed == "contested",
            finding_trail.c.at >= self.start,
            finding_trail.c.at < self.end,
        )
        ours = f.id.in_(asked)
        for id, lines in self._trail(APPEALED, ours).items():
            row = self.rows.one(findings, f.id == id)
            assert row is not None
            for each in lines:
                if each.deed == "contested" and self.start <= each.at < self.end:
                    yield _appeal(row, each, lines)

    def ends(self, until: datetime) -> tuple[Ended, ...]:
        """K18: of every rule the last that were decided before then, and no more than count."""
        f = findings.c
        newest = sa.func.row_number().over(
            partition_by=f.rule, order_by=[f.settled_at.desc(), f.id.desc()]
        )
        decided = f.state == "settled", f.how.in_(DECIDED), f.settled_at < until
        ranked = sa.select(f.rule, f.how, f.settled_at, newest.label("place"))
        one = ranked.where(f.company == self.rows.company, *decided).subquery()
        found = self.rows.conn.execute(sa.select(one).where(one.c.place <= LAST))
        return tuple(Ended(row.rule, row.how, row.settled_at) for row in found)

    def _trail(self, deeds: tuple[str, ...], which: Where) -> Lines:
        """What was done to them, by the finding, in order."""
        t, f = finding_trail.c, findings.c
        ours = sa.select(t.finding, t.number, t.round, t.deed, t.by, t.at, t.body)
        ours = ours.join(findings, (f.company == t.company) & (f.id == t.finding))
        where = self._ours, t.deed.in_(deeds), which
        lines = defaultdict[str, list[Any]](list)
        for row in self.rows.conn.execute(ours.where(*where).order_by(t.finding, t.number)):
            lines[row.finding].append(row)
        return lines

    @property
    def _ours(self) -> Where:
        f = findings.c
        told = f.state.in_(("open", "settled")), f.how != "again"
        return sa.and_(f.company == self.rows.company, *told)

    @property
    def _within(self) -> Where:
        f = findings.c
        decided = sa.and_(f.settled_at >= self.start, f.settled_at < self.end)
        still = sa.or_(f.state == "open", f.settled_at >= self.end)
        return sa.or_(decided, sa.and_(f.at < self.end, still))


def _appeal(row: Any, asked: Any, lines: list[Any]) -> Appeal:
    """Answered in its round, or by a new one."""
    later = [each for each in lines if each.number > asked.number]
    stays = next((e for e in later if e.deed == "stays" and e.round == asked.round), None)
    again = next((e for e in later if e.deed == "reopened" and e.round == asked.round + 1), None)
    end = stays or again
    return Appeal(
        number=row.number,
        person=asked.by,
        at=asked.at,
        by=end.by if end else None,
        decided_at=end.at if end else None,
        again=stays is None and again is not None,
        final=row.state == "settled" and end is not None and not _pending(row, lines),
    )


def _pending(row: Any, lines: list[Any]) -> bool:
    last = {each.deed for each in lines if each.round == row.round}
    return "contested" in last and "stays" not in last
