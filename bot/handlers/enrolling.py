"""A table of people, taken in: from the terminal and from the page alike. Policy 1.2."""

from bot.handlers import absences, accounts, attesting, delegating, notices, passing
from bot.intake import people as intake
from bot.intake.plans import Plan
from bot.intake.tables import Table
from bot.store import Transaction
from bot.store.intake import Register


def planned(tx: Transaction, table: Table, *, complete: bool) -> Plan:
    """What would change; nothing does. `complete`: who is not in it leaves. Raises Faults."""
    return intake.plan(
        table,
        tx.people.snapshot().directory,
        tx.policies.current(),
        complete=complete,
        elsewhere=Register(tx).elsewhere(),
    )


def enrol(tx: Transaction, plan: Plan) -> int:
    """All of it, or nothing. Returns how many accounts were linked by their e-mail."""
    intake.apply(Register(tx), plan)
    linked = accounts.link(tx)
    _follow_up(tx, plan)
    return linked


def _follow_up(tx: Transaction, plan: Plan) -> None:
    """Who takes over from those who leave or move; and leave moves what is due."""
    for before, after in plan.changed:
        if before.active > after.active:
            notices.left(tx, after.id)
            attesting.left(tx, after.id)
        if before.active > after.active or before.department != after.department:
            passing.begin(tx, after.id)
            delegating.ask_again(tx, after.id)
    delegating.look_again(tx)
    for spell in plan.spells:
        if spell.kind == "leave":
            absences.began(tx, spell.absence)
