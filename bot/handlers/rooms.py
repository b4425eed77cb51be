"""We join and leave rooms, and rooms change: who is in them is told what that means.

Policy 3.3.2 (everything is kept), 2.2.1-reply, 3.3.1 (for how long).
"""

from bot.card import Card
from bot.effects import Send
from bot.events import MembershipChanged, Place, PlaceChanged, conversation
from bot.handlers import absences, deeds, keepers
from bot.store import Transaction
from bot.store.gaps import OPEN
from bot.words import Code, Quoted, say


def moved(tx: Transaction, event: MembershipChanged) -> None:
    known = tx.people.is_in(event.account, event.place)
    tx.people.move(event)
    if not event.ours or known == event.joined:
        return
    place = conversation(event.place)
    if event.joined:
        tx.gaps.end(place, event.at)
        tx.outbox.add(Send(event.place, _welcome(tx, event.place)), f"joined/{place}/{event.key}")
    else:
        _blind(tx, event)


def _blind(tx: Transaction, event: MembershipChanged) -> None:
    """From now on nobody can say what is answered there."""
    place = conversation(event.place)
    if not tx.gaps.is_open(place):
        tx.gaps.add(place, event.at)
    absences.unseen(tx, place, event.at, OPEN)


def _welcome(tx: Transaction, place: Place) -> Card:
    """Only what is true today."""
    book = tx.policies.current()
    kept = book.channel(tx.people.place_name(place)).class_name
    return Card(
        say("Duly is in this room from now on"),
        body=(
            say("I keep every message, edit and deletion here, sealed (clause 3.3.2)."),
            say(
                "Questions and requests to somebody are watched, and who owes the answer is "
                "nudged before it is late (clause 2.2.1)."
            ),
            say("I repeat words of this room only to people who are in it."),
        ),
        facts=(
            (say("Class of what is said here"), Code(kept)),
            (
                say("To be kept for"),
                say("{count} months", count=book.classes[kept].keep_months),
            ),
            (say("Help"), Code("/duly help")),
        ),
        why=say("How long each class is kept stands in the company's policy file."),
    )


def changed(tx: Transaction, event: PlaceChanged) -> None:
    key = event.place.platform, event.place.realm, event.place.id
    before = tx.people.snapshot().places.get(key)
    tx.people.settle_in(event)
    if event.archived and not (before and before.archived):
        absences.unseen(tx, conversation(event.place), event.at, OPEN)
    if event.outside and not (before and before.outside):
        _warn(tx, event)


def _warn(tx: Transaction, event: PlaceChanged) -> None:
    """IT, and the heads of who is in it."""
    directory = tx.people.snapshot().directory
    name = tx.people.place_name(event.place)
    card = Card(
        say("People of other companies can read {room}", room=Quoted(f"#{name}")),
        body=(say("What is internal does not belong there any more."),),
    )
    key = f"outside/{conversation(event.place)}/{event.key}"
    keepers.tell(tx, "it", card, key)
    inside = (directory.people[each] for each in tx.people.members(event.place))
    heads = {head.id for each in inside if (head := directory.head_of(each)) is not None}
    it = {each.id for each in directory.with_role("it")}
    for one in sorted(heads - it):
        deeds.tell(tx, one, card, f"{key}/{one}")
