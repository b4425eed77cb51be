"""Reports to handle, as duties in words: a number, and nothing of what was reported. 5.1.3."""

from bot.card import Card
from bot.policy.casefile import ACKNOWLEDGE, ANSWER
from bot.policy.duties import CASE, Duty
from bot.store import Transaction
from bot.words import Code, Link, Ref, Say, say


def number(tx: Transaction, duty: Duty) -> Ref:
    """Those who handle it know it by the number of the case."""
    case = tx.sealed.get(duty.subject.removeprefix(CASE))
    return Ref(case.number if case else duty.number)


def what(tx: Transaction, duty: Duty) -> Say:  # noqa: ARG001
    """In a list of what somebody owes."""
    if duty.rule == ACKNOWLEDGE:
        return say("Look at a case")
    if duty.rule == ANSWER:
        return say("Answer in a case")
    return say("Bring a case to its end")


def reminder(tx: Transaction, duty: Duty) -> Card:
    """Where it can be opened: nowhere but in a browser of who has a key to it."""
    known, address = number(tx, duty), tx.links.address()
    here = (Link(f"{address}/sealed/{known.number}"),) if address else ()
    return Card(
        say("A case waits for you: {number}", number=known),
        body=(what(tx, duty), *here),
        facts=((say("Due"), duty.due),),
        why=say(
            "Clause {clause}: only you and who else has a key can open it.",
            clause=Code(duty.clause),
        ),
    )
