"""Working time: how much lies between two moments, and when so much of it has passed.

Any zone comes in, UTC goes out; a time without a zone is a ValueError. Hours are local wall-clock
times, so a shift across summer time has its true length. A search for working time goes on to the
end of the third year after its start, then raises NeverOpen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, chain
from operator import attrgetter, sub

from bot.policy.calendars import (
    OFFICE,
    OFFICE_WEEK,
    REACH,
    Calendar,
    NeverOpen,
    Span,
    next_working_day,
    provisional,
    stretches,
    working_days,
    works,
)

__all__ = [
    "OFFICE",
    "OFFICE_WEEK",
    "Calendar",
    "Interval",
    "NeverOpen",
    "Span",
    "add",
    "between",
    "day_start",
    "is_open",
    "next_open",
    "next_working_day",
    "provisional",
    "working_days",
    "works",
]

NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Interval:
    """Somebody is away from `start` until just before `end`. Kept in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _utc(self.start))
        object.__setattr__(self, "end", _utc(self.end))
        if self.end < self.start:
            raise ValueError(f"an absence ends at {self.end} before it starts at {self.start}")


def add(
    start: datetime, working: timedelta, calendar: Calendar, away: Sequence[Interval] = ()
) -> datetime:
    """The first moment by which that much working time has passed since `start`.

    A day's last hour ends at closing time, not at the next opening. No working time at all means
    the next opening, `start` itself when open. ValueError for less than none.
    """
    if working < NONE:
        raise ValueError(f"working time cannot be less than none: {working}")

    at, left = _utc(start), working
    last = at.year + REACH
    for absence in _upcoming(at, away):
        present = _between(at, absence.start, calendar)
        if present and left <= present:
            break
        at, left = max(at, absence.end), left - present
    return _after(at, left, calendar, last)


def between(
    start: datetime, end: datetime, calendar: Calendar, away: Sequence[Interval] = ()
) -> timedelta:
    """The working time from `start` until just before `end`; none when `end` is not later."""
    at, end = _utc(start), _utc(end)
    worked = NONE
    for absence in _upcoming(at, away):
        worked += _between(at, min(absence.start, end), calendar)
        at = max(at, absence.end)
    return worked + _between(at, end, calendar)


def is_open(at: datetime, calendar: Calendar, away: Sequence[Interval] = ()) -> bool:
    """Whether somebody is at work at a moment. Closing time is already closed."""
    at = _utc(at)
    if any(absence.start <= at < absence.end for absence in away):
        return False

    return _year(calendar, at.year).is_open(at)


def next_open(at: datetime, calendar: Calendar, away: Sequence[Interval] = ()) -> datetime:
    """The first working moment at or after `at`."""
    return add(at, NONE, calendar, away)


def day_start(day: date, calendar: Calendar) -> datetime:
    """When the working time of a date begins. ValueError for a day off."""
    if not works(day, calendar):
        raise ValueError(f"{day} is a day off in {calendar.name}")

    return min(start for start, _ in stretches(day, calendar))


@dataclass(frozen=True, slots=True)
class _Year:
    """A year (of UTC) of working time: stretches in order, apart, cut at New Year."""

    opens: list[datetime]
    closes: list[datetime]
    done: list[timedelta]  # worked since New Year by each closing

    @property
    def total(self) -> timedelta:
        return self.done[-1] if self.done else NONE

    def is_open(self, at: datetime) -> bool:
        opened = bisect_right(self.opens, at)
        return opened > 0 and at < self.closes[opened - 1]

    def worked(self, until: datetime) -> timedelta:
        """Working time since New Year."""
        opened = bisect_right(self.opens, until)
        if not opened:
            return NONE

        return self.done[opened - 1] - max(self.closes[opened - 1] - until, NONE)


def _after(start: datetime, working: timedelta, calendar: Calendar, last: int) -> datetime:
    """As `add`, for somebody never away, up to the end of the year `last`."""
    seek = bisect_left if working else bisect_right
    left = working
    for number in range(start.year, last + 1):
        year = _year(calendar, number)
        left += year.worked(start)
        found = seek(year.done, left)
        if found < len(year.done):
            return year.closes[found] - (year.done[found] - left)
        left -= year.total
    raise NeverOpen(f"{calendar.name} is not open for {working} from {start} until {last} ends")


def _between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """As `between`, for somebody never away."""
    if end <= start:
        return NONE

    worked = _year(calendar, end.year).worked(end) - _year(calendar, start.year).worked(start)
    for number in range(start.year, end.year):
        worked += _year(calendar, number).total
    return worked


def _upcoming(at: datetime, away: Sequence[Interval]) -> list[Interval]:
    """The absences that are not over, by their start. They may overlap."""
    return sorted((a for a in away if a.end > at), key=attrgetter("start"))


@lru_cache(maxsize=256)
def _year(calendar: Calendar, number: int) -> _Year:
    """One year, with what zones and nights carry over New Year. About 2 ms, once."""
    first, beyond = datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC)
    days = map(date.fromordinal, range(first.toordinal() - 2, beyond.toordinal() + 1))
    opens: list[datetime] = []
    closes: list[datetime] = []
    for start, end in sorted(chain.from_iterable(stretches(day, calendar) for day in days)):
        opening, closing = max(start, first), min(end, beyond)
        if closing <= opening:
            continue
        if closes and opening <= closes[-1]:
            closes[-1] = max(closes[-1], closing)
        else:
            opens.append(opening)
            closes.append(closing)
    return _Year(opens, closes, list(accumulate(map(sub, closes, opens))))


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"a time without a zone: {at}")
    return at.astimezone(UTC)
