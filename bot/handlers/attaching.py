"""Files for forms: kept for a day as they were sent, then copied for good. 2.1.2-attachment.

What is approved is the copy: nothing that happens to the first one afterwards changes it.
"""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from bot.command import Refusal
from bot.policy import attachments
from bot.policy.attachments import Attached
from bot.policy.people import Person
from bot.port import Brought
from bot.store import Transaction
from bot.store.files import Stored
from bot.words import Quoted, say

KEPT = timedelta(days=1)  # until it is used
ID = 32  # hex digits
MEGA = 1_000_000


def keep(tx: Transaction, brought: Brought) -> str:
    """Its reference. The same again is the same file. Raises Refusal."""
    person = tx.people.snapshot().directory.behind(brought.by)
    if person is None:
        raise Refusal(say("I do not know this account yet, so I can do nothing for it."))
    name, rules = attachments.safe_name(brought.name), tx.policies.current().files
    if not brought.body:
        raise Refusal(say("{name} is empty. Choose it again.", name=Quoted(name)))
    if len(brought.body) > rules.longest:
        most = rules.longest // MEGA
        raise Refusal(say("{name} is larger than {most} MB.", name=Quoted(name), most=most))
    id = _id(brought, person)
    if tx.files.stored(id) is None:
        if tx.files.waiting(person.id) + len(brought.body) > rules.waiting:
            raise Refusal(
                say("You have uploaded too much that was not used. It is removed after a day.")
            )
        tx.files.keep(id, name, person.id, brought.body, KEPT)
    return attachments.reference(id)


def _id(brought: Brought, person: Person) -> str:
    content = hashlib.sha256(brought.body).hexdigest()
    whole = "\n".join((person.id, brought.key, content, brought.name))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:ID]


def resolve(tx: Transaction, person: Person, value: str) -> tuple[Attached, ...]:
    """The files that a field's value refers to. Raises Refusal where one is not theirs to use."""
    if why := attachments.why_not(value):
        raise Refusal(why)
    found = [_theirs(tx, person, each) for each in attachments.referred(value)]
    if not all(found):
        raise Refusal(
            say("One of the files is not there any more. Choose it again, and send the form anew.")
        )
    return tuple(each for each in found if each)


def claim(tx: Transaction, attached: Iterable[Attached]) -> tuple[Attached, ...]:
    """Copies that stay; each with the hash of the bytes that were copied."""
    return tuple(_attached(tx.files.copy(each.file)) for each in attached)


def names(tx: Transaction, person: Person, values: Iterable[str]) -> dict[str, str]:
    """How the files are called that fields hold already, by id; what is not theirs is left out."""
    files = [each for value in values for each in _referred(value)]
    found = {each: _theirs(tx, person, each) for each in files}
    return {id: each.name for id, each in found.items() if each}


def _referred(value: str) -> tuple[str, ...]:
    return () if attachments.why_not(value) else attachments.referred(value)


def _theirs(tx: Transaction, person: Person, file: str) -> Attached | None:
    """The same for what is not there and for what is another's."""
    stored = tx.files.stored(file)
    return _attached(stored) if stored and stored.owner == person.id else None


def _attached(stored: Stored) -> Attached:
    return Attached(stored.name, stored.size, stored.sha256, stored.id)
