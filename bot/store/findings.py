"""Findings: a rule that something appears to break, until somebody has looked at it.

Policy 3.2, 5.1.1. Nobody's words are kept here: the message it is about is a record of its own.
What came of a finding, the database itself will not change; opened again it goes into a new round,
and every earlier closing stays on its trail.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from bot.events import MessageRef, Place, account_of, conversation
from bot.policy.findings import Finding, How, Severity, Trace
from bot.policy.violations import DECIDED, WRONG
from bot.store.rows import Rows, Where
from bot.store.schema import findings
from bot.store.schema_findings import finding_trail
from bot.store.trails import Trail

SEALED = ("note", "tail", "reply")
SAME = tuple(each.name for each in fields(Finding) if each.name not in ("about", *SEALED))


@dataclass(frozen=True, slots=True)
class Findings:
    rows: Rows

    def add(self, finding: Finding) -> None:
        about = finding.about
        values = {name: getattr(finding, name) for name in SAME}
        values |= {name: self._close(finding, name) for name in SEALED}
        place = conversation(about.place) if about else None
        self.rows.add(findings, **values, conversation=place, message=about and about.id)

    def _close(self, finding: Finding, name: str) -> bytes | None:
        words = getattr(finding, name)
        return self.rows.close(findings.c[name], finding.id, words) if words else None

    def hashed(self, secret: str) -> bytes:
        """Under a key of our own: whoever has the rows alone cannot try what it may be of."""
        key = hmac.digest(self.rows.seal.key, b"findings", "sha256")
        return hmac.digest(key, secret.encode("utf-8", "surrogatepass"), "sha256")

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

    def alike(self, place: Place, rule: str, hash: bytes) -> list[Finding]:
        """Of the same thing in the same room."""
        c = findings.c
        return self._all(c.conversation == conversation(place), c.hash == hash, c.rule == rule)

    def of_file(self, rule: str, hash: bytes) -> list[Finding]:
        c = findings.c
        return self._all(c.conversation.is_(None), c.hash == hash, c.rule == rule)

    def ends(self, rule: str, since: datetime, last: int) -> list[How]:
        """What came of the last of a rule that say whether it was right, the newest first."""
        c = findings.c
        where = c.rule == rule, c.at >= since, c.state == "settled", c.how.in_(DECIDED)
        newest = (c.settled_at.desc(), c.id.desc())
        return [row.how for row in self.rows.all(findings, *where, order=newest, limit=last)]

    def many(self, ids: Collection[str]) -> list[Finding]:
        return self._all(findings.c.id.in_(ids)) if ids else []

    def between(self, start: datetime, end: datetime) -> list[Finding]:
        return self._all(findings.c.at >= start, findings.c.at < end)

    def open_ones(self, limit: int) -> list[Finding]:
        """What nobody has closed, the oldest first."""
        order = [findings.c.at, findings.c.id]
        rows = self.rows.all(findings, findings.c.state == "open", order=order, limit=limit)
        return [self._finding(row) for row in rows]

    def closed_ones(self, limit: int) -> list[Finding]:
        """By a person, the newest first."""
        c = findings.c
        where = c.state == "settled", c.how.in_(("upheld", "fine", "false", "settled"))
        order = [c.settled_at.desc(), c.id.desc()]
        rows = self.rows.all(findings, *where, order=order, limit=limit)
        return [self._finding(row) for row in rows]

    def hold(self, finding: Finding) -> bool:
        """Who looks at it, and for how long; False where it was closed meanwhile."""
        c, names = findings.c, ("claimed_by", "claimed_until", "role")
        values = {name: getattr(finding, name) for name in names}
        where = c.id == finding.id, c.state == "open", c.round == finding.round
        return self.rows.change(findings, *where, **values) == 1

    def reopen(self, finding: Finding) -> bool:
        """Into its next round; False where somebody else came first."""
        c = findings.c
        where = c.id == finding.id, c.state == "settled", c.round == finding.round - 1
        empty = {"settled_by": None, "settled_at": None, "note": None}
        empty |= {"claimed_by": None, "claimed_until": None}
        values = {"state": "open", "how": "", "round": finding.round, "role": finding.role}
        return self.rows.change(findings, *where, **values, **empty) == 1

    # What the report counts

    def upheld(self, start: datetime, end: datetime) -> list[Finding]:
        """K17: what was upheld in that time and still is. Open ones are not among them."""
        c = findings.c
        where = c.state == "settled", c.how == "upheld"
        return self._all(*where, c.settled_at >= start, c.settled_at < end)

    def upheld_beside(self, finding: Finding) -> list[tuple[Severity, datetime]]:
        """Of the same person, how grave and when noticed: what a measure rests on. 5.2.2."""
        c = findings.c
        same = c.person == finding.person, c.at <= finding.at, c.id != finding.id
        rows = self.rows.all(findings, *same, c.state == "settled", c.how == "upheld")
        return [(row.severity, row.at) for row in rows]

    def still_open(self, at: datetime) -> list[Finding]:
        """Counted apart from what was upheld: noticed before then, and nobody has closed it."""
        return self._all(findings.c.state == "open", findings.c.at < at)

    def judged(self, rule: str, last: int) -> tuple[int, int]:
        """K18: of the last so many of a rule that were decided, how many confirmed and wrong."""
        c = findings.c
        where = c.rule == rule, c.state == "settled", c.how.in_(DECIDED)
        newest = (c.settled_at.desc(), c.id.desc())
        ends = [row.how for row in self.rows.all(findings, *where, order=newest, limit=last)]
        wrong = sum(each in WRONG for each in ends)
        return len(ends) - wrong, wrong

    def measures(self, start: datetime, end: datetime) -> list[tuple[Finding, Trace]]:
        """What was decided in that time, on findings that are upheld still."""
        decided = self.trail.between("measure", start, end)
        known = {each.id: each for each in self.many([id for id, _ in decided])}
        return [
            (known[id], trace)
            for id, trace in decided
            if known[id].how == "upheld" and known[id].round == trace.round
        ]

    @property
    def trail(self) -> Trail:
        return Trail(self.rows, finding_trail)

    def claim(self, finding: Finding) -> bool:
        """What its author says of it; False where it was settled meanwhile."""
        c, reply = findings.c, self._close(finding, "reply")
        where = c.id == finding.id, c.state == "open"
        return self.rows.change(findings, *where, claim=finding.claim, reply=reply) == 1

    def settle(self, finding: Finding) -> bool:
        """False where somebody else came first."""
        c = findings.c
        names = ("state", "how", "settled_by", "settled_at")
        note = self._close(finding, "note")
        values = {name: getattr(finding, name) for name in names}
        return (
            self.rows.change(
                findings, c.id == finding.id, c.state != "settled", **values, note=note
            )
            == 1
        )

    def _first(self, *where: Where) -> Finding | None:
        row = self.rows.one(findings, *where)
        return self._finding(row) if row else None

    def _all(self, *where: Where) -> list[Finding]:
        """In order of time; ids that come of events in the same moment are in none."""
        order = [findings.c.at, findings.c.number]
        return [self._finding(row) for row in self.rows.all(findings, *where, order=order)]

    def _finding(self, row: Any) -> Finding:
        about = None
        if row.message is not None:
            at = account_of(row.conversation)
            about = MessageRef(Place(at.platform, at.realm, at.id), row.message)
        opened = {
            name: self.rows.open(findings.c[name], row.id, sealed)
            for name in SEALED
            if (sealed := getattr(row, name)) is not None
        }
        return Finding(about=about, **opened, **{name: getattr(row, name) for name in SAME})
