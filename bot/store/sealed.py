"""Cases of the reporting channel: sealed to people, found by number or by their receipt. 5.1.3.

What lies here was sealed in a browser or at a platform's edge; this server has no key to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.casefile import Case, Identity, Key, Opening, Part, Report, Said
from bot.store.rows import Rows, Where
from bot.store.schema_sealed import (
    sealed_cases,
    sealed_holders,
    sealed_keys,
    sealed_left_out,
    sealed_log,
    sealed_openings,
    sealed_parts,
)

SAME = tuple(each.name for each in fields(Case))
ASKED = tuple(each.name for each in fields(Opening))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A key as it is kept. `person` None: the recovery key, under both its halves together."""

    id: str
    person: str | None
    public: bytes
    wrapped: bytes
    salt: bytes
    rounds: int
    since: datetime
    proof: str | None = None
    keepers: tuple[str, ...] = ()  # names: who has the halves


@dataclass(frozen=True, slots=True)
class Sealed:
    rows: Rows

    # Keys of people

    def holders(self) -> list[Kept]:
        """Those in use, the recovery key among them."""
        return [
            self._kept(row)
            for row in self.rows.all(sealed_holders, sealed_holders.c.until.is_(None))
        ]

    def hold(self, kept: Kept) -> None:
        """From now on instead of an older one of theirs."""
        c = sealed_holders.c
        whose = c.person.is_(None) if kept.person is None else c.person == kept.person
        self.rows.change(sealed_holders, whose, c.until.is_(None), until=kept.since)
        values: dict[str, Any] = {each.name: getattr(kept, each.name) for each in fields(Kept)}
        names = kept.keepers and self.rows.close(c.keepers, kept.id, kept.keepers)
        self.rows.add(sealed_holders, **values | {"keepers": names or None}, until=None)

    def held(self, person: str | None) -> list[Kept]:
        """All they ever had: older cases are sealed to older keys."""
        c = sealed_holders.c
        whose = c.person.is_(None) if person is None else c.person == person
        return [self._kept(row) for row in self.rows.all(sealed_holders, whose, order=[c.since])]

    # Cases

    def add(self, report: Report, number: int, whose: Mapping[str, str], recovery: str) -> Case:
        """`whose`: the person of each holder; `recovery`: the holder of the recovery key."""
        now, identity = self.rows.clock.now(), report.identity
        case = Case(
            id=report.case,
            number=number,
            state="received",
            outcome="",
            owner=None,
            at=now,
            assessed_at=None,
            closed_at=None,
            receipt=report.receipt,
            code=report.code,
            recovery=report.recovery,
            recovery_holder=recovery,
            identity=identity.body if identity else None,
            identity_recovery=identity.recovery if identity else None,
        )
        self.rows.add(sealed_cases, **{name: getattr(case, name) for name in SAME})
        for key in report.keys:
            self.give(case.id, key, whose[key.holder], None)
        return case

    def get(self, id: str) -> Case | None:
        return self._one(sealed_cases.c.id == id)

    def find(self, number: int) -> Case | None:
        return self._one(sealed_cases.c.number == number)

    def of_receipt(self, receipt: str) -> Case | None:
        return self._one(sealed_cases.c.receipt == receipt)

    def everyone_s(self) -> list[Case]:
        """Of the whole company, the newest first: for who has both halves of the recovery key."""
        return [_case(row) for row in self.rows.all(sealed_cases, order=[sealed_cases.c.at.desc()])]

    def of(self, person: str) -> list[Case]:
        """Those they have a key to, the newest first."""
        ours = sa.select(sealed_keys.c.case).where(
            sealed_keys.c.company == self.rows.company, sealed_keys.c.person == person
        )
        return [
            _case(row)
            for row in self.rows.all(
                sealed_cases, sealed_cases.c.id.in_(ours), order=[sealed_cases.c.at.desc()]
            )
        ]

    def save(self, case: Case, before: Case) -> bool:
        """False where it has moved on meanwhile."""
        names = ("state", "outcome", "owner", "assessed_at", "closed_at")
        c, values = sealed_cases.c, {name: getattr(case, name) for name in names}
        owner = c.owner.is_not_distinct_from(before.owner)
        where = c.id == case.id, c.state == before.state, owner
        return self.rows.change(sealed_cases, *where, **values) == 1

    # Who can open one

    def give(self, case: str, key: Key, person: str, by: str | None) -> None:
        values = {"sealed": key.sealed, "half": key.half, "share": key.share, "by": by}
        where = {"case": case, "holder": key.holder}
        self.rows.put(sealed_keys, where, person=person, at=self.rows.clock.now(), **values)

    def keys(self, case: str) -> list[tuple[str, Key]]:
        """Whose each is, and the key."""
        found = self.rows.all(sealed_keys, sealed_keys.c.case == case)
        return [(row.person, _key(row)) for row in found]

    def leave_out(self, case: str, persons: set[str]) -> None:
        self.rows.add_all(sealed_left_out, [{"case": case, "person": each} for each in persons])

    def left_out(self, case: str) -> set[str]:
        return {
            row.person for row in self.rows.all(sealed_left_out, sealed_left_out.c.case == case)
        }

    # What was said in one

    def say(self, case: str, side: str, parts: tuple[Part, ...]) -> bool:
        """Together or not at all; False where they are there already."""
        c = sealed_parts.c
        ids = [each.id for each in parts]
        if self.rows.count(sealed_parts, c.case == case, c.part.in_(ids)):
            return False
        count, now = self.rows.count(sealed_parts, c.case == case), self.rows.clock.now()
        rows = [
            {"case": case, "number": number, "part": each.id, "kind": each.kind, "side": side}
            | {"at": now, "body": each.body}
            for number, each in enumerate(parts, count + 1)
        ]
        self.rows.add_all(sealed_parts, rows)
        return True

    def said(self, case: str) -> list[Said]:
        """The messages, in order; files are fetched one by one."""
        c = sealed_parts.c
        where = c.case == case, c.kind == "message"
        return [_said(row) for row in self.rows.all(sealed_parts, *where)]

    def part(self, case: str, id: str) -> Said | None:
        c = sealed_parts.c
        row = self.rows.one(sealed_parts, c.case == case, c.part == id)
        return _said(row) if row else None

    def weight(self, case: str) -> tuple[int, int]:
        """How many parts a case has, and how many bytes."""
        c = sealed_parts.c
        found = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(c.body)), 0))
        where = c.company == self.rows.company, c.case == case
        count, size = self.rows.conn.execute(found.where(*where)).one()
        return int(count), int(size)

    # What those who can open one did

    def log(self, case: str, person: str, what: str, about: str = "") -> None:
        number = self.rows.count(sealed_log, sealed_log.c.case == case) + 1
        now = self.rows.clock.now()
        self.rows.add(
            sealed_log, case=case, number=number, person=person, what=what, about=about, at=now
        )

    def logged(self, case: str) -> list[Any]:
        """Rows of `person`, `what`, `about` and `at`, in order."""
        return list(self.rows.all(sealed_log, sealed_log.c.case == case))

    def ask(self, case: str, by: str, holder: str, why: bytes) -> int:
        number = self.rows.count(sealed_openings, sealed_openings.c.case == case) + 1
        now = self.rows.clock.now()
        self.rows.add(
            sealed_openings, case=case, number=number, by=by, holder=holder, why=why, at=now
        )
        return number

    def openings(self, case: str) -> list[Opening]:
        rows = self.rows.all(sealed_openings, sealed_openings.c.case == case)
        return [Opening(**{name: getattr(row, name) for name in ASKED}) for row in rows]

    def agree(self, case: str, number: int, by: str, share: bytes) -> bool:
        """False where somebody else came first."""
        c = sealed_openings.c
        where = c.case == case, c.number == number, c.agreed_by.is_(None)
        values = {"agreed_by": by, "agreed_at": self.rows.clock.now(), "share": share}
        return self.rows.change(sealed_openings, *where, **values) == 1

    # Counted

    def times(self) -> list[Any]:
        """Rows of `at`, `assessed_at`, `closed_at` and `outcome`, and of nothing else."""
        c = sealed_cases.c
        ours = sa.select(c.at, c.assessed_at, c.closed_at, c.outcome)
        return list(self.rows.conn.execute(ours.where(c.company == self.rows.company)))

    def _kept(self, row: Any) -> Kept:
        values = {each.name: getattr(row, each.name) for each in fields(Kept)}
        names = row.keepers and self.rows.open(sealed_holders.c.keepers, row.id, row.keepers)
        return Kept(**values | {"keepers": tuple(names or ())})

    def _one(self, where: Where) -> Case | None:
        """Held until we commit."""
        rows = self.rows.all(sealed_cases, where, limit=1, to_change=True)
        return _case(rows[0]) if rows else None


def identity_of(case: Case) -> Identity | None:
    if case.identity is None or case.identity_recovery is None:
        return None
    return Identity(body=case.identity, recovery=case.identity_recovery)


def _case(row: Any) -> Case:
    return Case(**{name: getattr(row, name) for name in SAME})


def _key(row: Any) -> Key:
    return Key(holder=row.holder, sealed=row.sealed, half=row.half, share=row.share)


def _said(row: Any) -> Said:
    return Said(part=Part(id=row.part, kind=row.kind, body=row.body), side=row.side, at=row.at)
