"""Findings: a rule that something appears to break, until somebody has looked at it.

Policy 3.2. Nobody's words are kept here: the message it is about is a record of its own. What came
of a finding, the database itself will not change.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from bot.events import MessageRef, Place, account_of, conversation
from bot.policy.releases import Finding
from bot.store.rows import Rows, Where
from bot.store.schema import findings

SAME = tuple(each.name for each in fields(Finding) if each.name not in ("about", "note"))


@dataclass(frozen=True, slots=True)
class Findings:
    rows: Rows

    def add(self, finding: Finding) -> None:
        about = finding.about
        values = {name: getattr(finding, name) for name in SAME}
        place = conversation(about.place) if about else None
        self.rows.add(findings, **values, conversation=place, message=about and about.id)

    def find(self, number: int) -> Finding | None:
        return self._first(findings.c.number == number)

    def get(self, id: str) -> Finding | None:
        return self._first(findings.c.id == id)

    def of_message(self, about: MessageRef) -> list[Finding]:
        """In order of time."""
        c = findings.c
        return self._all(c.conversation == conversation(about.place), c.message == about.id)

    def of_person_since(self, person: str | None, at: datetime) -> list[Finding]:
        c = findings.c
        whose = c.person.is_(None) if person is None else c.person == person
        return self._all(whose, c.at >= at)

    def many(self, ids: Collection[str]) -> list[Finding]:
        return self._all(findings.c.id.in_(ids)) if ids else []

    def between(self, start: datetime, end: datetime) -> list[Finding]:
        return self._all(findings.c.at >= start, findings.c.at < end)

    def settle(self, finding: Finding) -> bool:
        """False where somebody else came first."""
        c = findings.c
        names = ("state", "how", "settled_by", "settled_at")
        note = self.rows.close(c.note, finding.id, finding.note) if finding.note else None
        values = {name: getattr(finding, name) for name in names}
        return (
            self.rows.change(findings, c.id == finding.id, c.state == "open", **values, note=note)
            == 1
        )

    def _first(self, *where: Where) -> Finding | None:
        row = self.rows.one(findings, *where)
        return self._finding(row) if row else None

    def _all(self, *where: Where) -> list[Finding]:
        return [self._finding(row) for row in self.rows.all(findings, *where)]

    def _finding(self, row: Any) -> Finding:
        about = None
        if row.message is not None:
            at = account_of(row.conversation)
            about = MessageRef(Place(at.platform, at.realm, at.id), row.message)
        note = self.rows.open(findings.c.note, row.id, row.note) if row.note else ""
        return Finding(about=about, note=note, **{name: getattr(row, name) for name in SAME})
