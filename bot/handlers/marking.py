"""Marking a message as important, or as an emergency, by hand. Policy 2.1.2-followup, 1.3-moderate.

Who marks too much runs out of a weekly budget, and sees how much of it is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.card import Card
from bot.command import name_of
from bot.events import MessageRef, conversation
from bot.handlers import deeds, judging
from bot.policy import judge
from bot.policy.duties import Duty, Kind
from bot.policy.judge import Utterance
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Ref, Rows, Say, Value, say

MARKED, EMERGENCY = "marked", "emergency"  # the rules' names on a duty


@dataclass(frozen=True, slots=True)
class Marked:
    """A message, and who owes something for it now."""

    message: MessageRef
    seq: int
    kind: Kind
    asker: Person
    owing: tuple[Person, ...]


def mark(tx: Transaction, message: MessageRef, by: Person, asked: Sequence[Person] = ()) -> Card:
    """Whom the message names, or whom `asked` names, owes an answer from now on.

    The clock starts now, so that nobody is late at once by a mark set afterwards.
    """
    found = _found(tx, message, by, asked)
    if isinstance(found, Card):
        return found
    book, directory = tx.policies.current(), tx.people.snapshot().directory
    left = judging.urgent_left(tx, by.id)
    level = book.marks.level
    known = [_known(tx, message, each) for each in found.owing]
    fresh = [each for each in known if each is None or each.level != level]
    if fresh and not left:
        return Card(
            say(
                "You have marked {count} messages as urgent in the last seven days, "
                "which is all the policy allows.",
                count=book.marks.per_week,
            ),
            body=(say("What everybody marks, nobody minds. Ask in the chat, or ring them."),),
            why=say("Clause {clause}.", clause=Code(book.marks.clause)),
            tone="bad",
        )
    opened = [_owe(tx, found, person, by.id) for person in found.owing]
    facts: tuple[tuple[Say, Say | Value], ...] = (
        (say("Number"), Rows(tuple(Ref(duty.number) for duty in opened))),
        (say("Due"), opened[0].due),
    )
    if book.marks.per_week:
        share = say("{count} of {all}", count=max(0, left - bool(fresh)), all=book.marks.per_week)
        facts += ((say("Urgent messages left this week"), share),)
    return Card(
        say(
            "Marked as important. I will see that it is answered: {people}.",
            people=Rows(tuple(name_of(directory, each.id) for each in found.owing)),
        ),
        facts=facts,
        tone="good",
        about=message,
    )


def emergency(tx: Transaction, message: MessageRef, by: Person, asked: Sequence[Person]) -> Card:
    """At any hour. `by` is entitled to it; that they said so is kept with the duty."""
    found = _found(tx, message, by, asked)
    if isinstance(found, Card):
        return found
    book, directory = tx.policies.current(), tx.people.snapshot().directory
    opened = []
    for person in found.owing:
        known = _known(tx, message, person)
        if known is not None and known.authorised_by is not None:
            opened.append(known)
            continue
        if known is not None:
            deeds.settle(tx, known, "dropped", deeds.Ending("emergency", tx.clock.now()))
        opening = _opening(tx, found, person, book.emergencies.level)
        emergent = replace(
            opening,
            rule=EMERGENCY,
            clause=book.emergencies.clause,
            authorised_by=by.id,
        )
        opened.append(deeds.open_duty(tx, emergent))
    return Card(
        say(
            "This is an emergency now. I nudge at any hour, and say that you said so: {people}.",
            people=Rows(tuple(name_of(directory, each.id) for each in found.owing)),
        ),
        facts=(
            (say("Number"), Rows(tuple(Ref(duty.number) for duty in opened))),
            (say("Due"), opened[0].due),
        ),
        why=say(
            "Clause {clause}: the report counts it for the sender's department.",
            clause=Code(book.emergencies.clause),
        ),
        about=message,
    )


def _found(
    tx: Transaction, message: MessageRef, by: Person, asked: Sequence[Person]
) -> Marked | Card:
    directory = tx.people.snapshot().directory
    found = tx.records.message(conversation(message.place), message.id)
    if found is None or not tx.people.sees(by.id, message.place):
        return Card(say("I have not seen that message: I only watch rooms I am a member of."))
    row, body = found
    named = [directory.people[id] for id in body["mentions"] if id in directory.people]
    asker = directory.people.get(body["who"], by)
    owing = tuple(each for each in asked or named if each.id != asker.id and _staff(each))
    if not owing:
        return Card(
            say(
                "It names nobody who could answer. Say who should: {command}",
                command=Code("/duly important LINK @name"),
            )
        )
    text = tx.records.words(conversation(message.place), message.id)
    heard = Utterance(
        id=message.id,
        seq=row.seq,
        at=row.at,
        author=body["who"],
        text=text,
        mentions=tuple(body["mentions"]),
        names=tuple(body["names"]),
    )
    kind: Kind = "reply" if judge.asks(heard, ()) else "acknowledge"
    return Marked(message, row.seq, kind, asker, owing)


def _staff(person: Person) -> bool:
    return person.active and not person.partner


def _known(tx: Transaction, message: MessageRef, person: Person) -> Duty | None:
    place = conversation(message.place)
    found = tx.duties.of_message(place, message.id)
    return next((duty for duty in found if duty.owed_by == person.id and duty.live), None)


def _owe(tx: Transaction, marked: Marked, person: Person, by: str) -> Duty:
    """One duty for a message and person, however often it is marked."""
    level = tx.policies.current().marks.level
    known = _known(tx, marked.message, person)
    if known is not None:
        same = known.level == level or known.authorised_by is not None
        return known if same else deeds.raise_to(tx, known, level, by)
    return deeds.open_duty(tx, replace(_opening(tx, marked, person, level), marked_by=by))


def _opening(tx: Transaction, marked: Marked, person: Person, level: str) -> deeds.Opening:
    book = tx.policies.current()
    return deeds.Opening(
        kind=marked.kind,
        owed_by=person.id,
        owed_to=marked.asker.id,
        level=book.levels[level],
        clause=book.marks.clause,
        rule=MARKED,
        start=tx.clock.now(),
        about=marked.message,
        seq=marked.seq,
    )
