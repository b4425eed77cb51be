"""After the store was laid back: nothing that may have arrived is sent again. Policy 2.1.2-care.

Cards are looked for by their keys. Nudges share cards, so that no key tells whether somebody heard
of one: what they perhaps heard comes on one card, which says so.
"""

from dataclasses import replace
from datetime import datetime

from bot.card import Card
from bot.effects import Digest, Remind
from bot.handlers import keepers, planning
from bot.store import Transaction
from bot.store.outbox import RESTORED, Parcel, Written
from bot.store.restores import Why
from bot.words import Ref, say


def reconcile(tx: Transaction, since: datetime, why: Why) -> int:
    """`since`: when what we remember ends (lease time). Returns the first number from now on."""
    row = tx.restores.add(since, why)
    _gather(tx)
    tx.restores.doubt()
    tx.restores.close_doors()
    card = Card(
        say("I know nothing of what happened between {since} and now", since=since),
        body=(
            say("My database was restored from a copy of that time, or laid back to it by hand."),
            say("I read what was said meanwhile where the platform still shows it."),
            say("What was typed or pressed meanwhile may have to be done again."),
            say("Everybody signs in to their pages again."),
            say("New numbers begin at {number}.", number=Ref(row.first)),
        ),
        tone="bad",
    )
    keepers.tell(tx, "it", card, f"{RESTORED}{row.id}")
    return int(row.first)


def _gather(tx: Transaction) -> None:
    """Nudges that waited, and perhaps were sent on this card or that, go with a new one each."""
    for row, effect in tx.restores.waiting():
        assert isinstance(effect, Remind | Digest)
        if tx.nudges.within(row.id):
            tx.nudges.take(effect.person, _parcel(tx, effect), ready=[row.id], begun=[])
        if isinstance(effect, Remind):
            tx.outbox.settle(row.id, "spared", "perhaps it was sent before the restore")


def _parcel(tx: Transaction, effect: Remind | Digest) -> str:
    person = effect.person
    known = tx.outbox.gathering([person], RESTORED).get(person)
    if known is not None:
        return known
    key = f"{RESTORED}{tx.clock.new_id()}/{person}"
    new = Written(Remind(effect.to, person), key, hold=planning.REPLAY)
    return tx.outbox.add_all([new])[0]


def rest(tx: Transaction, parcel: Parcel) -> bool:
    """It stood there already: with the nudge that its key names. Others were perhaps on no card."""
    if not isinstance(parcel.effect, Remind | Digest):
        return False
    others = [
        line.duty
        for line in tx.nudges.within(parcel.id)
        if line.said and f"/{line.duty}/{line.step}/" not in parcel.key
    ]
    if others:
        tx.nudges.move(parcel.id, others, _parcel(tx, parcel.effect))
    return bool(others)


def again(tx: Transaction, card: Card) -> Card:
    """What they perhaps heard of before."""
    lost = tx.origin.lost
    if lost is None:
        return card
    note = say(
        "You may have heard of this: I know nothing of what happened between {since} and {until}.",
        since=lost.since,
        until=lost.until,
    )
    return replace(card, body=(note, *card.body))
