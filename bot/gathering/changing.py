"""Reads what was changed in a period: the policy, who has which role, leave after the fact. 5.2."""

from datetime import datetime

from bot.policy.changing import Changes
from bot.report import Edition, Wanted
from bot.store import Transaction

RULES: tuple[Edition, ...] = ("hr", "head", "board", "audit")  # who reads what the policy says
ROLES: tuple[Edition, ...] = ("hr", "audit")
LEAVE: tuple[Edition, ...] = ("hr", "head", "audit")


def changes(tx: Transaction, wanted: Wanted, scope: frozenset[str] | None) -> Changes:
    """Heads read of the leave of their own people alone."""
    period, edition = wanted.period, wanted.edition
    end: datetime = min(period.end, tx.clock.now())
    leaves = tx.oversight.leaves() if edition in LEAVE else ()
    return Changes(
        policies=tuple(tx.policies.adopted(period.start, end)) if edition in RULES else (),
        roles=tuple(tx.oversight.granted(period.start, end)) if edition in ROLES else (),
        leaves=tuple(
            each
            for each in leaves
            if each.made_at in period
            and each.late(period.zone)
            and (scope is None or each.person in scope)
        ),
    )
