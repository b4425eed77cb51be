"""A meeting: who is to come, whom its time suits, and when they are to prepare.

Policy 2.2.2-book, 2.2.2-order.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.policy import hours
from bot.policy.hours import Calendar, Interval
from bot.words import Say, say

State = Literal["booked", "held", "cancelled"]
Answer = Literal["asked", "accepted", "declined"]
Trouble = Literal["", "away", "outside"]

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)
FURTHEST = timedelta(days=366)
MOST = 100  # people in a meeting
PREPARING = timedelta(days=30)  # looked back for working time to prepare in


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """A colleague by `person`; an outsider by the name or address that was typed."""

    person: str | None = None
    name: str = ""
    answer: Answer = "asked"
    attended: bool | None = None  # the organiser's word; None: not said
    attested: datetime | None = None  # when they said themselves that they were there


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """All times aware, UTC. `sequence` counts how often it was moved."""

    id: str
    number: int
    organiser: str
    topic: str
    agenda: str = ""
    link: str = ""
    start: datetime
    end: datetime
    state: State = "booked"
    place: str | None = None  # the conversation where it was booked
    policy: int
    sequence: int = 0
    booked_at: datetime
    invitees: tuple[Invitee, ...] = ()

    @property
    def invited(self) -> tuple[str, ...]:
        """The people of the directory that are to come, apart from the organiser."""
        return tuple(each.person for each in self.invitees if each.person)

    @property
    def outsiders(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.invitees if each.person is None)

    @property
    def coming(self) -> tuple[str, ...]:
        """Who has not declined, apart from the organiser."""
        return tuple(e.person for e in self.invitees if e.person and e.answer != "declined")

    def invitee(self, person: str) -> Invitee | None:
        return next((each for each in self.invitees if each.person == person), None)


def trouble(
    start: datetime, end: datetime, calendar: Calendar, away: Sequence[Interval] = ()
) -> Trouble:
    """Why a time does not suit somebody, in their own working time; "" where it does."""
    if any(absence.start < end and start < absence.end for absence in away):
        return "away"
    return "" if hours.between(start, end, calendar) >= end - start else "outside"


def earlier(
    at: datetime, working: timedelta, calendar: Calendar, away: Sequence[Interval] = ()
) -> datetime:
    """The last moment from which on so much working time lies before `at`.

    `PREPARING` before `at` where there is not so much since then.
    """
    last = int(at.timestamp())
    seconds = range(last - int(PREPARING.total_seconds()), last + 1)

    def missing(second: int) -> timedelta:
        return -hours.between(datetime.fromtimestamp(second, UTC), at, calendar, away)

    found = bisect_right(seconds, -working, key=missing) - 1
    return datetime.fromtimestamp(seconds[max(found, 0)], UTC)


def why_not_then(start: datetime, end: datetime, now: datetime) -> Say | None:
    """Why no meeting can be booked for that time; None where it can."""
    if start <= now:
        return say("{until} has passed. Name a time that is still to come.", until=start)
    if start > now + FURTHEST:
        return say("{start} is more than a year away. Name an earlier time.", start=start)
    if not SHORTEST <= end - start <= LONGEST:
        return say(
            "A meeting lasts from {shortest} to {longest}. Name another length.",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    return None
