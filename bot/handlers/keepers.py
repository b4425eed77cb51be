"""Tells who looks after the bot, or after people, what only they can put right. Policy 5.1.1."""

from collections.abc import Callable

from bot.card import Card
from bot.effects import Send
from bot.events import Account
from bot.store import Transaction


def everywhere(account: Account) -> bool:  # noqa: ARG001
    return True


def tell(
    tx: Transaction,
    role: str,
    card: Card,
    key: str,
    reachable: Callable[[Account], bool] = everywhere,
) -> None:
    """Everybody with that role, once for a key, in their working time."""
    for person in tx.people.snapshot().directory.with_role(role):
        one = f"{key}/{person.id}"
        account = tx.people.reached_at_one(person.id, reachable)
        if account is not None and tx.outbox.keyed(one) is None:
            tx.outbox.add(Send(account, card), one)
