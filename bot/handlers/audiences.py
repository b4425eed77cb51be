"""Whom the words of an audience mean now: the directory, the rooms and the policy's lists.

Policy 3.2.2.
"""

from collections.abc import Sequence

from bot.command import Refusal
from bot.policy.notices import NoAudience, Scope
from bot.store import Transaction
from bot.words import say


def people(tx: Transaction, audience: Sequence[str], author: str) -> frozenset[str]:
    """Everybody it names but its author, who need not confirm. Raises Refusal."""
    try:
        found = scope(tx, author).people(audience) - {author}
    except NoAudience as unclear:
        raise Refusal(unclear.why) from None
    if not found:
        raise Refusal(say("Nobody is in this audience. A notice to nobody is not published."))
    return found


def scope(tx: Transaction, author: str) -> Scope:
    book = tx.policies.current()

    def members(name: str) -> Sequence[str] | None:
        """Of the channels of that name which `author` can see."""
        places = [each for each in tx.people.places_named(name) if tx.people.sees(author, each)]
        if not places:
            return None
        return [person for place in places for person in tx.people.members(place)]

    return Scope(tx.people.snapshot().directory, book.lists, tuple(book.calendars), members)
