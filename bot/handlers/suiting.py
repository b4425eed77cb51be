"""Whom a time suits: who is busy, away, or not at work then. Policy 2.2.2-book."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.handlers import times
from bot.handlers.deeds import person_named
from bot.policy import meetings
from bot.policy.meetings import Meeting
from bot.store import Transaction
from bot.words import Rows, Say, Who, say


@dataclass(frozen=True, slots=True)
class Against:
    """Whom a time does not suit. Why somebody is away is nobody's business here."""

    busy: tuple[Who, ...]
    away: tuple[Who, ...]
    outside: tuple[Who, ...]

    def said(self) -> tuple[Say, ...]:
        lines = (
            (self.busy, say("Busy then: {people}.", people=Rows(self.busy))),
            (self.away, say("Away then: {people}.", people=Rows(self.away))),
            (
                self.outside,
                say("Outside their working time: {people}.", people=Rows(self.outside)),
            ),
        )
        return tuple(line for people, line in lines if people)

    def to(self, person: str) -> tuple[Say, ...]:
        """What somebody reads about themselves."""
        found: tuple[Say, ...] = ()
        if person in {each.id for each in self.busy}:
            found += (say("You have another meeting then."),)
        if person in {each.id for each in self.outside}:
            found += (say("It is outside your working time."),)
        return found


def against(tx: Transaction, meeting: Meeting) -> Against:
    people = (meeting.organiser, *meeting.coming)
    start, end = meeting.start, meeting.end
    others = tx.meetings.clashing(people, start, end, meeting.id)
    taken = {each for other in others for each in (other.organiser, *other.coming)}
    troubles = {
        each: meetings.trouble(start, end, times.calendar_of(tx, each), times.away_of(tx, each))
        for each in people
    }

    def named(chosen: Sequence[str]) -> tuple[Who, ...]:
        return tuple(person_named(tx, each) for each in chosen)

    return Against(
        busy=named([each for each in people if each in taken]),
        away=named([each for each in people if troubles[each] == "away"]),
        outside=named([each for each in people if troubles[each] == "outside"]),
    )
