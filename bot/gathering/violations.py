"""What a report says of findings and cases of IT, as far as its reader may see it. Policy 5.1.1.

Who is no office sees nothing that somebody still looks at, nor what concerns who leads them.
"""

from datetime import datetime

from bot.policy import periods
from bot.policy.brought import Brought
from bot.policy.figures import cutoff
from bot.policy.people import Directory
from bot.policy.violations import Violation, Violations, judged
from bot.report import Wanted
from bot.store import Transaction
from bot.store.violations import ViolationRows

OWN = ("head", "mine")  # editions of who is no office


def read(tx: Transaction, wanted: Wanted, scope: frozenset[str] | None) -> Violations:
    before, this = periods.previous(wanted.period), wanted.period
    rows, now = ViolationRows(tx.rows, before.start, this.end), tx.clock.now()
    if scope is not None:
        return Violations(known=tuple(e for e in rows.known() if _seen(tx, wanted, scope, e)))
    ends = {
        each.label: judged(rows.ends(min(each.end, cutoff(each, this, now))))
        for each in (before, this)
    }
    return Violations(known=rows.known(), judged=ends)


def _seen(tx: Transaction, wanted: Wanted, scope: frozenset[str], each: Violation) -> bool:
    if each.person not in scope or each.open_at(wanted.period.end):
        return False
    return may_read(tx.people.snapshot().directory, wanted.person, each.person)


def may_read(directory: Directory, reader: str, about: str | None) -> bool:
    """Their own, or of whom they lead: never of who leads them."""
    known = directory.people.get(reader)
    return about == reader or not any(
        boss.id == about for boss in (directory.above(known) if known else ())
    )


def brought(
    tx: Transaction, start: datetime, end: datetime, scope: frozenset[str] | None
) -> tuple[Brought, ...]:
    found = tx.cases.brought(start, end)
    return tuple(each for each in found if scope is None or each.reporter in scope)
