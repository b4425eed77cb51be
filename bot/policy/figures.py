"""What the report counts, and how: rates, working times, promises. Policy 5.1.2 and 5.2.1.

Every figure is about the duties whose due time fell in a period, without the dropped, the excused
and those passed on. Too little data is a value of its own, never a number.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import sqrt
from typing import Literal
from zoneinfo import ZoneInfo

from bot.policy import hours
from bot.policy.approvals import Request
from bot.policy.duties import Duty, Kind
from bot.policy.hours import Calendar, Interval
from bot.policy.particulars import Met, Posted
from bot.policy.people import Directory
from bot.policy.periods import Period

Z = 1.6448536269514722  # the normal quantile of a two-sided 90 % interval
TAIL_NEEDS = 20  # durations, before a 90th percentile says anything
SMALLEST_GROUP = 5
MEDIAN, NINETIETH, WORST = 50, 90, 95  # per cent
NOT_COUNTED = ("dropped", "excused", "passed")
NOTHING = timedelta()
EDGES = tuple(timedelta(hours=hours) for hours in (1, 4, 8, 24))  # working hours

Pledge = Literal["kept", "renegotiated", "broken", "running"]
Standing = Literal["met", "unsure", "missed"]
Hours = Callable[[str | None, str], tuple[Calendar, Sequence[Interval]]]
"""The calendar behind a name, and when a person was away."""


@dataclass(frozen=True, slots=True)
class TooFew:
    """Not enough to say anything: `n` where at least `needed` are."""

    n: int
    needed: int


@dataclass(frozen=True, slots=True)
class Beyond:
    """So many were never answered that the figure lies beyond the period."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`met` of `n`, with Wilson's 90 % interval. Never of nothing: that is TooFew."""

    met: int
    n: int

    @property
    def of_one(self) -> float:
        return self.met / self.n

    @property
    def low(self) -> float:
        return max(0.0, self._middle - self._reach) if self.met else 0.0

    @property
    def high(self) -> float:
        """Of all of them it is 1 and not a hair less, or "all" would miss a target of all."""
        return min(1.0, self._middle + self._reach) if self.met < self.n else 1.0

    @property
    def _middle(self) -> float:
        return (self.of_one + Z * Z / (2 * self.n)) / (1 + Z * Z / self.n)

    @property
    def _reach(self) -> float:
        spread = self.of_one * (1 - self.of_one) / self.n + Z * Z / (4 * self.n * self.n)
        return Z * sqrt(spread) / (1 + Z * Z / self.n)


@dataclass(frozen=True, slots=True)
class Fact:
    """What became of one counted duty, as it was known at a cut-off."""

    duty: Duty
    took: timedelta | None  # working time until the answer; None: not answered
    punctual: bool
    pledge: Pledge | None
    escalated: bool

    @property
    def answered(self) -> bool:
        return self.took is not None


@dataclass(frozen=True, slots=True)
class Nudge:
    """One that was sent."""

    duty: str
    step: int
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a whole that is measured, not counted: 0 to 1."""

    of_one: float


Share = Rate | TooFew
Span = timedelta | Beyond | TooFew


def cutoff(period: Period, asked: Period, made_at: datetime) -> datetime:
    """When the books of `period` close in a report on `asked`.

    Earlier periods get as long for late answers as the one reported on, and no longer.
    """
    grace = max(made_at - asked.end, NOTHING)
    return min(made_at, period.end + grace)


def cohort(duties: Iterable[Duty], period: Period, closes: datetime) -> list[Duty]:
    """Who is counted: due within the period and before its books closed.

    Not what stands: there the ball is with who waits.
    """
    end = min(period.end, closes)
    return [
        duty for duty in duties if period.start <= duty.due < end and not left_out(duty, closes)
    ]


def left_out(duty: Duty, closes: datetime) -> bool:
    """As it was when the books closed: to drop it or to pass it on later mends nothing.

    But it is excused whenever that is learned: of leave and of what went unseen one hears late.
    """
    if duty.held is not None:
        return duty.held <= closes
    if duty.state in NOT_COUNTED and duty.state != "excused" and duty.closed is not None:
        return duty.closed <= closes
    return duty.state in NOT_COUNTED


def exempt(duties: Iterable[Duty], period: Period, closes: datetime) -> list[Duty]:
    """Who would have been counted, had it not been dropped, excused, passed on or held."""
    return [duty for duty in duties if duty.due in period and left_out(duty, closes)]


def fact(duty: Duty, closes: datetime, escalated: Collection[str], clock: Hours) -> Fact:
    took = None
    if duty.state == "done" and duty.closed is not None and duty.closed <= closes:
        worked = hours.between(duty.start, duty.closed, *clock(duty.owed_by, duty.calendar))
        took = max(worked - timedelta(seconds=duty.stood), NOTHING)
    answered = duty.closed if took is not None else None
    punctual = answered is not None and answered <= duty.due
    return Fact(duty, took, punctual, pledge(duty, answered, closes), duty.id in escalated)


def pledge(duty: Duty, answered: datetime | None, closes: datetime) -> Pledge | None:
    """What became of a promise; one that was made when the books had closed is none."""
    if duty.promised_for is None or duty.promised_at is None or duty.promised_at > closes:
        return None
    if duty.repromised:
        return duty.repromised
    if answered is not None:
        return "kept" if answered <= duty.promised_for else "broken"
    return "broken" if duty.promised_for < closes else "running"


def response_rate(facts: Sequence[Fact]) -> Share:
    """K1: answered by the cut-off."""
    return share(sum(fact.answered for fact in facts), len(facts))


def on_time_rate(facts: Sequence[Fact]) -> Share:
    """K2: answered by the due time, or promised in time and answered by the promise."""
    return share(sum(fact.punctual for fact in facts), len(facts))


def median(facts: Sequence[Fact]) -> Span:
    """K3, in working time. Over all: what was not answered took for ever."""
    return percentile([fact.took for fact in facts], MEDIAN)


def ninetieth(facts: Sequence[Fact]) -> Span:
    """K4, as K3."""
    return percentile([fact.took for fact in facts], NINETIETH, TAIL_NEEDS)


def escalation_rate(facts: Sequence[Fact]) -> Share:
    """K5: of which a manager was told."""
    return share(sum(fact.escalated for fact in facts), len(facts))


def holding_share(facts: Sequence[Fact]) -> Share:
    """K6: of which an answer was promised for a later time."""
    return share(sum(fact.pledge is not None for fact in facts), len(facts))


def pledges(facts: Sequence[Fact]) -> Counter[Pledge]:
    return Counter(fact.pledge for fact in facts if fact.pledge is not None)


def promises_kept(facts: Sequence[Fact]) -> Share:
    """K7: of the promises whose time came; moved ones count, and not as kept."""
    found = pledges(facts)
    return share(found["kept"], found["kept"] + found["renegotiated"] + found["broken"])


def of_kind(facts: Iterable[Fact], kind: Kind) -> list[Fact]:
    """K10 (decide), K13 (acknowledge), K15 (minutes): the same figures, of one kind of duty."""
    return [fact for fact in facts if fact.duty.kind == kind]


def right_first(posted: Iterable[Posted]) -> Share:
    """K14: who answered a check question rightly at the first try, of who answered at all."""
    asked = [one for each in posted if each.asks for one in each.readers if one.tries]
    return share(sum(one.right_first for one in asked), len(asked))


def explicitly(met: Iterable[Met]) -> Share:
    """K16: participants who confirmed minutes in words, of all who had them to confirm."""
    minuted = [each for each in met if each.minuted_at is not None]
    confirmed = sum(each.explicit for each in minuted)
    rest = sum(each.silent + each.objected + each.waiting for each in minuted)
    return share(confirmed, confirmed + rest)


def after_hours(
    facts: Iterable[Fact], levels: Collection[str], clock: Hours
) -> tuple[list[Fact], list[Fact]]:
    """K26: what was important to somebody; and what of it came outside their working hours."""
    important = [
        fact
        for fact in facts
        if fact.duty.level in levels and fact.duty.owed_by and fact.duty.owed_to
    ]
    at_work = {
        fact.duty.id
        for fact in important
        if hours.is_open(fact.duty.start, *clock(fact.duty.owed_by, fact.duty.calendar))
    }
    return important, [fact for fact in important if fact.duty.id not in at_work]


def turnaround(
    request: Request,
    closes: datetime,
    clock: Hours,
    calendar: str,
    returned: Sequence[Interval] = (),
) -> timedelta | None:
    """K9, of one: working time from submission to decision; None while it is open.

    `returned`: when it lay with who had asked, which is not the approvers' time.
    """
    if request.decided_at is None or request.decided_at > closes:
        return None
    found, away = clock(request.decided_by, calendar)
    return hours.between(request.at, request.decided_at, found, (*away, *returned))


def submitted(requests: Iterable[Request], period: Period, closes: datetime) -> list[Request]:
    """Whose turnaround is counted: what was recalled before the books closed is not."""
    end = min(period.end, closes)
    return [
        request
        for request in requests
        if period.start <= request.at < end and not _recalled(request, closes)
    ]


def _recalled(request: Request, closes: datetime) -> bool:
    known = request.decided_at is None or request.decided_at <= closes
    return request.state == "recalled" and known


def nudge_load(nudges: Iterable[Nudge], period: Period, person_days: int) -> float | TooFew:
    """K27: the 95th percentile of nudges a person gets on a working day, days without included.

    `person_days`: working days of everybody who could have been nudged, added up.
    """
    if person_days < TAIL_NEEDS:
        return TooFew(person_days, TAIL_NEEDS)
    zone = ZoneInfo(period.zone)
    days = Counter(
        (nudge.person, nudge.at.astimezone(zone).date()) for nudge in nudges if nudge.at in period
    )
    quiet = [0] * max(person_days - len(days), 0)
    below, above, part = _rank(len(quiet) + len(days), WORST)
    counts = quiet + sorted(days.values())
    return counts[below] + (counts[above] - counts[below]) * part / 100


def spread(facts: Sequence[Fact]) -> tuple[int, ...]:
    """How many were answered within 1, 4, 8, 24 working hours, after that, and not at all."""
    found = [0] * (len(EDGES) + 2)
    for each in facts:
        found[-1 if each.took is None else bisect_left(EDGES, each.took)] += 1
    return tuple(found)


def percentile(took: Sequence[timedelta | None], percent: int, needed: int = 1) -> Span:
    """As Excel's PERCENTILE.INC: linear between neighbours; None is longer than anything."""
    if len(took) < needed:
        return TooFew(len(took), needed)
    known = sorted(each for each in took if each is not None)
    below, above, part = _rank(len(took), percent)
    if above >= len(known):
        return Beyond()
    return known[below] + (known[above] - known[below]) * part / 100


def standing(rate: Rate, target: float) -> Standing:
    """Chance is given its due: a verdict only where the whole interval lies on one side.

    Where all is asked for, all is enough.
    """
    if rate.high < target:
        return "missed"
    return "met" if rate.low >= target or (target >= 1 and rate.met == rate.n) else "unsure"


def hidden(people: Mapping[str, int], counted: Mapping[str, int]) -> frozenset[str]:
    """Groups so small that their figures would be somebody's.

    Others join them until what is hidden, which is the total less what is shown, is no small group
    either. `people` and `counted` duties by group; where nothing is counted there is no figure.
    """
    size = {each: min(people[each], n) for each, n in counted.items() if n}
    by_size = sorted(size, key=lambda group: (size[group], group))
    small = [group for group in by_size if size[group] < SMALLEST_GROUP]
    for group in by_size[len(small) :]:
        if not small or (len(small) > 1 and sum(size[each] for each in small) >= SMALLEST_GROUP):
            break
        small.append(group)
    return frozenset(small)


def escalated(
    nudges: Iterable[Nudge], owners: Mapping[str, str | None], directory: Directory
) -> frozenset[str]:
    """The duties of which somebody above was told, not only who owes them or stands in.

    `owners` by duty; what nobody in particular owes is never escalated.
    """
    return frozenset(
        nudge.duty
        for nudge in nudges
        if (owner := owners.get(nudge.duty)) is not None
        and nudge.person not in (owner, _stand_in(owner, nudge.at, directory))
    )


def _stand_in(person: str, at: datetime, directory: Directory) -> str | None:
    absence = directory.away(person, at)
    return absence.delegate if absence else None


def days_away(period: Period, calendar: Calendar, away: Sequence[Interval]) -> float:
    """Working days missed, each as the part of its working time that was."""
    missed, day, zone = 0.0, period.first, ZoneInfo(calendar.zone)
    while (start := datetime.combine(day, time(), zone)) < period.end:
        day += timedelta(days=1)
        end = datetime.combine(day, time(), zone)
        whole = hours.between(start, end, calendar)
        if whole and any(each.start < end and each.end > start for each in away):
            missed += 1 - hours.between(start, end, calendar, away) / whole
    return missed


def coverage(gaps: Iterable[tuple[str, datetime, datetime]], rooms: int, period: Period) -> float:
    """K28: which part of the rooms' time we could see. `gaps`: place, since, until."""
    lost, reached = NOTHING, dict[str, datetime]()
    for place, since, until in sorted(gaps):
        start = max(since, period.start, reached.get(place, period.start))
        end = min(until, period.end)
        lost += max(end - start, NOTHING)
        reached[place] = max(start, end)
    return 1 - lost / ((period.end - period.start) * max(rooms, len(reached), 1))


def share(met: int, n: int) -> Share:
    """So many of so many; of nothing it is too few."""
    return Rate(met, n) if n else TooFew(0, 1)


def _rank(n: int, percent: int) -> tuple[int, int, int]:
    """Between which two of `n` sorted values, and how many per cent of the way."""
    below, part = divmod(percent * (n - 1), 100)
    return below, below + (part > 0), part
