"""What may be counted of reports: totals of whole quarters, never a case. Policy 5.1.3.

Whoever writes a sheet takes its numbers from here.
"""

from bot.handlers import times
from bot.policy import reported
from bot.policy.periods import Period
from bot.policy.reported import Line, Passage
from bot.store import Transaction

SHOWN = 4  # quarters


def until(tx: Transaction, period: Period) -> tuple[Line, ...]:
    """Of the quarters that are over, the last of them that in which the period ends."""
    book = tx.policies.current()
    rules, calendar = book.reporting, tx.policies.calendar("office", book)
    passages = [
        Passage(
            at=case.at,
            due=times.working_days(case.at, rules.acknowledge_days, calendar),
            assessed_at=case.assessed_at,
            closed_at=case.closed_at,
            outcome=case.outcome,
        )
        for case in tx.sealed.times()
    ]
    quarters = reported.over(period, tx.clock.now(), SHOWN)
    return reported.lines(passages, quarters, rules.at_least)
