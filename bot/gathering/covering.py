"""Clause by clause what there is of it, for sheet, page and terminal alike. Policy 5.1.2, 5.2."""

from datetime import datetime

from bot.citing import controls
from bot.policy.coverage import Covered, coverage
from bot.store import Transaction
from bot.store.traces import ClauseTraces


def covered(tx: Transaction, start: datetime, end: datetime) -> tuple[Covered, ...]:
    """With the evidence from `start` until just before `end`."""
    return coverage(controls(), ClauseTraces(tx.rows, start, end).read())
