"""Whether what a period's key figures are made of is still the same, told without a report. 5.2.1.

A hash over the rows that figures rest on, as they were known at one moment: what was done later is
left out, as it is from figures whose books had closed. Not covered is what corrects nothing
(`bot.policy.keyfigures.STILL_MOVING`), and who is on the staff.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.duties import CASE
from bot.policy.figures import NOT_COUNTED
from bot.store.rows import Rows
from bot.store.schema import (
    Moment,
    absences,
    duties,
    findings,
    holidays,
    nudges,
    people,
    policies,
    requests,
    trail,
)
from bot.store.schema_findings import finding_trail
from bot.store.schema_supervision import dailies, samples, verdicts

BATCH = 5_000  # rows fetched at a time
RELEASES = ("differs", "unapproved")  # rules that K11 and K12 count
TURNS = ("return", "revise", "recall", "released")  # deeds
PLAIN = (
    *("id", "kind", "owed_by", "owed_to", "level", "calendar", "start", "due"),
    *("repromised", "stood", "authorised_by"),
)


@dataclass(frozen=True, slots=True)
class Prints:
    """Of what was due, asked or decided from `start` until just before `end`."""

    rows: Rows
    start: datetime
    end: datetime

    def known(self, until: datetime) -> str:
        """In hex; `until`: what was done later is not in it."""
        found = hashlib.sha256()
        for query in self._queries(until):
            found.update(b"\0")
            for row in self.rows.conn.execute(query.execution_options(yield_per=BATCH)):
                found.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
        return found.hexdigest()

    def _queries(self, until: datetime) -> Iterator["sa.Select[Any]"]:
        yield self._duties(until)
        yield self._nudges(until)
        yield from self._requests(until)
        yield from self._findings()
        yield from self._samples(until)
        yield self._concerned()
        yield self._all(absences, "person", "start", "end", "delegate").where(
            absences.c.start < until
        )
        yield self._all(holidays, "calendar", "day", "working")
        yield self._all(policies, "version")

    def _duties(self, until: datetime) -> "sa.Select[Any]":
        """As `figures.cohort`, `fact` and `pledge` read them."""
        d = duties.c
        closed = d.closed <= until
        undated = sa.and_(d.closed.is_(None), d.state.in_(NOT_COUNTED))
        ended = sa.or_(closed, undated, d.state == "excused")
        promised = d.promised_at <= until
        return self._owed(
            *(d[name] for name in PLAIN),
            sa.case((ended, d.state), else_=""),
            sa.case((closed, d.closed)),
            sa.case((closed, d.how), else_=""),
            sa.case((d.held <= until, d.held)),
            sa.case((promised, d.promised_at)),
            sa.case((promised, d.promised_for)),
        ).order_by(d.id)

    def _owed(self, *columns: sa.ColumnElement[Any]) -> "sa.Select[Any]":
        d = duties.c
        told = ~d.subject.startswith(CASE)
        return sa.select(*map(_plain, columns)).where(
            d.company == self.rows.company, d.due >= self.start, d.due < self.end, told
        )

    def _nudges(self, until: datetime) -> "sa.Select[Any]":
        n = nudges.c
        ours = n.duty.in_(self._owed(duties.c.id)), n.sent.is_(True), n.at <= until
        return self._all(nudges, "duty", "step", "person", "at").where(*ours)

    def _requests(self, until: datetime) -> Iterator["sa.Select[Any]"]:
        r, t = requests.c, trail.c
        then = r.company == self.rows.company, r.at >= self.start, r.at < self.end
        decided = r.decided_at <= until
        columns = (
            *(r.id, r.kind, r.requester, r.at),
            sa.case((decided, r.state), else_=""),
            sa.case((decided, r.decided_at)),
            sa.case((decided, r.decided_by)),
        )
        yield sa.select(*map(_plain, columns)).where(*then).order_by(r.id)
        ours = sa.or_(t.request.in_(sa.select(r.id).where(*then)), t.deed == "released")
        since = t.at >= self.start, t.at <= until, t.deed.in_(TURNS)
        yield self._all(trail, "request", "deed", "at").where(ours, *since)

    def _findings(self) -> Iterator["sa.Select[Any]"]:
        """Those decided by the end, for rules are judged by what is older, too; and releases."""
        f, t = findings.c, finding_trail.c
        released = sa.and_(f.rule.in_(RELEASES), f.at >= self.start, f.at < self.end)
        counted = sa.or_(f.settled_at < self.end, released)
        yield self._all(findings, "id", "rule", "state", "how", "at", "settled_at").where(counted)
        here = f.company == self.rows.company, f.settled_at >= self.start, f.settled_at < self.end
        asked = t.finding.in_(sa.select(f.id).where(*here)), t.deed.in_(("contested", "stays"))
        yield self._all(finding_trail, "finding", "round", "deed").where(*asked)

    def _samples(self, until: datetime) -> Iterator["sa.Select[Any]"]:
        s, v = samples.c, verdicts.c
        then = s.company == self.rows.company, s.drawn_at >= self.start, s.drawn_at < self.end
        ours = sa.select(s.id).where(*then)
        yield self._all(samples, "id", "reviewer", "seconder").where(s.id.in_(ours))
        said = v.sample.in_(ours), v.at <= until
        yield self._all(verdicts, "sample", "number", "person", "round", "verdict").where(*said)
        signed = dailies.c.signed_at >= self.start, dailies.c.signed_at <= until
        yield self._all(dailies, "day", "signed_at").where(*signed)

    def _concerned(self) -> "sa.Select[Any]":
        """Whose calendars are counted by, and who writes from outside."""
        p, r = people.c, requests.c
        here = r.company == self.rows.company, r.at >= self.start, r.at < self.end
        some = (
            self._owed(duties.c.owed_by),
            self._owed(duties.c.owed_to),
            sa.select(r.decided_by).where(*here),
        )
        whose = sa.or_(*(p.id.in_(each) for each in some))
        return self._all(people, "id", "calendar", "partner").where(whose)

    def _all(self, table: sa.Table, *names: str) -> "sa.Select[Any]":
        """In the order of their keys."""
        ours = sa.select(*(_plain(table.c[name]) for name in names))
        return ours.where(table.c.company == self.rows.company).order_by(*table.primary_key)


def _plain(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Times as they lie there: nobody reads them."""
    return sa.type_coerce(column, sa.BigInteger) if isinstance(column.type, Moment) else column
