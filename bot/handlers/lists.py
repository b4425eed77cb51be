"""Lists of duties: what somebody owes, what they wait for, what is late in their team."""

from collections.abc import Callable, Sequence

from bot.card import Button, Card
from bot.command import Refusal
from bot.handlers import lines, looking, nudging, requestcards, seating, showing
from bot.handlers.ladder import DUE, REMIND
from bot.policy.approvals import Request
from bot.policy.duties import Duty, nobody_owes
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Ref, Say, Value, say, say_many

SHOWN = 20  # lines of a list
AWAITED = (
    "reply",
    "acknowledge",
    "accept",
    "confirm",
    "review",
    "act",
    "handle",
)


def mine(tx: Transaction, person: Person) -> Card:
    """What they owe, the most urgent first; one alone comes with its buttons."""
    owed = owed_by(tx, person)
    if not owed:
        return Card(say("You owe nothing. Enjoy it."), tone="good")
    return Card(
        _title(owed),
        body=_lines(owed, lambda duty: showing.line(tx, duty, person.id)),
        buttons=_buttons(tx, owed, person),
        why=say(
            "Settle one: {done}. Name a time: {promise}.",
            done=Code("/duly done NUMBER"),
            promise=Code("/duly promise NUMBER Thu 17:00"),
        ),
    )


def _buttons(tx: Transaction, owed: Sequence[Duty], person: Person) -> tuple[Button, ...]:
    return showing.buttons(tx, owed[0], person.id) if len(owed) == 1 else showing.picks(tx, owed)


def one(tx: Transaction, person: Person, number: int) -> Card:
    """What they owe under that number, with every way out; raises Refusal for none of theirs."""
    owed = owed_by(tx, person)
    found = next((each for each in owed if lines.number_of(tx, each).number == number), None)
    if found is None:
        raise Refusal(nobody_owes(number))
    return nudging.card(tx, [(found, REMIND if found.due > tx.clock.now() else DUE)], person.id)


def _title(owed: Sequence[Duty]) -> Say:
    if all(duty.kind in ("reply", "decide") for duty in owed):
        return say_many("You owe {count} answer", "You owe {count} answers", len(owed))
    return say_many("{count} thing waits for you", "{count} things wait for you", len(owed))


def owed_by(tx: Transaction, person: Person) -> list[Duty]:
    """Their own, and those of whom they stand in for that they can do."""
    away = tx.people.snapshot().directory.stands_in_for(person.id, tx.clock.now())
    others = [duty for each in away for duty in tx.duties.owed_by(each) if not duty.alone]
    return looking.shown(tx, [*tx.duties.owed_by(person.id), *others], person.id)


def waiting(tx: Transaction, person: Person) -> Card:
    """What others owe them, and their own requests on their way."""
    owed = [duty for duty in tx.duties.owed_to(person.id) if duty.kind in AWAITED]
    asked = [each for each in tx.requests.of(person.id) if each.state == "open"]
    to_decide = decisions(tx, person)
    if not owed and not asked and not to_decide:
        return Card(say("You wait for nobody, and nobody waits for your decision."))
    body = _lines(owed, lambda duty: showing.waiting_line(tx, duty, person.id))
    body += tuple(_request_line(each) for each in asked[:SHOWN])
    body += _lines(to_decide, lambda duty: showing.line(tx, duty, person.id))
    return Card(say("Waiting"), body=body)


def awaited(tx: Transaction, person: Person) -> Card:
    """What others owe them."""
    owed = [duty for duty in tx.duties.owed_to(person.id) if duty.kind in AWAITED]
    if not owed:
        return Card(say("You wait for nobody."))
    return Card(
        say("You wait for"),
        body=_lines(owed, lambda duty: showing.waiting_line(tx, duty, person.id)),
    )


def approvals(tx: Transaction, person: Person) -> Card:
    """What waits for their decision, and their own requests under way."""
    asked = [each for each in tx.requests.of(person.id) if each.state == "open"]
    to_decide = decisions(tx, person)
    if not asked and not to_decide:
        return Card(say("No approval waits for you, and none of yours is under way."))
    body: tuple[Say | Value, ...] = ()
    if to_decide:
        body += (say("Waiting for your decision:"),)
        body += _lines(to_decide, lambda duty: showing.line(tx, duty, person.id))
    return Card(say("Approvals"), body=body + tuple(_request_line(each) for each in asked[:SHOWN]))


def decisions(tx: Transaction, person: Person, most: int = SHOWN) -> list[Duty]:
    """What waits for their decision now, theirs and that of whom they decide for."""
    found = seating.undecided(tx, person.id, most)
    known = tx.duties.many(chair.seat.duty for _, chair in found if chair.seat.duty)
    return list(known.values())


def team(tx: Transaction, person: Person) -> Card:
    """Overdue only: never what was read and not yet answered."""
    people = tx.people.snapshot().directory.leads(person)
    if not people:
        return Card(say("You lead nobody here; this list is for managers."))
    late = overdue(tx, person, people)
    if not late:
        return Card(say("Nothing is late in your team."), tone="good")
    return Card(
        showing.lists_title(len(late)),
        body=_lines(late, lambda duty: showing.team_line(tx, duty)),
    )


def overdue(tx: Transaction, person: Person, people: Sequence[Person]) -> list[Duty]:
    """What is late of theirs; nothing that is kept from `person`."""
    late = tx.duties.overdue([each.id for each in people], tx.clock.now())
    return looking.shown(tx, late, person.id)


def _lines(duties: Sequence[Duty], line: Callable[[Duty], Say]) -> tuple[Say | Value, ...]:
    shown: tuple[Say | Value, ...] = tuple(line(duty) for duty in duties[:SHOWN])
    more = len(duties) - SHOWN
    return (
        shown if more <= 0 else (*shown, say_many("… and {count} more", "… and {count} more", more))
    )


def _request_line(request: Request) -> Say:
    return say(
        "{number} Your request ({kind}) waits for a decision since {at}",
        number=Ref(request.number),
        kind=requestcards.kind_of(request),
        at=request.at,
    )
