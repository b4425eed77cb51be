"""When somebody is at work, away, or wants no nudges: everything here is asked in their own time.

Policy 1.3-moderate (nothing outside working time), 2.2.1-reply (working time).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.policy import hours
from bot.policy.hours import Calendar
from bot.store import Transaction

Away = Sequence[hours.Interval]
NONE = timedelta()


def calendar_of(tx: Transaction, person: str | None) -> Calendar:
    """The working time of a person; of the company where nobody is named."""
    known = tx.people.snapshot().directory.people.get(person or "")
    return tx.policies.calendar(known.calendar if known else "office", tx.policies.current())


def away_of(tx: Transaction, person: str | None) -> tuple[hours.Interval, ...]:
    absences = tx.people.snapshot().directory.absences.get(person or "", ())
    return tuple(hours.Interval(each.start, each.end) for each in absences)


def working(start: datetime, span: timedelta, calendar: Calendar, away: Away) -> datetime:
    """As `hours.add`. Who is never back, or never at work, is reckoned with as if they were."""
    for absences in (away, ()):
        try:
            return hours.add(start, span, calendar, absences)
        except hours.NeverOpen:
            continue
    return start + span


def working_days(at: datetime, days: int, calendar: Calendar, away: Away = ()) -> datetime:
    """So many working days later, at the same time of day or the next opening."""
    here = at.astimezone(ZoneInfo(calendar.zone))
    day = here.date()
    for _ in range(days):
        day = hours.next_working_day(day, calendar)
    return working(here.replace(year=day.year, month=day.month, day=day.day), NONE, calendar, away)


def opening(tx: Transaction, person: str, now: datetime) -> datetime | None:
    """When somebody may next be nudged: now, if they are at work and have not paused it.

    None for who is never at work again.
    """
    at = max(now, tx.preferences.paused_until(person) or now)
    try:
        return hours.next_open(at, calendar_of(tx, person), away_of(tx, person))
    except hours.NeverOpen:
        return None
