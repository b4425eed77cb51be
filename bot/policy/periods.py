"""The stretches of time that a report speaks of: a week, a month, a quarter, a year."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.words import Code, Quoted, Say, say

Unit = Literal["week", "month", "quarter", "year"]

FIRST_YEAR, LAST_YEAR = 2000, 2199
MONTHS = 12  # a year's
MONTHS_OF: dict[Unit, int] = {"month": 1, "quarter": 3, "year": MONTHS}
ONE_WEEK = timedelta(days=7)
WEEKS_SHOWN, MONTHS_SHOWN = 8, 6  # points of a chart: enough for a trend, few enough to label
SHAPE = re.compile(
    r"(?P<year>[0-9]{4})(-(W(?P<week>[0-9]{1,2})|Q(?P<quarter>[0-9])|(?P<month>[0-9]{1,2})))?",
    re.IGNORECASE,
)


class NoPeriod(ValueError):
    """What was typed names no period; `why` tells its writer what to type."""

    def __init__(self, why: Say) -> None:
        super().__init__(why.sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until just before `end`, both UTC: whole local days of `zone`."""

    label: str
    start: datetime
    end: datetime
    unit: Unit
    first: date
    zone: str

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


def parse(text: str, zone: str) -> Period:
    """2026-10, 2026-W41, 2026-Q4 or 2026, in local days of `zone`. Raises NoPeriod."""
    words = unicodedata.normalize("NFKC", text).strip()
    found = SHAPE.fullmatch(words)
    if found is None or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        raise NoPeriod(_what_to_type(text))

    year, week, quarter, month = (
        int(found[name] or 0) for name in ("year", "week", "quarter", "month")
    )
    unit: Unit = "week" if found["week"] else "month" if found["month"] else "year"
    unit = "quarter" if found["quarter"] else unit
    try:
        first = _first(year, week, (quarter - 1) * 3 + 1 if quarter else month, unit)
        return _period(unit, first, zone)
    except ValueError:
        raise NoPeriod(_what_to_type(text)) from None


def current(at: datetime, zone: str) -> Period:
    """The month that a moment lies in."""
    return _period("month", at.astimezone(ZoneInfo(zone)).date().replace(day=1), zone)


def of(unit: Unit, at: datetime, zone: str) -> Period:
    """The one of that kind that a moment lies in."""
    day = at.astimezone(ZoneInfo(zone)).date()
    if unit == "week":
        return _period(unit, day - timedelta(days=day.weekday()), zone)
    return _period(
        unit,
        day.replace(month=(day.month - 1) // MONTHS_OF[unit] * MONTHS_OF[unit] + 1, day=1),
        zone,
    )


def last(at: datetime, zone: str) -> Period:
    """The last whole month before a moment: what is meant where no period is named."""
    return previous(current(at, zone))


def previous(period: Period) -> Period:
    """The one of the same kind just before."""
    return _period(period.unit, _moved(period.first, period.unit, -1), period.zone)


def length_in_months(start: datetime, end: datetime, zone: str) -> float:
    """How many months lie between two moments; of a month that is not whole, the part of it."""
    found, at = 0.0, start
    while at < end:
        month = current(at, zone)
        until = min(month.end, end)
        found += (until - at) / (month.end - month.start)
        at = until
    return found


def trend(period: Period) -> tuple[Period, ...]:
    """The weeks or months, the last of them within `period`, that show where it comes from."""
    if period.unit == "week":
        return _run("week", period.first, WEEKS_SHOWN, period.zone)

    length = MONTHS_OF[period.unit]
    newest = _moved(period.first, "month", length - 1)
    return _run("month", newest, max(MONTHS_SHOWN, length), period.zone)


def _run(unit: Unit, newest: date, count: int, zone: str) -> tuple[Period, ...]:
    firsts = (_moved(newest, unit, -back) for back in reversed(range(count)))
    return tuple(_period(unit, first, zone) for first in firsts)


def _what_to_type(text: str) -> Say:
    return say(
        "{text} names no period. Type a month as {month}, a week as {week}, "
        "a quarter as {quarter} or a year as {year}.",
        text=Quoted(text, 40),
        month=Code("2026-10"),
        week=Code("2026-W41"),
        quarter=Code("2026-Q4"),
        year=Code("2026"),
    )


def _first(year: int, week: int, month: int, unit: Unit) -> date:
    match unit:
        case "week":
            return date.fromisocalendar(year, week, 1)
        case "year":
            return date(year, 1, 1)
        case _:
            return date(year, month, 1)


def _moved(first: date, unit: Unit, by: int) -> date:
    if unit == "week":
        return first + by * ONE_WEEK
    year, month = divmod(first.year * MONTHS + first.month - 1 + by * MONTHS_OF[unit], MONTHS)
    return date(year, month + 1, 1)


def _period(unit: Unit, first: date, zone: str) -> Period:
    after = _moved(first, unit, 1)
    start, end = _midnight(first, zone), _midnight(after, zone)
    return Period(_label(first, unit), start, end, unit, first, zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _label(first: date, unit: Unit) -> str:
    year, week, _ = first.isocalendar()
    names: dict[Unit, str] = {
        "week": f"{year}-W{week:02}",
        "month": f"{first.year}-{first.month:02}",
        "quarter": f"{first.year}-Q{(first.month + 2) // 3}",
        "year": f"{first.year}",
    }
    return names[unit]
