"""Files what supervision found where findings are looked after. Policy 5.1.1, 5.1.2, 2.1.1."""

from dataclasses import dataclass

from bot.events import Account, MessageRef
from bot.handlers import findings
from bot.handlers.findings import Suspected
from bot.policy.findings import Role, Severity
from bot.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """`role`: who looks at it, where no head is to; `by`, `note`: who saw it, and why."""

    rule: str
    clause: str
    person: str | None = None
    about: MessageRef | None = None
    role: Role = "head"
    severity: Severity = "serious"
    by: str = ""
    note: str = ""
    account: Account | None = None


def file(tx: Transaction, filed: File) -> int:
    """Its number."""
    people = tx.people.snapshot().directory.people
    about, account = filed.about, filed.account
    suspected = Suspected(
        rule=filed.rule,
        clause=filed.clause,
        person=people.get(filed.person or ""),
        about=about,
        severity=filed.severity,
        role=filed.role,
        evidence=tuple(each for each in (about, account, filed.note) if each),
        reporter=filed.by or None,
    )
    return findings.open_(tx, suspected).number
