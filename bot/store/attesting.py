"""What people were asked to confirm, and what they said. Policy 4.1.1, 4.1.2, 4.3.2."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.rows import Rows
from bot.store.schema import absences, duties
from bot.store.schema_supervision import answers, asked, attestations


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One time that an attestation is asked for: a period of it, or a day's worth."""

    id: str
    number: int
    rule: str
    period: str
    policy: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Spell:
    """Some time that the directory marks as remote or travelling."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Attestations:
    rows: Rows

    def round(self, rule: str, period: str) -> Round | None:
        c = attestations.c
        return _round(self.rows.one(attestations, c.rule == rule, c.period == period))

    def begin(self, new: Round) -> None:
        self.rows.add(attestations, **{name: getattr(new, name) for name in Round.__slots__})

    def get(self, id: str) -> Round | None:
        return _round(self.rows.one(attestations, attestations.c.id == id))

    def find(self, number: int) -> Round | None:
        return _round(self.rows.one(attestations, attestations.c.number == number))

    def ask(self, round: str, owed: Mapping[str, str]) -> None:
        """`owed`: who, and the id of the duty."""
        now = self.rows.clock.now()
        each = [{"attestation": round, "person": p, "duty": d, "at": now} for p, d in owed.items()]
        self.rows.add_all(asked, each)

    def asked(self, round: str) -> set[str]:
        found = sa.select(asked.c.person).where(
            asked.c.company == self.rows.company, asked.c.attestation == round
        )
        return set(self.rows.conn.execute(found).scalars())

    def last_asked(self, rule: str, since: datetime) -> dict[str, datetime]:
        """When each was last asked that, if it was since then."""
        a, c = asked.c, attestations.c
        both = sa.join(asked, attestations, (a.company == c.company) & (a.attestation == c.id))
        found = sa.select(a.person, sa.func.max(a.at).label("at")).select_from(both)
        ours = c.company == self.rows.company, c.rule == rule, c.at >= since
        rows = self.rows.conn.execute(found.where(*ours).group_by(a.person))
        return {row.person: row.at for row in rows}

    def duty_of(self, round: str, person: str) -> str | None:
        row = self.rows.one(asked, asked.c.attestation == round, asked.c.person == person)
        return row and row.duty

    def answer(self, round: str, person: str, how: str, cannot: str | None) -> None:
        """`cannot`: why not; None: they confirm it."""
        c = answers.c
        number = self.rows.count(answers, c.attestation == round, c.person == person) + 1
        why = self.rows.close(c.why, f"{round}/{person}/{number}", cannot) if cannot else None
        values = {"confirmed": cannot is None, "at": self.rows.clock.now(), "how": how}
        self.rows.add(answers, attestation=round, person=person, number=number, **values, why=why)

    def marked(self, kinds: tuple[str, ...], start: datetime, end: datetime) -> list[Spell]:
        """Who the directory says is elsewhere, somewhere within that time."""
        c = absences.c
        rows = self.rows.all(absences, c.kind.in_(kinds), c.start < end, c.end > start)
        return [Spell(row.person, row.start, row.end) for row in rows]

    def ends(self, start: datetime, end: datetime) -> list[tuple[str, datetime, datetime | None]]:
        """Of what was due then: how it ended, when it was due and when it was closed."""
        c = duties.c
        counted = c.kind == "attest", c.state.not_in(("dropped", "excused", "passed"))
        rows = self.rows.all(duties, c.due >= start, c.due < end, *counted)
        return [(row.how, row.due, row.closed) for row in rows]


def _round(row: Any) -> Round | None:
    return Round(**{name: getattr(row, name) for name in Round.__slots__}) if row else None
