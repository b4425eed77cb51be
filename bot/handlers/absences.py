"""What excuses: a leave, which stops the clock, and a gap in what we saw.

Policy 3.2.4, 2.2.1-reply: nobody waits in vain for who is away long.
"""

from datetime import datetime, timedelta

from bot.card import Button, Card
from bot.handlers import deeds, delegating, times
from bot.handlers.deeds import Ending, person_named
from bot.policy.duties import ANSWERED, Duty
from bot.policy.people import Absence, Person
from bot.store import Transaction
from bot.store.gaps import OPEN
from bot.words import Ref, Say, Value, say


def began(tx: Transaction, absence: Absence, *, known: bool = True) -> None:
    """What they owe is due later; where they are away long and nobody stands in, excused.

    `known`: how long they are away is known, and not only that they are.
    """
    deeds.move(tx, absence)
    delegating.expect(tx, absence)
    if not known:
        return
    if absence.delegate is not None or not _long(tx, absence):
        return
    now = tx.clock.now()
    for duty in tx.duties.owed_by(absence.person):
        if duty.kind not in ANSWERED or duty.personal:
            continue
        if now <= duty.due and duty.due >= absence.end:
            _excuse(tx, duty, absence.end)


def _long(tx: Transaction, absence: Absence) -> bool:
    days = tx.policies.current().endings.excused_days
    calendar = times.calendar_of(tx, absence.person)
    return absence.end > times.working_days(absence.start, days, calendar)


def _excuse(tx: Transaction, duty: Duty, back: datetime) -> None:
    deeds.settle(tx, duty, "excused", Ending("away", tx.clock.now()))
    directory = tx.people.snapshot().directory
    owner = directory.people.get(duty.owed_by or "")
    boss = directory.manager_of(owner) if owner else None
    card = Card(
        say(
            "{person} is away until {day} and does not answer {number}.",
            person=person_named(tx, duty.owed_by),
            day=_back(tx, duty, back),
            number=Ref(duty.number),
        ),
        body=(*deeds.quoted(tx, duty.about, duty.owed_to), *_instead(tx, boss)),
        about=duty.about,
    )
    deeds.tell(tx, duty.owed_to, card, f"excused/{duty.id}/{duty.step}")


def unseen(tx: Transaction, place: str, since: datetime, until: datetime) -> None:
    """Nobody can say whether what fell due while we were blind was answered: it is excused."""
    for id in [duty.id for duty in tx.duties.said_in(place)]:
        duty = tx.duties.get(id)
        if duty is None or not duty.live or duty.kind not in ANSWERED or duty.held is not None:
            continue
        if not since <= duty.late_after <= until:
            continue
        deeds.settle(tx, duty, "excused", Ending("gap", tx.clock.now()))
        card = Card(
            say(
                "I could not see whether {person} answered {number}.",
                person=person_named(tx, duty.owed_by),
                number=Ref(duty.number),
            ),
            body=deeds.quoted(tx, duty.about, duty.owed_to),
            facts=_unseen(since, until),
            buttons=(Button(say("I still need it"), "↩️", f"reopen {duty.number}"),),
            about=duty.about,
        )
        deeds.tell(tx, duty.owed_to, card, f"unseen/{duty.id}/{duty.step}")


def _unseen(since: datetime, until: datetime) -> tuple[tuple[Say, Value], ...]:
    """A room that we left, or that is closed, is not seen again for now."""
    begin: tuple[tuple[Say, Value], ...] = ((say("Not seen from"), since),)
    return begin if until == OPEN else (*begin, (say("Not seen until"), until))


def _instead(tx: Transaction, boss: Person | None) -> tuple[Say, ...]:
    if boss is None:
        return ()
    who = person_named(tx, boss.id)
    return (say("{person}, who leads them, may know who else can.", person=who),)


def _back(tx: Transaction, duty: Duty, end: datetime) -> datetime:
    """When they are at work again."""
    return times.working(end, timedelta(), times.calendar_of(tx, duty.owed_by), ())
