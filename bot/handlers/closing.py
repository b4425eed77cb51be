"""An account is closed while its person is still in the directory. Policy 3.2.4.

Where it was their last, somebody else must see to what they owe: their manager is asked, as when
somebody leaves.
"""

from bot.card import Card
from bot.events import AccountChanged
from bot.handlers import deeds, keepers, passing
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Ref, Say, say


def closed(tx: Transaction, event: AccountChanged) -> None:
    person = tx.people.snapshot().directory.behind(event.account)
    if person is None or person.partner or tx.people.reached_at(person.id) is not None:
        return  # what they are written goes to another account
    boss = tx.people.snapshot().directory.manager_of(person)
    asked = passing.begin(tx, person.id)
    told: tuple[Say, ...] = (say("They can no longer be reached in the chat."),)
    if boss is None:
        told += (say("Nobody leads them: name who takes over what they owe."),)
    elif asked is not None:
        name = deeds.person_named(tx, boss.id)
        number = Ref(asked.number)
        told += (say("{person} is asked who takes over: {number}", person=name, number=number),)
    card = Card(
        say("The last account of {person} was closed", person=deeds.person_named(tx, person.id)),
        body=told,
        why=say("If they have left, HR marks so in the directory."),
    )
    _tell(tx, event, person, boss, card)


def _tell(
    tx: Transaction, event: AccountChanged, person: Person, boss: Person | None, card: Card
) -> None:
    key = f"closed/{person.id}/{event.key}"
    if boss is not None:
        deeds.tell(tx, boss.id, card, f"{key}/{boss.id}")
    keepers.tell(tx, "hr", card, key)
    if boss is None:
        keepers.tell(tx, "it", card, key)
