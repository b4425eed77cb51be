"""Who looked into other people's records, why, and at whose; and the files they asked for.

Policy 3.3.2: every look-up is itself recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from bot.events import Account, account_key
from bot.store.records import Records, Saying
from bot.store.rows import Rows, Where
from bot.store.schema_search import bundles, looked, looks

LookKind = Literal["search", "open", "bundle"]
CHAIN = "duly/looks"
NUMBERS = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`words`: the query, as it can be typed again. `records`: those that were shown."""

    id: str
    number: int
    by: str
    kind: LookKind
    parent: str | None
    at: datetime
    count: int
    words: str
    why: str
    records: tuple[str, ...]
    persons: tuple[str, ...]  # whose they are


@dataclass(frozen=True, slots=True)
class Looks:
    rows: Rows

    def add(self, look: Look) -> None:
        """A row to find it by, and a record in a chain of its own."""
        said = {"words": look.words, "why": look.why}
        shown = {"records": look.records, "persons": look.persons}
        names = ("id", "number", "by", "kind", "parent", "at", "count")
        values = {name: getattr(look, name) for name in names}
        body = self.rows.close(looks.c.body, look.id, said | shown)
        self.rows.add(looks, **values, body=body)
        whose = sorted(set(look.persons) - {look.by})
        self.rows.add_all(looked, [{"person": person, "look": look.id} for person in whose])
        told = {"who": look.by, "look": look.kind, "number": look.number, **said, **shown}
        saying = Saying(
            kind="look",
            conversation=CHAIN,
            thread=look.parent,
            message=look.id,
            author=look.by,
            class_name="personal",
            at=look.at,
            body=told,
        )
        Records(self.rows).add(saying)

    def find(self, number: int) -> Look | None:
        row = self.rows.one(looks, looks.c.number == number)
        return self._look(row) if row else None

    def get(self, id: str) -> Look | None:
        row = self.rows.one(looks, looks.c.id == id)
        return self._look(row) if row else None

    def newest(self, limit: int, skip: int = 0) -> list[Look]:
        return self._newest(limit, skip)

    def by(self, person: str, limit: int, skip: int = 0) -> list[Look]:
        return self._newest(limit, skip, looks.c.by == person)

    def at(self, person: str, until: datetime, limit: int, skip: int = 0) -> list[Look]:
        """Looks at somebody's records by others, until then."""
        ours = sa.select(looked.c.look).where(
            looked.c.company == self.rows.company, looked.c.person == person
        )
        return self._newest(limit, skip, looks.c.id.in_(ours), looks.c.at <= until)

    def shown(self, parent: str) -> list[Look]:
        """What followed from a look."""
        rows = self.rows.all(looks, looks.c.parent == parent)
        return [self._look(row) for row in rows]

    def _newest(self, limit: int, skip: int, *where: Where) -> list[Look]:
        ours = sa.select(looks).where(looks.c.company == self.rows.company, *where)
        page = ours.order_by(looks.c.number.desc()).limit(limit).offset(skip)
        return [self._look(row) for row in self.rows.conn.execute(page)]

    def _look(self, row: Any) -> Look:
        said = self.rows.open(looks.c.body, row.id, row.body)
        return Look(
            id=row.id,
            number=row.number,
            by=row.by,
            kind=row.kind,
            parent=row.parent,
            at=row.at,
            count=row.count,
            words=said["words"],
            why=said["why"],
            records=tuple(said["records"]),
            persons=tuple(said["persons"]),
        )


@dataclass(frozen=True, slots=True)
class Bundles:
    """Files to be packed by the worker: all that is held about somebody, or a case."""

    rows: Rows

    def add(self, person: str, account: Account, kind: str, look: str | None = None) -> str:
        id, lease = self.rows.clock.new_id(), self.rows.clock.lease()
        asked = {"person": person, "account": account_key(account), "kind": kind, "look": look}
        times = {"asked_at": self.rows.clock.now(), "held_until": lease}
        self.rows.add(bundles, id=id, tries=0, state="waiting", **asked, **times)
        return id

    def waits(self, person: str, kind: str) -> bool:
        c = bundles.c
        where = c.person == person, c.kind == kind, c.state == "waiting"
        return self.rows.one(bundles, *where) is not None

    def of(self, person: str) -> Sequence[Any]:
        return self.rows.all(bundles, bundles.c.person == person)

    def claim(self, hold: timedelta) -> Any | None:
        """One to pack now, ours for `hold`; whoever dies over it loses it to the next."""
        c, lease = bundles.c, self.rows.clock.lease()
        where = c.state == "waiting", c.held_until <= lease
        found = self.rows.free(bundles, *where, order=(c.id,), limit=1)
        if found:
            tries = found[0].tries + 1
            self.rows.change(bundles, c.id == found[0].id, held_until=lease + hold, tries=tries)
        return found[0] if found else None

    def settle(self, id: str, state: str, file: str | None) -> bool:
        """False where it was settled before."""
        where = bundles.c.id == id, bundles.c.state == "waiting"
        return self.rows.change(bundles, *where, state=state, file=file) == 1
