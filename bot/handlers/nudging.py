"""Who is nudged about what, when: planned set-wise when due, composed when sent.

Policy 1.3-moderate, 2.1.2-followup, 2.2.1-reply: in working time, once, and never after the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.card import Button, Card
from bot.effects import Send, Withdraw
from bot.events import conversation
from bot.handlers import (
    casework,
    consents,
    deeds,
    findingcards,
    looking,
    notice_cards,
    overseeing,
    planning,
    requestcards,
    restored,
    sealedwork,
    showing,
    weighing,
)
from bot.handlers.caps import Line
from bot.handlers.ladder import DUE, rung_of
from bot.handlers.weighing import remind_of
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.outbox import Parcel


@dataclass(frozen=True, slots=True)
class Nudging:
    """Both ends of a nudge's way. It keeps nothing between calls."""

    def plan(self, tx: Transaction, fallen: Sequence[Due], gather: timedelta) -> None:
        """What fell due becomes nudges, a parcel a person, held back for `gather` (lease time)."""
        planning.plan(tx, fallen, gather)

    def compose(self, tx: Transaction, parcels: Sequence[Parcel]) -> dict[str, Send]:
        """What each says now, or nothing: answered meanwhile, not the time, or enough for today.

        No two of them go to the same person.
        """
        said = weighing.weigh(tx, parcels)
        cards = [(each, said[each.id]) for each in parcels if each.id in said]
        replace_cards(
            tx, [(duty, remind_of(each).person) for each, due in cards for duty, _ in due]
        )
        made = {each.id: _made(tx, each, due) for each, due in cards}
        tx.outbox.name_each({each.id: _named(due, made[each.id]) for each, due in cards})
        return {each.id: Send(remind_of(each).to, made[each.id]) for each, _ in cards}


def _made(tx: Transaction, parcel: Parcel, due: Sequence[Line]) -> Card:
    made = card(tx, due, remind_of(parcel).person)
    return restored.again(tx, made) if parcel.restored else made


def _named(due: Sequence[Line], made: Card) -> tuple[str, tuple[Button, ...]]:
    """How it is found again: by what it is about, or by its buttons."""
    return (deeds.subject(due[0][0]), ()) if len(due) == 1 else ("", made.buttons)


def replace_cards(tx: Transaction, told: Sequence[tuple[Duty, str]]) -> None:
    """A reader has one card about a duty: an older one goes."""
    accounts = tx.people.snapshot().directory.accounts_of
    known = [(deeds.subject(duty), account) for duty, who in told for account in accounts(who)]
    for arrival in tx.outbox.retire(known):
        if arrival.message is not None:
            key = f"gone/{conversation(arrival.message.place)}/{arrival.message.id}"
            tx.outbox.add(Withdraw(arrival.to, arrival.message), key)


def buttons(tx: Transaction, parcel: str, person: str) -> tuple[Button, ...]:
    """Those of the card that a parcel became: of one thing as it is now, of several as shown."""
    kind, _, id = tx.outbox.subject(parcel).partition("/")
    duty = tx.duties.get(id) if kind == "duty" else None
    return showing.buttons(tx, duty, person) if duty else tx.outbox.shown(parcel)


def card(tx: Transaction, due: Sequence[Line], person: str) -> Card:  # noqa: PLR0911
    duty, step = due[0]
    if len(due) == 1 and duty.kind == "decide" and rung_of(step) <= DUE:
        return requestcards.reminder(tx, duty, person)
    if len(due) == 1 and duty.noticed and rung_of(step) <= DUE:
        return notice_cards.reminder(tx, duty, late=rung_of(step) == DUE)
    if len(due) == 1 and duty.secret:
        return sealedwork.reminder(tx, duty)
    if len(due) == 1 and overseeing.is_ours(duty) and rung_of(step) <= DUE:
        return overseeing.card(tx, duty)
    if len(due) == 1 and looking.is_finding(duty) and rung_of(step) <= DUE:
        return findingcards.reminder(tx, duty, person)
    if len(due) == 1 and duty.custody and rung_of(step) <= DUE:
        return consents.reminder(tx, duty, person)
    if len(due) == 1 and casework.is_case(duty) and rung_of(step) <= DUE:
        return casework.reminder(tx, duty, person)
    return showing.nudge(tx, due, person)
