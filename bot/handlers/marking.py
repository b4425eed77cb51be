"""Marking a message as important by hand. Policy 2.1.2-followup."""

from collections.abc import Sequence

from bot.card import Card
from bot.command import name_of
from bot.events import MessageRef, conversation
from bot.handlers import deeds
from bot.policy.duties import Duty
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Ref, Rows, say

MARKED = "marked"  # the rule's name on a duty


def mark(tx: Transaction, message: MessageRef, by: Person, asked: Sequence[Person] = ()) -> Card:
    """Whom the message names, or whom `asked` names, owes an answer from now on.

    The clock starts now, so that nobody is late at once by a mark set afterwards.
    """
    directory = tx.people.snapshot().directory
    found = tx.records.message(conversation(message.place), message.id)
    if found is None or not tx.people.sees(by.id, message.place):
        return Card(say("I have not seen that message: I only watch rooms I am a member of."))
    row, body = found
    named = [directory.people[id] for id in body["mentions"] if id in directory.people]
    asker = directory.people.get(body["who"], by)
    owing = [each for each in asked or named if each.id != asker.id and _staff(each)]
    if not owing:
        return Card(
            say(
                "It names nobody who could answer. Say who should: {command}",
                command=Code("/duly important LINK @name"),
            )
        )
    opened = [_owe(tx, person, asker, message, row.seq) for person in owing]
    return Card(
        say(
            "Marked as important. I will see that it is answered: {people}.",
            people=Rows(tuple(name_of(directory, each.id) for each in owing)),
        ),
        facts=(
            (say("Number"), Rows(tuple(Ref(duty.number) for duty in opened))),
            (say("Due"), opened[0].due),
        ),
        tone="good",
        about=message,
    )


def _staff(person: Person) -> bool:
    return person.active and not person.partner


def _owe(tx: Transaction, person: Person, asker: Person, message: MessageRef, seq: int) -> Duty:
    """One duty for a message and person, however often it is marked."""
    for known in tx.duties.of_message(conversation(message.place), message.id):
        if known.owed_by == person.id:
            return known
    book = tx.policies.current()
    opening = deeds.Opening(
        kind="reply",
        owed_by=person.id,
        owed_to=asker.id,
        level=book.levels[book.marks.level],
        clause=book.marks.clause,
        rule=MARKED,
        start=tx.clock.now(),
        about=message,
        seq=seq,
    )
    return deeds.open_duty(tx, opening)
