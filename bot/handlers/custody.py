"""Holds and disposals that wait for somebody's consent, as duties in words. Policy 3.3.1.

Whom a hold names must not hear of it: a manager who reads what is late below them reads the same
sentence for both, and nothing of what it is about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.card import Button, Card
from bot.command import Refusal
from bot.handlers import deeds
from bot.handlers.deeds import Ending, Opening, person_named
from bot.policy.duties import Duty
from bot.policy.holds import Hold
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.disposals import Disposal
from bot.words import Code, Ref, Say, say

HOLD, DISPOSAL = "hold/", "disposal/"  # before an id: what the duty is about
HOLDS, LISTS = "retention.hold", "retention.disposal"  # the rules' names on such a duty


def hold_of(tx: Transaction, duty: Duty) -> Hold:
    found = tx.holds.get(duty.subject.removeprefix(HOLD))
    assert found is not None
    return found


def disposal_of(tx: Transaction, duty: Duty) -> Disposal:
    found = tx.disposals.get(duty.subject.removeprefix(DISPOSAL))
    assert found is not None
    return found


def is_hold(duty: Duty) -> bool:
    return duty.subject.startswith(HOLD)


def number_of(tx: Transaction, duty: Duty) -> Ref:
    return Ref((hold_of if is_hold(duty) else disposal_of)(tx, duty).number)


def what(tx: Transaction, duty: Duty) -> Say:
    """In a list of what somebody is to look at."""
    if is_hold(duty):
        return say("Say whether a legal hold may be released")
    if disposal_of(tx, duty).state == "open":
        return say("Look through what is past its term, and propose its disposal")
    return say("Say whether what is past its term may be disposed of")


def late(tx: Transaction, duty: Duty) -> Say:
    """In a list of what is late in a team."""
    return say(
        "{owner} has not looked since {due} at something that is kept",
        owner=person_named(tx, duty.owed_by),
        due=duty.due,
    )


def exits(tx: Transaction, duty: Duty) -> tuple[Button, ...]:
    """Nobody consents to what they have not looked at."""
    word = "hold" if is_hold(duty) else "disposal"
    return (Button(say("Look at it"), "🔎", f"{word} {number_of(tx, duty).number}"),)


def hold_exits(hold: Hold) -> tuple[Button, ...]:
    """What a second person can say to a release."""
    return (
        Button(say("Release it"), "🔓", f"hold {hold.number} agree"),
        Button(say("Keep holding"), "🔒", f"hold {hold.number} keep", "good"),
    )


def disposal_exits(disposal: Disposal) -> tuple[Button, ...]:
    refuse = Button(say("Not now"), "✋", f"disposal {disposal.number} refuse")
    match disposal.state:
        case "open":
            first = Button(say("Propose it"), "🗑️", f"disposal {disposal.number} propose")
            return (first, refuse)
        case "proposed":
            first = Button(say("I consent"), "✅", f"disposal {disposal.number} consent", "good")
            return (first, refuse)
        case "agreed":
            return (replace(refuse, label=say("Stop it")),)
        case _:
            return ()


def ask(tx: Transaction, persons: Iterable[str], subject: str, rule: str) -> None:
    """Each of them owes a look at it, until one has given it."""
    book = tx.policies.current()
    opening = Opening(
        kind="review",
        owed_by=None,
        owed_to=None,
        level=book.levels[book.retention.level],
        clause=book.retention.clause,
        rule=rule,
        start=tx.clock.now(),
        subject=subject,
    )
    deeds.open_all(tx, opening, persons)


def settled(tx: Transaction, subject: str, card: Card) -> None:
    """Somebody has looked: nobody else need, and their cards say what came of it."""
    for duty in tx.duties.about(subject):
        deeds.settle(tx, duty, "done", Ending("consented", tx.clock.now()))
        deeds.amend(tx, duty, card)


def trusted(tx: Transaction, roles: Sequence[str]) -> list[Person]:
    """Who has one of these roles, by name."""
    people = tx.people.snapshot().directory.people.values()
    found = [each for each in people if each.active and not each.partner]
    return sorted((p for p in found if p.roles & set(roles)), key=lambda each: each.name)


def refuse_role() -> Refusal:
    return Refusal(
        say("This is not for your role. What you can do: {help}", help=Code("/duly help"))
    )
