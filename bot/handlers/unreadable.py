"""What was said and cannot be read yet: it is known, and its author is asked to say it again.

Policy 3.3.2, 2.2.1-reply. Once for a room and day, in their working time, and not where it could
be read meanwhile.
"""

from zoneinfo import ZoneInfo

from bot.card import Card
from bot.effects import AskAgain, Send
from bot.events import (
    CommandInvoked,
    FileShared,
    Happening,
    MessageChanged,
    MessagePosted,
    Undecryptable,
    conversation,
)
from bot.store import Transaction
from bot.store.outbox import Parcel, Written
from bot.store.unreadable import HOLD
from bot.words import Quoted, say, say_many


def came(tx: Transaction, event: Undecryptable) -> None:
    place, id = conversation(event.message.place), event.message.id
    if tx.records.message(place, id) is not None:
        return
    if not tx.unreadable.note(event.message, event.author, event.at):
        return
    if tx.people.snapshot().directory.behind(event.author) is None:
        return
    effect = AskAgain(event.author, event.message.place)
    tx.outbox.add_all([Written(effect, f"unreadable/{place}/{id}", hold=HOLD)])


def heard(tx: Transaction, event: Happening) -> None:
    """Is it something we could not read before? Asked of every event: be quick."""
    match event:
        case MessagePosted() | MessageChanged() | FileShared():
            message = event.message
        case CommandInvoked(message=ref) if ref is not None:
            message = ref
        case _:
            return
    key = conversation(message.place), message.id
    if tx.unreadable.waits(key):
        tx.unreadable.read(key)


def compose(tx: Transaction, parcel: Parcel, effect: AskAgain) -> Send | None:
    """What is still not readable there, or nothing: it is, or they were asked today."""
    place = conversation(effect.place)
    found = tx.unreadable.still(place, effect.to)
    if not found:
        tx.outbox.settle(parcel.id, "spared", "it could be read meanwhile")
        return None
    if _asked_today(tx, parcel, effect):
        tx.outbox.settle(parcel.id, "spared", "they were asked today")
        return None
    tx.unreadable.ask(found, parcel.id)
    name = tx.people.place_name(effect.place)
    room, first = Quoted(f"#{name}"), found[0].at
    title = (
        say_many(
            "I could not read your message of {at} in {room}.",
            "I could not read {count} messages of yours in {room}, the first of {at}.",
            len(found),
            at=first,
            room=room,
        )
        if name
        else say_many(
            "I could not read what you wrote to me at {at}.",
            "I could not read {count} messages that you wrote to me, the first of {at}.",
            len(found),
            at=first,
        )
    )
    again = say("Please send it again. Until then I do not know what it asks or answers.")
    why = say("It came encrypted, and the key to it did not reach me.")
    return Send(effect.to, Card(title, body=(again,), why=why))


def _asked_today(tx: Transaction, parcel: Parcel, effect: AskAgain) -> bool:
    last = tx.unreadable.last_asked(conversation(effect.place), effect.to, parcel.id)
    if last is None:
        return False
    zone = ZoneInfo(tx.people.reader(effect.to, tx.home()).zone)
    return last.astimezone(zone).date() == tx.clock.now().astimezone(zone).date()
