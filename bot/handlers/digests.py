"""When somebody's digest comes: once a day, at their hour, in their working time.

Policy 1.3-moderate. What it says is in `daily.py`.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.effects import Remind
from bot.handlers import times
from bot.policy import hours
from bot.store import Transaction
from bot.store.outbox import LATER, Written

DIGEST = "digest"  # the kind of due, and how the keys of digests begin
DAYS = 2  # looked at for the next hour of a digest: a working day, and the one after it
DAY = timedelta(days=1)  # after which who is never at work is looked for again
ABOUT_TO = timedelta(minutes=1)  # what comes due so shortly before a digest waits for it


def expect(tx: Transaction, person: str | None) -> None:
    """See that `person` gets a digest at their next hour for it, if it has something to say."""
    if person is not None:
        expect_all(tx, [person])


def expect_all(tx: Transaction, persons: Iterable[str]) -> None:
    if not tx.policies.current().nudges.digest:
        return
    people, now = tx.people.snapshot().directory.people, tx.clock.now()
    each = [id for id in persons if id in people and not people[id].partner]
    if not each:
        return
    known = tx.dues.known(DIGEST, each)
    fresh = [person for person in each if person not in known]
    tx.dues.add_all(_hours(tx, fresh, now))


def _hours(
    tx: Transaction, persons: Iterable[str], now: datetime
) -> list[tuple[datetime, str, str, int]]:
    """Reckoned once for all who have the same working time, and nothing of their own."""
    directory, own = tx.people.snapshot().directory, tx.preferences.set_by()
    shared: dict[object, tuple[datetime, int] | None] = {}
    found = []
    for person in persons:
        known = directory.people[person]
        apart = person in own or person in directory.absences
        key = person if apart else (known.calendar, known.zone)
        if key not in shared:
            at = next_hour(tx, person, now)
            shared[key] = (at, ordinal(tx, person, at)) if at else None
        if hour := shared[key]:
            found.append((hour[0], DIGEST, person, hour[1]))
    return found


def waiting(tx: Transaction, reminds: Sequence[Remind]) -> dict[str, str]:
    """By person the parcel that goes with their next digest or, where they get none, at its hour.

    Where nobody has begun to send one, it is made.
    """
    persons = dict.fromkeys(each.person for each in reminds)
    now, new, found = tx.clock.now(), dict[str, Written](), tx.outbox.gathering(persons, LATER)
    for remind in (each for each in reminds if each.person not in found):
        at = next_hour(tx, remind.person, now) or now + DAY
        key = f"{LATER}{remind.person}/{tx.clock.new_id()}"
        new.setdefault(remind.person, Written(remind, key, not_before=at))
    expect_all(tx, persons)
    return found | dict(zip(new, tx.outbox.add_all(list(new.values())), strict=True))


def anew(tx: Transaction, person: str) -> None:
    """Their hour, their pause or their absences changed."""
    if tx.dues.known(DIGEST, [person]):
        tx.dues.cancel(DIGEST, person)
        expect(tx, person)


def next_hour(tx: Transaction, person: str, now: datetime) -> datetime | None:
    """When what waits for their digest may go: after `now`, on a working day of theirs.

    None for who is never at work again.
    """
    calendar, zone = times.calendar_of(tx, person), zone_of(tx, person)
    at, day = hour_of(tx, person), now.astimezone(zone).date()
    try:
        for _ in range(DAYS):
            digest = datetime.combine(day, at, zone)
            if hours.works(day, calendar) and digest > now:
                return times.opening(tx, person, digest)
            day = hours.next_working_day(day, calendar)
        return times.opening(tx, person, datetime.combine(day, at, zone))
    except hours.NeverOpen:
        return None


def hour_of(tx: Transaction, person: str) -> time:
    return tx.preferences.digest_at(person) or tx.policies.current().nudges.digest_at


def zone_of(tx: Transaction, person: str) -> ZoneInfo:
    """Whose midnight ends their day."""
    known = tx.people.snapshot().directory.people.get(person)
    return ZoneInfo((known and known.zone) or times.calendar_of(tx, person).zone)


def ordinal(tx: Transaction, person: str, at: datetime) -> int:
    """The number of a day of theirs."""
    return at.astimezone(zone_of(tx, person)).toordinal()


def key(tx: Transaction, person: str, at: datetime) -> str:
    return f"{DIGEST}/{person}/{ordinal(tx, person, at)}"


def midnight(tx: Transaction, person: str, now: datetime) -> datetime:
    """When their day began."""
    return _midnight(zone_of(tx, person), now)


@lru_cache(maxsize=64)  # of many who are looked at together
def _midnight(zone: ZoneInfo, now: datetime) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def coming(tx: Transaction, persons: Collection[str], now: datetime) -> set[str]:
    """Whose digest is about to go, and takes along whatever there is to say."""
    soon = now + ABOUT_TO
    found = {each for each, at in tx.dues.first(DIGEST, persons).items() if at <= soon}
    keys = {key(tx, each, now): each for each in persons}
    for row in tx.outbox.keyed_each(keys):
        waits = row.state in ("ready", "doubtful") and not row.subject
        if waits and row.not_before <= soon:
            found.add(keys[row.key])
    return found


def composed(person: str) -> str:
    """What a digest of several things is filed under, once it is composed."""
    return f"{DIGEST}/{person}"
