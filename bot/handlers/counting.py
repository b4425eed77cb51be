"""What may be counted of reports: totals of a period, never a case. Policy 5.1.3.

Whoever writes a sheet takes its numbers from here.
"""

from datetime import datetime

from bot.handlers import times
from bot.policy.reporting import Passage, Totals, totals
from bot.store import Transaction


def between(tx: Transaction, start: datetime, end: datetime) -> Totals:
    """Of the cases received then; what is fewer than the policy lets be counted apart is None."""
    book = tx.policies.current()
    rules, calendar = book.reporting, tx.policies.calendar("office", book)
    passages = [
        Passage(
            due=times.working_days(case.at, rules.acknowledge_days, calendar),
            assessed_at=case.assessed_at,
            closed_at=case.closed_at,
            outcome=case.outcome,
        )
        for case in tx.sealed.between(start, end)
    ]
    return totals(passages, rules.at_least)
