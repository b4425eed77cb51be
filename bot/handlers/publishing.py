"""A file was made readable for anybody: who did it is told at once, and IT. Policy 3.2, 3.3.3."""

from bot.card import Card
from bot.effects import Send
from bot.events import FilePublished
from bot.handlers import keepers
from bot.handlers.deeds import person_named
from bot.handlers.talk import identity
from bot.store import Transaction
from bot.words import Quoted, say

NAME = 120  # characters of a file's name


def published(tx: Transaction, event: FilePublished) -> None:
    """Once for a file, whoever shares it how often."""
    tx.people.see(event.actor)
    actor = event.actor
    key = f"public/{actor.platform}/{actor.realm}/{event.file.id}"
    if tx.outbox.keyed(key) is not None:
        return
    file = Quoted(event.file.name, NAME)
    card = Card(
        say("Anybody who has the link can now read {file}", file=file),
        body=(
            say(
                "It needs no account and no password. If that was not meant, take the public link "
                "back in the file's own menu, and tell IT who may have it."
            ),
        ),
        tone="bad",
    )
    tx.outbox.add(Send(actor, card), key, urgent=True)
    who = person_named(tx, identity(tx, actor))
    told = Card(say("{person} made a file public: {file}", person=who, file=file))
    keepers.tell(tx, "it", told, key)
