"""Which measure the policy recommends, by severity and repetition. Policy 5.2.2.

From criticism and education upward. It is a recommendation only: a person decides.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.findings import SEVERITIES, Severity

Measure = Literal["none", "talk", "reminder", "training", "warning", "proceeding"]
MEASURES: tuple[Measure, ...] = (  # lightest first
    "none",
    "talk",
    "reminder",
    "training",
    "warning",
    "proceeding",
)


REPORT: Literal["report"] = "report"  # of a message that really was a fraud
COMMENDATION: Literal["commendation"] = "commendation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """From the so manieth of that kind within so many months: this measure."""

    of: Severity | Literal["report"]  # upheld findings of that weight or graver; true reports
    times: int
    months: int
    measure: Measure | Literal["commendation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld:
    severity: Severity
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is recommended, and the count it rests on."""

    measure: Measure
    severity: Severity
    count: int
    months: int


def recommend(rungs: Iterable[Rung], this: Upheld, before: Iterable[Upheld]) -> Advice:
    """The gravest measure that this finding and those before it, as grave or graver, reach."""
    weight, known = SEVERITIES.index(this.severity), list(before)
    best = Advice(measure="none", severity=this.severity, count=1, months=0)
    for rung in rungs:
        if rung.of != this.severity or rung.measure == COMMENDATION:
            continue
        since = months_before(this.at, rung.months)
        as_grave = [
            each
            for each in known
            if since <= each.at <= this.at and SEVERITIES.index(each.severity) >= weight
        ]
        count = len(as_grave) + 1
        if count >= rung.times and _graver(rung.measure, best.measure):
            best = Advice(
                measure=rung.measure, severity=this.severity, count=count, months=rung.months
            )
    return best


def commended(rungs: Iterable[Rung], this: datetime, before: Iterable[datetime]) -> int:
    """With how many true reports a commendation is recommended just now; 0: with none."""
    known = list(before)
    for rung in rungs:
        since = months_before(this, rung.months)
        count = sum(since <= each <= this for each in known) + 1
        if rung.of == REPORT and count == rung.times:
            return count
    return 0


def months_before(at: datetime, months: int) -> datetime:
    """The same day of an earlier month, or its last."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    day = min(at.day, monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def _graver(one: Measure, other: Measure) -> bool:
    return MEASURES.index(one) > MEASURES.index(other)


def lighter(than: Measure) -> tuple[Measure, ...]:
    """What may be chosen instead, the gravest of it first; none of them is `none`."""
    return tuple(reversed(MEASURES[1 : MEASURES.index(than)]))
