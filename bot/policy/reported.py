"""Totals of the reporting channel, from which nobody learns of a single report. Policy 5.1.3.

A quarter is told of once it is over, and as it stood at its end: no two reports can be compared
to learn what happened between them. Its months stand apart only where all of them are large.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median

from bot.policy import periods
from bot.policy.figures import Rate, Share, TooFew
from bot.policy.periods import Period
from bot.policy.reporting import OUTCOMES, Outcome

DAY = timedelta(days=1)
QUARTERS = 4  # a year's


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What of a case may be counted."""

    at: datetime
    due: datetime  # by when somebody was to look at it
    assessed_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome

    @property
    def in_time(self) -> bool:
        return self.assessed_at is not None and self.assessed_at <= self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Of a month or a quarter. None: fewer than may be counted apart, or not counted by month.

    `received`: whose first look was due then; `closed`: brought to an end then, whenever they came.
    """

    period: Period
    received: int | None = None
    in_time: int | None = None
    closed: int | None = None
    outcomes: Mapping[Outcome, int | None] = field(default_factory=dict)
    median_days: int | None = None  # from a report to its end


def lines(
    passages: Sequence[Passage], quarters: Iterable[Period], at_least: int
) -> tuple[Line, ...]:
    """`quarters`: those that are over. Months come before their quarter, where they do."""
    found: list[Line] = []
    for quarter in quarters:
        found += _months(passages, quarter, at_least)
        found.append(_quarter(passages, quarter, at_least))
    return tuple(found)


def _months(passages: Sequence[Passage], quarter: Period, at_least: int) -> list[Line]:
    """All three, else one alone could be reckoned from its quarter; so it is with a column."""
    found = [_received(passages, month, at_least) for month in periods.months(quarter)]
    if any(month.received is None for month in found):
        return []
    hidden = any(month.in_time is None for month in found)
    return [replace(month, in_time=None) for month in found] if hidden else found


def over(period: Period, now: datetime, count: int) -> tuple[Period, ...]:
    """So many quarters that were over by `now`, the last of them that of the period's end."""
    newest = periods.of("quarter", min(period.end, now) - timedelta(microseconds=1), period.zone)
    if newest.end > now:
        newest = periods.previous(newest)
    found = [newest]
    while len(found) < count:
        found.append(periods.previous(found[-1]))
    return tuple(reversed(found))


def acknowledged(known: Iterable[Line], period: Period) -> Share:
    """K22: looked at in time, of what was received. A year is the sum of its quarters."""
    inside = [each for each in known if period.start <= each.period.start < period.end]
    mine = [each for each in inside if each.period.label == period.label]
    if period.unit == "year":
        mine = [each for each in inside if each.period.unit == "quarter"]
        if len(mine) < QUARTERS:
            return TooFew(0, 1)
    met, n = 0, 0
    for each in mine:
        if each.received is None or each.in_time is None:
            return TooFew(0, 1)
        met, n = met + each.in_time, n + each.received
    return Rate(met, n) if n else TooFew(0, 1)


def _received(passages: Iterable[Passage], period: Period, at_least: int) -> Line:
    mine = [each for each in passages if each.due in period]
    received, in_time = len(mine), sum(each.in_time for each in mine)
    return Line(
        period=period,
        received=received if received >= at_least else None,
        in_time=_apart(in_time, received, at_least),
    )


def _quarter(passages: Sequence[Passage], period: Period, at_least: int) -> Line:
    line = _received(passages, period, at_least)
    took: list[float] = []
    ends = dict.fromkeys(OUTCOMES, 0)
    for each in passages:
        if each.closed_at is not None and each.closed_at in period:
            took.append((each.closed_at - each.at) / DAY)
            ends[each.outcome] += 1
    enough = len(took) >= at_least
    apart = {name: _apart(count, len(took), at_least) for name, count in ends.items()}
    hidden = None in apart.values()  # one alone could be reckoned from the others
    return Line(
        period=period,
        received=line.received,
        in_time=line.in_time,
        closed=len(took) if enough else None,
        outcomes=dict.fromkeys(OUTCOMES) if hidden else apart,
        median_days=round(median(took)) if enough else None,
    )


def _apart(count: int, whole: int, at_least: int) -> int | None:
    """Neither it nor the rest is so few that it tells of somebody."""
    rest = whole - count
    return count if count >= at_least and (rest == 0 or rest >= at_least) else None
