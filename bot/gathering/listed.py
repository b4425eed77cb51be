"""Reads what sheets list line by line beside duties, as far as a reader may know of it. 5.2."""

from dataclasses import replace
from datetime import datetime

from bot.policy.duties import Duty
from bot.policy.findings import Finding
from bot.policy.particulars import Particulars
from bot.store import Transaction
from bot.store.particulars import ParticularRows
from bot.store.scope import Scope


def findings(tx: Transaction, start: datetime, end: datetime, scope: Scope) -> tuple[Finding, ...]:
    """Those told to their authors; for a head those decided."""
    return tuple(
        each
        for each in tx.findings.between(start, end)
        if each.told and (scope is None or (each.person in scope and each.state == "settled"))
    )


def particulars(
    tx: Transaction, start: datetime, end: datetime, scope: Scope, duties: tuple[Duty, ...]
) -> Particulars:
    """What somebody may read of it: of whom they lead, or their own."""
    found = ParticularRows(tx.rows, start, end, scope).read()
    if scope is None:
        return found
    ours = {duty.id for duty in duties}
    return replace(
        found,
        pledged=tuple(each for each in found.pledged if each.duty in ours),
        seated=tuple(each for each in found.seated if each.person in scope),
        posted=tuple(
            replace(each, readers=mine)
            for each in found.posted
            if (mine := tuple(one for one in each.readers if one.person in scope))
            or each.author in scope
        ),
        met=tuple(each for each in found.met if each.organiser in scope),
        released=tuple(each for each in found.released if each[0] in scope),
    )
