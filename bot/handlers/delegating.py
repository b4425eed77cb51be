"""Decisions given to somebody else for some days; both names stand in the thread. Policy 3.2.

Whom to ask is looked at again when a delegation or a leave begins.
"""

from datetime import datetime

from bot.card import Card
from bot.command import Call, Refusal
from bot.handlers import seating
from bot.handlers.requestcards import tell_chairs
from bot.policy.people import Absence, Person
from bot.store import Transaction
from bot.store.duties import Due
from bot.words import say

BEGINS = "begins"  # the kind of due at which a leave or delegation begins to count


def delegate(call: Call, to: Person, start: datetime, end: datetime) -> Card:
    if to.id == call.person.id or to.partner:
        raise Refusal(say("Name a colleague to decide for you."))
    given = Absence(person=call.person.id, start=start, end=end, delegate=to.id)
    call.tx.people.absent(given, "delegation")
    expect(call.tx, given)
    facts = ((say("From"), start), (say("Until"), end))
    told = say("You decide for {person} on their requests.", person=call.who(call.person.id))
    call.tell(to.id, Card(told, facts=facts))
    return Card(
        say("Noted: {person} decides for you.", person=call.who(to.id)), facts=facts, tone="good"
    )


def expect(tx: Transaction, absence: Absence) -> None:
    """Whom to ask is found again when it begins."""
    step = int(absence.start.timestamp() // 60)
    tx.dues.add(max(absence.start, tx.clock.now()), BEGINS, absence.person, step)


def begin(tx: Transaction, due: Due) -> None:
    ask_again(tx, due.subject)


def look_again(tx: Transaction) -> None:
    """People, roles or heads have changed: who is to decide may be others by now."""
    for id in tx.requests.open_ones():
        going = seating.going(tx, id)
        if seating.reseat(going):
            tell_chairs(going)


def ask_again(tx: Transaction, person: str) -> None:
    """Who stands in for them gets the cards of what waits for them."""
    for seat in tx.requests.undecided_of(person):
        if seat.state == "open":
            tell_chairs(seating.going(tx, seat.request))
