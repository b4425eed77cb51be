"""When the time that somebody names is, by their clock and the calendar of their working days.

A day without an hour ends with its working hours, at 18:00 where no calendar is given; a morning at
12:00, an evening at 22:00. Hours of a calendar are taken for those of the author's own clock.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.policy.calendars import Calendar, NeverOpen, next_working_day, spans_on, works
from bot.policy.timefacts import (
    DAY,
    HOUR,
    NOON,
    Ahead,
    Clock,
    Dated,
    Doubt,
    During,
    EndOf,
    Fact,
    Facts,
    Length,
    Part,
    Roughly,
    Weekday,
    Zone,
)
from bot.policy.timewords import Phrase, days_of, has, one

Note = Literal["", "past", "far", "rest_day", "ambiguous_hour", "skipped_hour"]

MORNING_ENDS, DAY_ENDS, EVENING_ENDS, NIGHT_ENDS = 12 * 60, 18 * 60, 22 * 60, 6 * 60
LUNCH_IS_OVER = 14 * 60  # a break that begins by then ends the morning
OFFICE_OPENS = 8 * 60  # an hour earlier than this, without am or pm, is of the afternoon
FAR = timedelta(days=180)
FRIDAY = 4
MOST_WORKING_DAYS = 500  # two years of them
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`words` are the part of the text that named it; `exact` is False where we chose the hour."""

    at: datetime  # UTC
    words: str
    exact: bool
    note: Note = ""
    doubt: Doubt = ""


@dataclass(frozen=True, slots=True)
class Here:
    """When and where somebody speaks, and the working days they keep."""

    now: datetime
    zone: ZoneInfo
    calendar: Calendar | None = None

    @property
    def wall(self) -> datetime:
        return self.now.astimezone(self.zone).replace(tzinfo=None)

    @property
    def minutes(self) -> int:
        return self.wall.hour * HOUR + self.wall.minute


def reckon(phrase: Phrase, text: str, here: Here) -> Moment | None:
    """When a phrase of a text is; None for a date that no calendar has."""
    try:
        at, exact, note = _reckoned(phrase, here)
        note = _noted(at, note, here)
    except (ValueError, OverflowError, NeverOpen, ZoneInfoNotFoundError):
        return None
    doubt = _doubt(phrase.facts, here)
    words = text[phrase.start : phrase.end]
    return Moment(at=at, words=words, exact=exact, note=note, doubt=doubt)


def _reckoned(phrase: Phrase, here: Here) -> tuple[datetime, bool, Note]:
    facts = phrase.facts
    lengths = [each for each in facts if isinstance(each, Length)]
    if not lengths:
        return _on_a_day(phrase, here)
    length = sum(lengths[1:], lengths[0])
    if length.working_days:
        ahead = Phrase(0, 0, (_after_working_days(length.working_days, here), *facts[1:]))
        return _on_a_day(ahead, here)
    if length.minutes and not length.days:
        return (here.now + timedelta(minutes=length.minutes)).astimezone(UTC), True, ""
    days = length.days + _days_in_months(length.months, here)
    if has(facts, Clock, During):
        day = Ahead(int(days))
        return _on_a_day(Phrase(0, 0, (day, *(f for f in facts if f not in lengths))), here)
    at, note = instant(here.wall + timedelta(days=days, minutes=length.minutes), here.zone)
    return at, False, note


def _after_working_days(count: int, here: Here) -> Ahead:
    today = here.wall.date()
    day = today
    if count > MOST_WORKING_DAYS:
        raise ValueError(f"too many working days: {count}")

    for _ in range(count):
        day = _next_working_day(day, here.calendar)
    return Ahead((day - today).days)


def _next_working_day(day: date, calendar: Calendar | None) -> date:
    if calendar is not None:
        return next_working_day(day, calendar)
    return day + ONE_DAY * (7 - day.weekday() if day.weekday() >= FRIDAY else 1)


def _days_in_months(months: int, here: Here) -> int:
    today = here.wall.date()
    first = _month(today, months)
    last = (_month(first, 1) - ONE_DAY).day
    return (first.replace(day=min(today.day, last)) - today).days


def _month(day: date, ahead: int) -> date:
    """The first of a month."""
    count = day.year * 12 + day.month - 1 + ahead
    return date(count // 12, count % 12 + 1, 1)


def _on_a_day(phrase: Phrase, here: Here) -> tuple[datetime, bool, Note]:
    """A day, an hour, or both."""
    facts = phrase.facts
    zone = one(facts, Zone)
    there = _zone(zone.name) if zone and has(facts, Clock, During) else here.zone
    local = replace(here, zone=there)
    days = days_of(facts)
    if not days:
        return _next_time(facts, local)
    day = _day(days, phrase, here)
    minutes, exact = _hour(facts, day, local)
    at, note = _at(day, minutes, there)
    return at, exact, note


def _next_time(facts: Facts, here: Here) -> tuple[datetime, bool, Note]:
    """An hour without a day: today's, or tomorrow's when that has passed."""
    today = here.wall.date()
    minutes, exact = _hour(facts, today, here)
    at, note = _at(today, minutes, here.zone)
    if at <= here.now:
        minutes, exact = _hour(facts, today + ONE_DAY, here)
        at, note = _at(today + ONE_DAY, minutes, here.zone)
    return at, exact, note


def _zone(name: str) -> ZoneInfo:
    """An offset of whole hours has a zone of its own: Etc/GMT-8 is eight hours ahead."""
    if name[0] not in "+-":
        return ZoneInfo(name)
    if not name.endswith(":00"):
        raise ValueError(f"no zone for {name}")
    hours = int(name[:3])
    return ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "UTC")


def _hour(facts: Facts, day: date, here: Here) -> tuple[int, bool]:
    """Minutes into a day, and whether people said so."""
    clock, part = one(facts, Clock), one(facts, During)
    if clock is None:
        return _end(part.part if part else "day", day, here), bool(part and part.part == "noon")
    minutes = clock.minutes
    if part and not (clock.sure and minutes > NOON):
        return _half(minutes, part.part), True
    if clock.sure or minutes >= NOON:
        return minutes, True
    wall = here.wall
    passed = day == wall.date() and minutes <= here.minutes
    if minutes < OFFICE_OPENS or (passed and minutes + NOON > here.minutes):
        return minutes + NOON, False
    return minutes, True


def _half(minutes: int, part: Part) -> int:
    """下午3点 is 15:00, 晚上12点 the end of the day, 凌晨12点 its beginning, 中午1点 13:00."""
    if part == "evening" and NOON <= minutes < NOON + 60:
        return minutes + NOON
    if part in ("night", "morning") and NOON <= minutes < NOON + 60:
        return minutes - NOON if part == "night" else minutes
    late = part in ("afternoon", "evening", "day") or (part == "noon" and minutes < 10 * 60)
    return minutes + NOON if late and minutes < NOON else minutes


def _end(part: Part, day: date, here: Here) -> int:
    """When a part of a day is over: by the calendar's hours, or by ours."""
    closing = _closings(day, here.calendar)
    if part == "morning":
        return max((each for each in closing if each <= LUNCH_IS_OVER), default=MORNING_ENDS)
    if part in ("noon", "night"):
        return NOON if part == "noon" else NIGHT_ENDS

    late = max((each for each in closing if each > NOON), default=DAY_ENDS)
    end = EVENING_ENDS if part == "evening" else late
    over = day == here.wall.date() and here.minutes >= end
    return DAY if over and part != "afternoon" else end


def _closings(day: date, calendar: Calendar | None) -> list[int]:
    """When the working hours of a day end, in minutes; those of a usual day on a day off."""
    if calendar is None:
        return []
    spans = spans_on(day, calendar) or calendar.ordinary
    return [close.hour * 60 + close.minute for opens, close in spans if opens < close]


def _at(day: date, minutes: int, zone: ZoneInfo) -> tuple[datetime, Note]:
    return instant(datetime.combine(day, time()) + timedelta(minutes=minutes), zone)


def instant(wall: datetime, zone: ZoneInfo) -> tuple[datetime, Note]:
    """When clocks in a zone show a time: the later of two, the first valid one after a gap."""
    early = wall.replace(tzinfo=zone).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if early == late:
        return early, ""
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late, "ambiguous_hour"

    def shown(second: int) -> datetime:
        return datetime.fromtimestamp(second, zone).replace(tzinfo=None)

    seconds = range(int(late.timestamp()), int(early.timestamp()) + 1)
    return datetime.fromtimestamp(
        seconds[bisect_left(seconds, wall, key=shown)], UTC
    ), "skipped_hour"


def _day(days: Facts, phrase: Phrase, here: Here) -> date:
    dated = next((each for each in days if isinstance(each, Dated)), None)
    if dated:
        return _dated(dated, phrase, here)
    weekday, stretch = one(days, Weekday), one(days, EndOf)
    if weekday and stretch:
        weekday = replace(weekday, week=stretch.ahead)
    if weekday:
        return _weekday(weekday, phrase, here)
    if stretch:
        return _end_of(stretch, here)
    ahead = one(days, Ahead)
    return here.wall.date() + timedelta(days=ahead.days if ahead else 0)


def _weekday(day: Weekday, phrase: Phrase, here: Here) -> date:
    """The next one to come; today where it is a deadline that has not passed."""
    today = here.wall.date()
    if day.week is not None:
        return today + timedelta(days=day.number - today.weekday() + 7 * day.week)
    ahead = (day.number - today.weekday()) % 7
    if not ahead and not _is_still_due(phrase, here):
        ahead = 7
    return today + timedelta(days=ahead)


def _is_still_due(phrase: Phrase, here: Here) -> bool:
    """Whether a day may be today: as a deadline before its end, and as nothing else."""
    minutes, _ = _hour(phrase.facts, here.wall.date() + ONE_DAY, here)
    return phrase.due and here.minutes < minutes


def _dated(day: Dated, phrase: Phrase, here: Here) -> date:
    """A date without a year, or without a month, is the next one to come."""
    today = here.wall.date()
    if day.month is None:
        return _day_of_month(day, phrase, here)
    if day.year is not None or day.years is not None:
        year = today.year + (day.years or 0) if day.year is None else day.year
        return date(year, day.month, day.day)
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, day.month, day.day)
        except ValueError:  # 29 February
            continue
        if found >= today:
            return found
    raise ValueError(f"no such date: {day}")


def _day_of_month(day: Dated, phrase: Phrase, here: Here) -> date:
    today = here.wall.date()
    if day.months is not None:
        return _month(today, day.months).replace(day=day.day)
    for ahead in range(4):
        month = _month(today, ahead)
        if day.day > (_month(month, 1) - ONE_DAY).day:
            continue
        found = month.replace(day=day.day)
        if found > today or (found == today and _is_still_due(phrase, here)):
            return found
    raise ValueError(f"no such day: {day}")


def _end_of(end: EndOf, here: Here) -> date:
    today = here.wall.date()
    if end.stretch == "week":
        return _last_of_week(today, end.ahead, here)
    if end.stretch == "weekend":
        return today + timedelta(days=6 - today.weekday() + 7 * end.ahead)
    ahead = end.ahead
    if end.month is not None:
        ahead = (end.month - today.month) % 12
    elif end.stretch == "quarter":
        ahead = 2 - (today.month - 1) % 3 + 3 * end.ahead
    elif end.stretch == "year":
        ahead = 12 - today.month + 12 * end.ahead
    return _month(today, ahead + 1) - ONE_DAY


def _last_of_week(today: date, ahead: int, here: Here) -> date:
    """Its last working day up to Friday, or its Sunday once that has passed."""
    monday = today + timedelta(days=7 * ahead - today.weekday())
    days = [monday + timedelta(days=each) for each in range(FRIDAY, -1, -1)]
    calendar = here.calendar
    last = next((each for each in days if calendar is None or works(each, calendar)), days[0])
    passed = last < today or (
        last == today and here.minutes >= max(_closings(last, calendar), default=DAY_ENDS)
    )
    return monday + timedelta(days=6) if passed else last


def _noted(at: datetime, note: Note, here: Here) -> Note:
    if at < here.now:
        return "past"
    if at - here.now > FAR:
        return "far"
    if note or here.calendar is None:
        return note
    day = (at - timedelta(seconds=1)).astimezone(ZoneInfo(here.calendar.zone)).date()
    return "" if works(day, here.calendar) else "rest_day"


def _doubt(facts: Facts, here: Here) -> Doubt:
    for each in facts:
        if doubt := _doubt_of(each, here):
            return doubt
    return ""


def _doubt_of(fact: Fact, here: Here) -> Doubt:
    match fact:
        case Roughly():
            return "vague"
        case Dated() | Length() | Zone():
            return fact.doubt
        case Weekday(asked=True):
            later = fact.number > here.wall.weekday()
            return "which_week" if later else ""
        case _:
            return ""
