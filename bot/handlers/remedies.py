"""What cannot be delivered until somebody does something about it: IT is told what, once."""

from hashlib import sha256

from bot.card import Card
from bot.events import Account, Place, account_key, conversation
from bot.handlers import keepers
from bot.store import Transaction
from bot.words import Code, Quoted, Say, say


def tell(tx: Transaction, to: Account | Place, reason: str, remedy: Say) -> None:
    target = account_key(to) if isinstance(to, Account) else conversation(to)
    hashed = sha256(f"{reason}\n{target}".encode()).hexdigest()[:32]
    card = Card(
        say("I cannot deliver to {where}", where=_named(tx, to)),
        body=(remedy,),
        facts=((say("Reason"), Quoted(reason)), (say("Address"), Code(target))),
        why=say("You are told this once; what waited for it there is not sent again."),
        tone="bad",
    )
    keepers.tell(tx, "it", card, f"remedy/{hashed}", lambda account: account != to)


def _named(tx: Transaction, to: Account | Place) -> Quoted:
    if isinstance(to, Place):
        name = tx.people.place_name(to)
        return Quoted(f"#{name}" if name else to.id)
    login = tx.people.snapshot().logins.get(to)
    return Quoted(login.name if login else to.id)
