"""Each person's own page: what they owe, what they wait for."""

from bot.card import Card
from bot.effects import ShowHome
from bot.events import HomeOpened
from bot.handlers import lists
from bot.store import Transaction


def opened(tx: Transaction, event: HomeOpened) -> None:
    person = tx.people.snapshot().directory.behind(event.actor)
    if person is None:
        return
    cards: tuple[Card, ...] = (lists.mine(tx, person), lists.waiting(tx, person))
    tx.outbox.add(ShowHome(event.actor, cards), f"{event.key}/0")
