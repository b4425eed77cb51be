"""Which days are worked, and which hours of them. The company's week, holidays, make-up days."""

import warnings
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

REACH = 3  # years that a search for working time looks ahead
MOVES_DAYS_YEARLY = frozenset({"CN"})  # make-up days are announced each autumn, since 2001
SATURDAY = 5
ONE_DAY = timedelta(days=1)


class NeverOpen(Exception):
    """The working time asked for does not come within `REACH` years."""


Span = tuple[time, time]
"""Opening and closing on the local wall clock; one that closes no later than it opens runs into
the next day, so 00:00-00:00 is a whole day. A night belongs to the day it begins on."""

OFFICE: tuple[Span, ...] = ((time(9), time(12)), (time(13, 30), time(18)))
OFFICE_WEEK = (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When one group of people works. ValueError for a zone or a country nobody knows.

    `spans` are those of Monday to Sunday. `country` is an ISO 3166 code ("CN", "DE-BY") or ""
    for none. `overrides` are (date, working) and beat the country; the last one of a date wins.
    """

    name: str
    zone: str
    spans: tuple[tuple[Span, ...], ...] = OFFICE_WEEK
    country: str = ""
    overrides: tuple[tuple[date, bool], ...] = ()

    def __post_init__(self) -> None:
        if len(self.spans) != len(OFFICE_WEEK):
            raise ValueError(f"calendar {self.name}: a week has 7 days, not {len(self.spans)}")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, OSError) as unknown:
            raise ValueError(f"calendar {self.name}: no time zone {self.zone!r}") from unknown
        _check_country(self.country)

    def __hash__(self) -> int:
        """Cheap, for it is asked at every count; equality still compares everything."""
        return hash((self.name, self.zone, self.country))

    @property
    def ordinary(self) -> tuple[Span, ...]:
        """The hours of a normal Monday (of the first day that has any), worked on make-up days."""
        return next((spans for spans in self.spans if spans), ())


def spans_on(day: date, calendar: Calendar) -> tuple[Span, ...]:
    """The working hours that begin on a date; none on a day off."""
    usual = calendar.spans[day.weekday()]
    working = _exceptions(calendar, day.year).get(day)
    if working is None:
        return usual
    if not working:
        return ()

    return calendar.ordinary if day.weekday() >= SATURDAY or not usual else usual


def stretches(day: date, calendar: Calendar) -> list[tuple[datetime, datetime]]:
    """The working hours that begin on a date, in UTC."""
    zone = ZoneInfo(calendar.zone)
    found = []
    for opens, closes in spans_on(day, calendar):
        last_day = day if opens < closes else day + ONE_DAY
        start, end = datetime.combine(day, opens), datetime.combine(last_day, closes)
        found.append((_moment(start, zone), _moment(end, zone)))
    return found


def works(day: date, calendar: Calendar) -> bool:
    """Whether any working time begins on a date."""
    return bool(spans_on(day, calendar))


def working_days(first: date, last: date, calendar: Calendar) -> int:
    """How many dates are worked from `first` to `last`, both counted."""
    days = range(first.toordinal(), last.toordinal() + 1)
    return sum(works(date.fromordinal(day), calendar) for day in days)


def next_working_day(day: date, calendar: Calendar) -> date:
    """The first date after `day` that is worked."""
    for ahead in range(1, REACH * 366):
        if works(day + ahead * ONE_DAY, calendar):
            return day + ahead * ONE_DAY
    raise NeverOpen(f"{calendar.name} has no working day within {REACH} years of {day}")


def provisional(year: int, calendar: Calendar) -> bool:
    """Whether the holidays of a year are only predicted, so that whoever counts on them is warned.

    In China until make-up days are known, from the library or as overrides; elsewhere while a
    feast that follows the moon is estimated and no override settles its date.
    """
    exceptions = _exceptions(calendar, year)
    if calendar.country in MOVES_DAYS_YEARLY:
        return not any(on and day.weekday() >= SATURDAY for day, on in exceptions.items())

    return bool(_public(calendar.country, year).estimated - dict(calendar.overrides).keys())


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which clocks in a zone show a wall-clock time or a later one."""
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at

    def shown(second: int) -> datetime:
        return datetime.fromtimestamp(second, zone).replace(tzinfo=None)

    before = wall.replace(tzinfo=zone, fold=1)
    skipped = range(int(before.timestamp()), int(at.timestamp()) + 1)
    return datetime.fromtimestamp(skipped[bisect_left(skipped, wall, key=shown)], UTC)


@dataclass(frozen=True, slots=True)
class _Public:
    """What the library knows of a country's year."""

    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()
    estimated: frozenset[date] = frozenset()


@lru_cache(maxsize=256)
def _exceptions(calendar: Calendar, year: int) -> Mapping[date, bool]:
    """The dates of a year that are not like their weekday, and whether they are worked."""
    public = _public(calendar.country, year)
    settled = {day: on for day, on in calendar.overrides if day.year == year}
    return dict.fromkeys(public.off, False) | dict.fromkeys(public.made_up, True) | settled


@lru_cache(maxsize=256)
def _public(country: str, year: int) -> _Public:
    """A year's holidays. Make-up days for the next year's come with them."""
    if not country:
        return _Public()

    found = _library(country, year)
    mark = found.tr(getattr(found, "estimated_label", "")).strip("%s ()（）")
    return _Public(
        off=frozenset(found),
        made_up=frozenset(day for day in found.weekend_workdays if day.year == year),
        estimated=frozenset(day for day, name in found.items() if mark and mark in name),
    )


@lru_cache(maxsize=256)
def _check_country(country: str) -> None:
    if not country:
        return

    try:
        _library(country)
    except NotImplementedError as unknown:
        raise ValueError(f"no holidays are known for {country!r}") from unknown


def _library(country: str, *years: int) -> holidays.HolidayBase:
    state, _, region = country.partition("-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some countries warn of years they do not list
        return holidays.country_holidays(state, region or None, years=years, expand=False)
