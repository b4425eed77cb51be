"""What a policy file says of the reports that are made by themselves. Policy 5.1.2, 5.2.1."""

from datetime import date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from bot.policy import hours
from bot.policy.hours import Calendar
from bot.policy.kinds import CLAUSE_KIND, DAYS_KIND, LONGEST_DAYS, TIME, Kind, some_of
from bot.policy.periods import Period
from bot.policy.rulebook import ReportRules, Stretch
from bot.policy.sheet import Entry, Sheet
from bot.words import say

EDITIONS = ("hr", "head", "board", "audit")  # made for a role; everybody's own is asked for
STRETCHES: tuple[Stretch, ...] = get_args(Stretch)
KEYS = ("clause", *EDITIONS, "after_days", "at", "as_file", "keep_days", "correct_days")
MOST_DAYS = 20
STRETCH: Kind[Any] = some_of(STRETCHES)


def _soon(value: Any) -> int:
    """The day a period ends is too early: it is not over."""
    days = DAYS_KIND.read(value).days
    if not 0 < days <= MOST_DAYS:
        raise ValueError
    return days


def _at_least_one(value: Any) -> timedelta:
    days = DAYS_KIND.read(value)
    if not days:
        raise ValueError
    return days


SOON = Kind(_soon, say("a whole number of working days, from 1 to {most}", most=MOST_DAYS), 1)
KEEP = Kind(
    _at_least_one,
    say("a whole number of days, from 1 to {most}", most=LONGEST_DAYS),
    timedelta(days=1),
)


def reports(sheet: Sheet) -> ReportRules:
    entry = Entry(sheet, ("reports",), KEYS)
    return ReportRules(
        clause=entry.get("clause", CLAUSE_KIND),
        editions={each: entry.get(each, STRETCH) for each in EDITIONS},
        after_days=entry.get("after_days", SOON),
        at=entry.get("at", TIME),
        as_file=entry.get("as_file", some_of(EDITIONS)),
        keep=entry.get("keep_days", KEEP),
        correct=entry.get("correct_days", DAYS_KIND),
    )


def wanted(rules: ReportRules, stretch: Stretch) -> tuple[str, ...]:
    """The editions that are made of it."""
    return tuple(each for each in EDITIONS if stretch in rules.editions[each])


def made_at(period: Period, rules: ReportRules, calendar: Calendar) -> datetime:
    """When the report of a period is made: so many working days after its end."""
    zone = ZoneInfo(period.zone)
    day: date = (period.end.astimezone(zone) - timedelta(days=1)).date()
    for _ in range(rules.after_days):
        day = hours.next_working_day(day, calendar)
    return datetime.combine(day, rules.at, zone)
