"""Files what supervision found where findings are looked after. Policy 5.1.1, 5.1.2, 2.1.1."""

from dataclasses import dataclass

from bot.events import Account, MessageRef
from bot.handlers import findings
from bot.handlers.findings import Suspected
from bot.policy.releases import Severity
from bot.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """`role`: who looks at it, where nobody's head is to; `by`, `note`: who saw it, and why."""

    rule: str
    clause: str
    person: str | None = None
    about: MessageRef | None = None
    role: str = ""
    severity: Severity = "serious"
    by: str = ""
    note: str = ""
    account: Account | None = None


def file(tx: Transaction, filed: File) -> int:
    """Its number."""
    people = tx.people.snapshot().directory.people
    found = findings.open_(
        tx,
        Suspected(
            rule=filed.rule,
            clause=filed.clause,
            person=people.get(filed.person or ""),
            about=filed.about,
            severity=filed.severity,
        ),
    )
    return found.number
