"""What is counted of each person in a period, set-wise: numbers alone, nobody's words. 5.2.1.

Left out: what is of the class personal, emergencies at any hour, and whatever belongs to a report
of a breach. A second way to the same figures is `bot.policy.figures`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.assessment import Evidence, Figure, Tally, Violation
from bot.policy.duties import CASE
from bot.policy.figures import NOT_COUNTED
from bot.store.rows import Rows, Where
from bot.store.schema import duties, findings, records, requests, trail
from bot.store.schema_classes import classes
from bot.store.schema_findings import cases
from bot.store.schema_notices import notices

PERSONAL = "personal"
EXPLICIT = "confirmed"  # how minutes were answered in words
OF_KIND: Mapping[str, Figure] = {
    "acknowledge": "notices",
    "confirm": "confirmed",
    "minutes": "minutes",
    "attest": "attested",
}
Sums = dict[str, dict[Figure, Tally]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Due from `start` until just before `end`, as known at `closes`; upheld since `since`."""

    start: datetime
    end: datetime
    closes: datetime
    since: datetime
    person: str | None = None  # None: of everybody


@dataclass(frozen=True, slots=True)
class EvidenceRows:
    rows: Rows
    reach: Reach

    def read(self) -> dict[str, Evidence]:
        """By person; who is not in it has done nothing that is counted."""
        tallies, released, corrected = self._tallies(), Counter[str](), Counter[str]()
        for person, count, again in self._released():
            released[person] += count
            corrected[person] += again
        violations, reports = self._violations(), self._reports()
        people = {*tallies, *released, *violations, *reports}
        return {
            person: Evidence(
                tallies=tallies.get(person, {}),
                released=released[person],
                corrected=corrected[person],
                reports=reports[person],
                violations=tuple(violations.get(person, ())),
            )
            for person in people
        }

    def _tallies(self) -> Sums:
        found: Sums = defaultdict(dict)

        def add(person: str, figure: Figure, met: int, n: int) -> None:
            if n:
                known = found[person].get(figure, Tally())
                found[person][figure] = known + Tally(met, n)

        for row in self._duties():
            add(row.owed_by, "on_time", row.on_time, row.n)
            add(row.owed_by, "promises", row.kept, row.promised)
            if figure := OF_KIND.get(row.kind):
                met = row.explicit if figure == "confirmed" else row.on_time
                add(row.owed_by, figure, met, row.n)
        for row in self._requests():
            add(row.requester, "fields", row.n - row.returned, row.n)
        return found

    def _duties(self) -> Iterator[Any]:
        """As `figures.cohort` has it, with the sums of its K2, K7 and K16."""
        c, closes = duties.c, self.reach.closes
        answered = sa.and_(c.state == "done", c.closed <= closes)
        moved, promised = c.repromised != "", c.promised_for.is_not(None)
        over = sa.or_(moved, answered, c.promised_for < closes)
        kept = sa.and_(promised, ~moved, answered, c.closed <= c.promised_for)
        sums = (
            sa.func.count().label("n"),
            _count(sa.and_(answered, c.closed <= c.due)).label("on_time"),
            _count(kept).label("kept"),
            _count(sa.and_(promised, over)).label("promised"),
            _count(sa.and_(answered, c.how == EXPLICIT)).label("explicit"),
        )
        counted = (
            c.due >= self.reach.start,
            c.due < min(self.reach.end, closes),
            c.state.not_in(NOT_COUNTED),
            c.held.is_(None),
            c.authorised_by.is_(None),
            ~c.subject.startswith(CASE),
            ~_of_personal_request(),
            ~_personal(c.conversation, c.message, c.company),
        )
        query = sa.select(c.owed_by, c.kind, *sums).group_by(c.owed_by, c.kind)
        yield from self._each(query, duties, c.owed_by, *counted)

    def _requests(self) -> Iterator[Any]:
        """Complete where they never came back to be put right."""
        c, t = requests.c, trail.c
        back = sa.exists().where(t.company == c.company, t.request == c.id, t.deed == "return")
        sums = sa.func.count().label("n"), _count(back).label("returned")
        counted = self._within(c.at), c.class_name != PERSONAL, c.state != "recalled"
        query = sa.select(c.requester, *sums).group_by(c.requester)
        yield from self._each(query, requests, c.requester, *counted)

    def _released(self) -> Iterator[tuple[str, int, int]]:
        """What was posted as approved, and notices; one in another version corrects the first."""
        t, n, r = trail.c, notices.c, requests.c
        same = (r.company == t.company) & (r.id == t.request)
        posted = sa.select(t.actor, sa.func.count().label("n")).join(requests, same)
        fit = self._within(t.at), t.deed == "released", r.class_name != PERSONAL
        for row in self._each(posted.group_by(t.actor), trail, t.actor, *fit):
            yield row.actor, row.n, 0
        sums = sa.func.count().label("n"), _count(n.version > 1).label("again")
        notice = self._within(n.published_at), n.kind == "notice", n.class_name != PERSONAL
        query = sa.select(n.author, *sums).group_by(n.author)
        for row in self._each(query, notices, n.author, *notice):
            yield row.author, row.n, row.again

    def _violations(self) -> dict[str, list[Violation]]:
        """Upheld by the cut-off and still so."""
        c = findings.c
        upheld = c.state == "settled", c.how == "upheld", c.settled_at <= self.reach.closes
        then = c.at >= self.reach.since, c.at < self.reach.end
        private = _personal(c.conversation, c.message, c.company)
        query = sa.select(c.person, c.number, c.severity, c.clause, c.at)
        query = query.order_by(c.at, c.number)
        found = defaultdict[str, list[Violation]](list)
        for row in self._each(query, findings, c.person, *upheld, *then, ~private):
            found[row.person].append(
                Violation(number=row.number, severity=row.severity, clause=row.clause, at=row.at)
            )
        return found

    def _reports(self) -> Counter[str]:
        """Frauds reported rightly. What was reported wrongly counts for nothing."""
        c = cases.c
        right = c.kind == "phishing", c.verdict == "true", self._within(c.at)
        query = sa.select(c.reporter, sa.func.count().label("n")).group_by(c.reporter)
        return Counter(
            {row.reporter: row.n for row in self._each(query, cases, c.reporter, *right)}
        )

    def _within(self, at: sa.ColumnElement[Any]) -> Where:
        return sa.and_(at >= self.reach.start, at < min(self.reach.end, self.reach.closes))

    def _each(
        self, query: "sa.Select[Any]", table: sa.Table, whose: sa.Column[Any], *where: Where
    ) -> Iterator[Any]:
        named = whose.is_not(None) if self.reach.person is None else whose == self.reach.person
        ours = query.where(table.c.company == self.rows.company, named, *where)
        yield from self.rows.conn.execute(ours)


def _count(where: Where) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((where, 1), else_=0)), 0)


def _of_personal_request() -> sa.ColumnElement[bool]:
    """Such as a decision on somebody's leave."""
    d, r = duties.c, requests.c
    same = r.company == d.company, d.subject == sa.literal("request/") + r.id
    return sa.exists().where(*same, r.class_name == PERSONAL)


def _personal(
    conversation: sa.Column[Any], message: sa.Column[Any], company: sa.Column[Any]
) -> sa.ColumnElement[bool]:
    """About a message that ever was of the class personal."""
    said, given = records.c, classes.c
    by_room = sa.exists().where(
        said.company == company,
        said.conversation == conversation,
        said.message == message,
        said.class_name == PERSONAL,
    )
    by_hand = sa.exists().where(
        given.company == company,
        given.conversation == conversation,
        given.message == message,
        given.class_name == PERSONAL,
    )
    return sa.or_(by_room, by_hand)
