"""Who gives a file an address at which anybody can read it is told so, and nobody else.

Policy 1.3-confidential.
"""

from bot.card import Card
from bot.effects import Send
from bot.events import FilePublished
from bot.store import Transaction
from bot.words import Code, Quoted, say


def heard(tx: Transaction, event: FilePublished) -> None:
    """At once, for it follows from what they have just done; a stranger has no rules of ours."""
    if tx.people.snapshot().directory.behind(event.actor) is None:
        return
    card = Card(
        say("Anybody who has the address can read your file now"),
        body=(
            Quoted(event.file.name),
            say(
                "If it was not meant for people outside the company, take the public link back "
                "in the menu of the file."
            ),
        ),
        why=say("Clause {clause}.", clause=Code("1.3-confidential")),
        tone="bad",
    )
    tx.outbox.add(Send(event.actor, card), f"{event.key}/0", urgent=True)
