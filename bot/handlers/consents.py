"""The card of a duty to consent to a release or to a disposal. Policy 3.3.1."""

from bot.card import Card
from bot.handlers import custody, disposals, holds
from bot.policy.duties import Duty
from bot.store import Transaction


def reminder(tx: Transaction, duty: Duty, reader: str) -> Card:
    """For who still has to look at it."""
    known = tx.people.snapshot().directory.people[reader]
    if custody.is_hold(duty):
        return holds.reminder(tx, custody.hold_of(tx, duty), known, duty.due)
    return disposals.reminder(tx, custody.disposal_of(tx, duty), known, duty.due)
