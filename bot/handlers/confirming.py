"""`confirm 12`: the caller confirms whatever goes by that number. Policy 3.2.2, 2.1.2-followup.

Numbers are given once, so at most one of the ways knows it.
"""

from collections.abc import Callable

from bot.card import Card
from bot.command import Call, Refusal
from bot.handlers import deeds, minutes, understanding
from bot.policy import duties
from bot.policy.duties import Duty, nobody_owes
from bot.words import Code, Ref, Say, say


def confirm(call: Call, number: int, words: str) -> Card:
    for way in WAYS:
        if (card := way(call, number, words)) is not None:
            return card
    raise Refusal(nobody_owes(number))


def acknowledged(call: Call, number: int, words: str) -> Card | None:  # noqa: ARG001
    """A message that asked for no more than "received"."""
    duty = call.tx.duties.find(number)
    if duty is None or duty.kind != "acknowledge" or duty.owed_by != call.person.id:
        return None
    return done(call, duty)


def done(call: Call, duty: Duty) -> Card:
    """Its owner says that it is."""
    if why := duties.why_settled(duty):
        return Card(why)

    deeds.settle(call.tx, duty, "done", deeds.Ending("said so", call.now))
    return Card(
        _done(call, duty),
        tone="good",
        why=say("Undo: {command}", command=Code(f"/duly reopen {duty.number}")),
    )


def _done(call: Call, duty: Duty) -> Say:
    number = Ref(duty.number)
    if duty.owed_to is None:
        return say("Done: {number}.", number=number)
    return say(
        "Done: {number}. {person} can open it again.",
        number=number,
        person=call.who(duty.owed_to),
    )


WAYS: tuple[Callable[[Call, int, str], Card | None], ...] = (
    understanding.confirm,
    minutes.confirm,
    acknowledged,
)
