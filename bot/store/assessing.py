"""Assessments: one a period, a row a person, and what was rated and done, which never changes.

Policy 5.2.1.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.policy.assessment import Evidence, Figure, Grade, Rubric, Tally, Usual, Violation
from bot.policy.findings import Trace
from bot.store.evidence import EvidenceRows, Reach
from bot.store.rows import Rows, Where
from bot.store.schema_assessment import assessed, assessment_trail, assessments, ratings
from bot.store.trails import Trail

State = Literal["rating", "shown", "agreed", "contested", "answered"]
How = Literal["form", "sheet"]
PLAIN = ("id", "period", "start", "end", "policy", "opened_by", "opened_at", "rate_by")
OWN = ("id", "assessment", "person", "reviewer", "state", "shown_at", "contest_by")
DECIDED = ("grade", "decided_by", "decided_at")
MOVING = ("reviewer", "state", "shown_at", "contest_by", *DECIDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The assessment of one period. `usual`: the company's own rates in it."""

    id: str
    period: str
    start: datetime
    end: datetime
    policy: int
    opened_by: str | None
    opened_at: datetime
    rate_by: datetime
    usual: Usual = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One person in it: what was counted, and how far it is."""

    id: str
    assessment: str
    person: str
    reviewer: str | None
    evidence: Evidence
    state: State = "rating"
    shown_at: datetime | None = None
    contest_by: datetime | None = None
    grade: Grade | Literal[""] = ""
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def shown(self) -> bool:
        return self.shown_at is not None

    def may_contest(self, now: datetime) -> bool:
        return self.state == "shown" and self.contest_by is not None and now < self.contest_by

    def decidable(self, now: datetime) -> bool:
        """They have agreed, were answered, or let the time pass."""
        over = self.contest_by is not None and now >= self.contest_by
        return self.state in ("agreed", "answered") or (self.state == "shown" and over)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What one person rated, and when. The last of them counts."""

    rubric: Rubric
    remark: str
    by: str
    at: datetime
    how: How
    number: int = 0  # given when it is kept


@dataclass(frozen=True, slots=True)
class Assessments:
    rows: Rows

    def begin(self, new: Round) -> None:
        values = {name: getattr(new, name) for name in PLAIN}
        body = self.rows.close(assessments.c.body, new.id, dict(new.usual))
        self.rows.add(assessments, **values, body=body)

    def get(self, id: str) -> Round | None:
        return self._round(assessments.c.id == id)

    def of_period(self, period: str) -> Round | None:
        return self._round(assessments.c.period == period)

    def newest(self) -> Round | None:
        c = assessments.c
        rows = self.rows.all(assessments, order=[c.opened_at.desc(), c.id.desc()], limit=1)
        return self._read(rows[0]) if rows else None

    def add_all(self, new: Sequence[Assessed]) -> None:
        self.rows.add_all(
            assessed,
            [
                {name: getattr(each, name) for name in (*OWN, *DECIDED)}
                | {"body": self._sealed(each)}
                for each in new
            ],
        )

    def of(self, round: str, reviewer: str | None = None) -> list[Assessed]:
        """Everybody in it, or whom one person is to rate."""
        return self._all(assessed.c.assessment == round, *_whose(reviewer))

    def one(self, round: str, person: str) -> Assessed | None:
        found = self._all(assessed.c.assessment == round, assessed.c.person == person)
        return found[0] if found else None

    def person(self, id: str) -> Assessed | None:
        found = self._all(assessed.c.id == id)
        return found[0] if found else None

    def save(self, one: Assessed, *, counted: bool = False) -> None:
        """`counted`: with its evidence, which was counted anew."""
        values: dict[str, Any] = {name: getattr(one, name) for name in MOVING}
        body = {"body": self._sealed(one)} if counted else {}
        self.rows.change(assessed, assessed.c.id == one.id, **values, **body)

    def rate(self, id: str, rating: Rating) -> None:
        number = self.rows.count(ratings, ratings.c.assessed == id) + 1
        said = {**asdict(rating.rubric), "remark": rating.remark}
        body = self.rows.close(ratings.c.body, f"{id}/{number}", said)
        values = {"by": rating.by, "at": rating.at, "how": rating.how}
        self.rows.add(ratings, assessed=id, number=number, **values, body=body)

    def ratings(self, id: str) -> list[Rating]:
        """In order; the last counts."""
        return [_rating(self.rows, row) for row in self.rows.all(ratings, ratings.c.assessed == id)]

    def last_ratings(self, round: str, reviewer: str | None = None) -> dict[str, Rating]:
        """Of everybody in it who was rated, or of one person's; by the id of their row."""
        c, a = ratings.c, assessed.c
        ours = a.company == self.rows.company, a.assessment == round, *_whose(reviewer)
        ids = sa.select(a.id).where(*ours)
        found = self.rows.all(ratings, c.assessed.in_(ids), order=[c.assessed, c.number])
        return {row.assessed: _rating(self.rows, row) for row in found}

    @property
    def trail(self) -> Trail:
        return Trail(self.rows, assessment_trail)

    def note(self, one: Assessed, deed: str, by: str | None, **more: str) -> None:
        said = {name: value for name, value in more.items() if value}
        trace = Trace(round=1, deed=deed, by=by, at=self.rows.clock.now(), more=said)
        self.trail.add(one.id, trace)

    def evidence(self, reach: Reach) -> dict[str, Evidence]:
        return EvidenceRows(self.rows, reach).read()

    def _round(self, *where: Where) -> Round | None:
        row = self.rows.one(assessments, *where)
        return self._read(row) if row else None

    def _read(self, row: Any) -> Round:
        usual = self.rows.open(assessments.c.body, row.id, row.body)
        return Round(**{name: getattr(row, name) for name in PLAIN}, usual=usual)

    def _sealed(self, one: Assessed) -> bytes:
        return self.rows.close(assessed.c.body, one.id, _plain(one.evidence))

    def _all(self, *where: Where) -> list[Assessed]:
        return [self._assessed(row) for row in self.rows.all(assessed, *where)]

    def _assessed(self, row: Any) -> Assessed:
        evidence = _evidence(self.rows.open(assessed.c.body, row.id, row.body))
        values = {name: getattr(row, name) for name in (*OWN, *DECIDED)}
        return Assessed(evidence=evidence, **values)


def _whose(reviewer: str | None) -> tuple[Where, ...]:
    return () if reviewer is None else (assessed.c.reviewer == reviewer,)


def _rating(rows: Rows, row: Any) -> Rating:
    said = rows.open(ratings.c.body, f"{row.assessed}/{row.number}", row.body)
    rubric = Rubric(said["accuracy"], said["attitude"])
    facts = {name: getattr(row, name) for name in ("by", "at", "how", "number")}
    return Rating(rubric=rubric, remark=said["remark"], **facts)


def _plain(evidence: Evidence) -> dict[str, Any]:
    return {
        "tallies": {name: [tally.met, tally.n] for name, tally in evidence.tallies.items()},
        "released": evidence.released,
        "corrected": evidence.corrected,
        "reports": evidence.reports,
        "violations": [asdict(each) for each in evidence.violations],
    }


def _evidence(plain: dict[str, Any]) -> Evidence:
    tallies: dict[Figure, Tally] = {
        name: Tally(met, n) for name, (met, n) in plain["tallies"].items()
    }
    violations = tuple(Violation(**each) for each in plain["violations"])
    return replace(
        Evidence(tallies=tallies, violations=violations),
        **{name: plain[name] for name in ("released", "corrected", "reports")},
    )
