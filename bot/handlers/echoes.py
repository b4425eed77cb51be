"""What the platform shows us of our own: it ends a doubt, and betrays what arrived twice."""

import logging

from bot.events import Echoed
from bot.store import Transaction
from bot.store.outbox import Arrival

log = logging.getLogger(__name__)


def heard(tx: Transaction, event: Echoed) -> None:
    """What we know nothing of is none of ours; of what was erased, the outcome is still known."""
    row = tx.outbox.keyed(event.sent)
    if row is None:
        return
    to = tx.outbox.reader(row)
    if to is not None and tx.outbox.arrive(row.id, Arrival(to, event.message)):
        log.info("late double of %s removed", row.id)
