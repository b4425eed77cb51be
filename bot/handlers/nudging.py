"""Who is nudged about what, when: planned set-wise when due, composed when sent.

Policy 1.3-moderate, 2.1.2-followup, 2.2.1-reply: in working time, once, and never after the answer.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.card import Button, Card
from bot.effects import Remind, Send, Withdraw
from bot.events import conversation
from bot.handlers import (
    caps,
    casework,
    consents,
    deeds,
    digests,
    findingcards,
    looking,
    notice_cards,
    overseeing,
    planning,
    requestcards,
    restored,
    sealedwork,
    showing,
    times,
)
from bot.handlers.caps import Line
from bot.handlers.ladder import DUE, rung_of
from bot.handlers.planning import hearer
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.outbox import LATER, Parcel

DAY = timedelta(days=1)  # after which who is never at work is looked for again
SOON = timedelta(seconds=2)  # lease time


@dataclass(frozen=True, slots=True)
class Nudging:
    """Both ends of a nudge's way. It keeps nothing between calls."""

    def plan(self, tx: Transaction, fallen: Sequence[Due], gather: timedelta) -> None:
        """What fell due becomes nudges, a parcel a person, held back for `gather` (lease time)."""
        planning.plan(tx, fallen, gather)

    def compose(self, tx: Transaction, parcel: Parcel) -> Send | None:
        """What is said now, or nothing: answered meanwhile, not the time, or enough for today."""
        remind, now = parcel.effect, tx.clock.now()
        assert isinstance(remind, Remind)
        if not parcel.emergency and digests.coming(tx, remind.person, now):
            tx.outbox.wait(parcel, SOON)
            return None
        due = _still_due(tx, parcel, remind.person)
        if not due:
            tx.nudges.decide(parcel.id, ())
            tx.outbox.settle(parcel.id, "spared", "nothing in it was still due")
            return None
        if answering(tx, (duty for duty, _ in due)):
            tx.outbox.wait(parcel, SOON)
            return None
        if parcel.emergency:
            return _said(tx, parcel, remind, due)
        opens = times.opening(tx, remind.person, now) or now + DAY
        if opens > now:
            tx.outbox.postpone(parcel, opens)
            return None
        return _said(tx, parcel, remind, _enough(tx, parcel, remind, due))


def _still_due(tx: Transaction, parcel: Parcel, person: str) -> list[Line]:
    """The highest rung of each duty. What was perhaps sent already says nothing new."""
    lines = [line for line in tx.nudges.within(parcel.id) if line.said or not parcel.doubtful]
    highest: dict[str, int] = {}
    for line in lines:
        highest[line.duty] = max(line.step, highest.get(line.duty, 0))
    duties = tx.duties.many(highest)
    found = [(duties[id], step) for id, step in highest.items() if id in duties]
    return [(duty, step) for duty, step in found if owed_now(tx, duty, step, person)]


def owed_now(tx: Transaction, duty: Duty, step: int, person: str) -> bool:
    """`person` is still to hear of that rung."""
    now = tx.clock.now()
    promised = duty.promised_for is not None and duty.promised_for > now
    calm = duty.live and duty.held is None and not promised
    return calm and hearer(tx, duty, step) == person


def answering(tx: Transaction, duties: Iterable[Duty]) -> bool:
    """Perhaps one of them was answered a moment ago: something said there waits to be handled."""
    return tx.journal.pending(conversation(duty.about.place) for duty in duties if duty.about)


def _enough(tx: Transaction, parcel: Parcel, remind: Remind, due: list[Line]) -> list[Line]:
    """What may be said today; the rest goes to what waits for their digest."""
    if parcel.later or parcel.doubtful or parcel.restored:
        return due
    now = caps.allowed(tx, parcel.id, remind.person, due)
    rest = {duty.id for duty, _ in due} - {duty.id for duty, _ in now}
    if rest:
        put_off(tx, parcel, remind, rest)
    return now


def put_off(tx: Transaction, parcel: Parcel, remind: Remind, duties: Collection[str]) -> None:
    """To somebody's next digest or, where they get none, to its hour."""
    person = remind.person
    waiting = tx.outbox.later(person)
    if waiting is None:
        now = tx.clock.now()
        waiting = tx.outbox.add(remind, f"{LATER}{person}/{tx.clock.new_id()}")
        at = digests.next_hour(tx, person, now) or now + DAY
        tx.outbox.hold(waiting, at)
    tx.nudges.move(parcel.id, duties, waiting)
    digests.expect(tx, person)


def _said(tx: Transaction, parcel: Parcel, remind: Remind, due: Sequence[Line]) -> Send | None:
    if not due:
        tx.outbox.settle(parcel.id, "spared", "it waits for the digest")
        return None
    tx.nudges.decide(parcel.id, [duty.id for duty, _ in due])
    for duty, _ in due:
        replace_card(tx, duty, remind.person)
    made = card(tx, due, remind.person)
    if parcel.restored:
        made = restored.again(tx, made)
    if len(due) == 1:
        tx.outbox.name(parcel.id, deeds.subject(due[0][0]))
    else:
        tx.outbox.name(parcel.id, "", made.buttons)
    return Send(remind.to, made)


def replace_card(tx: Transaction, duty: Duty, person: str) -> None:
    """A reader has one card about a duty: an older one goes."""
    accounts = tx.people.snapshot().directory.accounts_of(person)
    for arrival in tx.outbox.retire(deeds.subject(duty), accounts):
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
