"""What a report says of findings and cases of IT, as far as its reader may see it. Policy 5.1.1.

Who is no office sees nothing that somebody still looks at.
"""

from datetime import datetime

from bot.policy import periods
from bot.policy.brought import Brought
from bot.policy.figures import cutoff
from bot.policy.violations import Violations, judged
from bot.report import Wanted
from bot.store import Transaction
from bot.store.violations import ViolationRows


def read(tx: Transaction, wanted: Wanted, scope: frozenset[str] | None) -> Violations:
    before, this = periods.previous(wanted.period), wanted.period
    rows, now = ViolationRows(tx.rows, before.start, this.end), tx.clock.now()
    if scope is not None:
        theirs = (each for each in rows.known() if each.person in scope)
        return Violations(known=tuple(e for e in theirs if not e.open_at(this.end)))
    ends = {
        each.label: judged(rows.ends(min(each.end, cutoff(each, this, now))))
        for each in (before, this)
    }
    return Violations(known=rows.known(), judged=ends)


def brought(
    tx: Transaction, start: datetime, end: datetime, scope: frozenset[str] | None
) -> tuple[Brought, ...]:
    found = tx.cases.brought(start, end)
    return tuple(each for each in found if scope is None or each.reporter in scope)
