"""Who was given or lost a role, when the archive was looked through, and what it was to hold.

Policy 3.3.2, 3.3.3, 5.1.1, 5.2.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.policy.changing import Leave, RoleChange
from bot.policy.oversight import Check
from bot.policy.people import Person
from bot.store.counting import by_class
from bot.store.rows import Rows
from bot.store.schema import absences, heads, journal, records, roles, unreadable
from bot.store.schema_oversight import checks, role_changes

AT_ONCE = 10_000  # values in one statement
SAID = ("post", "edit", "deletion")  # kinds of records that somebody on a platform made
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Oversight:
    rows: Rows

    # Roles

    def grant(self, people: Sequence[Person]) -> None:
        """Notes what changes; to be called before these are saved with their roles."""
        held: dict[str, set[str]] = {}
        for start in range(0, len(people), AT_ONCE):
            ids = [each.id for each in people[start : start + AT_ONCE]]
            for row in self.rows.all(roles, roles.c.person.in_(ids)):
                held.setdefault(row.person, set()).add(row.role)
        now, new_id = self.rows.clock.now(), self.rows.clock.new_id
        self.rows.add_all(
            role_changes,
            [
                {"id": new_id(), "at": now, "person": one.id, "role": role, "granted": granted}
                for one in people
                for role, granted in _moved(held.get(one.id, set()), one.roles)
            ],
        )

    def granted(self, start: datetime, end: datetime) -> list[RoleChange]:
        c = role_changes.c
        rows = self.rows.all(role_changes, c.at >= start, c.at < end)
        return [RoleChange(row.at, row.person, row.role, row.granted) for row in rows]

    # Leave

    def leaves(self) -> Iterator[Leave]:
        """Each with when it was written down."""
        for row in self.rows.all(absences, absences.c.kind == "leave"):
            yield Leave(_made(row.id), row.person, row.start, row.end)

    # The archive

    def size(self) -> int:
        """Records in all chains."""
        ours = sa.select(sa.func.coalesce(sa.func.sum(heads.c.seq), 0))
        found = self.rows.conn.execute(ours.where(heads.c.company == self.rows.company))
        return int(found.scalar_one())

    def checked(self, check: Check) -> None:
        values = {name: getattr(check, name) for name in ("at", "records", "broken", "checkpoint")}
        self.rows.add(checks, id=check.before, **values)

    def check(self) -> Check | None:
        """The last time that all of it was looked through."""
        rows = self.rows.all(checks, order=[checks.c.id.desc()], limit=1)
        if not rows:
            return None
        (row,) = rows
        return Check(row.at, row.records, row.broken, row.checkpoint, before=row.id)

    def archived(self, start: datetime, end: datetime, before: str) -> dict[str, tuple[int, int]]:
        """What was said then, by class: how much is kept, and how much of it was by that id."""
        c = records.c
        then = c.kind.in_(SAID), c.at >= start, c.at < end
        return by_class(self.rows, *then, marked=c.id < before)

    def unhandled(self, start: datetime, end: datetime) -> Counter[str]:
        """Events that could not be handled, by "platform/realm"; `start`, `end`: lease time."""
        c = journal.c
        where = c.error.is_not(None), c.taken_at >= start, c.taken_at < end
        return Counter(source_of(row.place) for row in self.rows.all(journal, *where))

    def unread(self, start: datetime, end: datetime) -> Counter[str]:
        """Messages that cannot be read to this day, by "platform/realm"."""
        c = unreadable.c
        where = c.read_at.is_(None), c.at >= start, c.at < end
        return Counter(source_of(row.place) for row in self.rows.all(unreadable, *where))


def source_of(name: str) -> str:
    """The platform and realm with which the name of a place begins; "" where there is none."""
    return "/".join(name.split("/")[:2])


def _moved(before: Iterable[str], after: Iterable[str]) -> Iterator[tuple[str, bool]]:
    old, new = set(before), set(after)
    yield from ((role, False) for role in sorted(old - new))
    yield from ((role, True) for role in sorted(new - old))


def _made(id: str) -> datetime:
    """In lease time: ids are in its order."""
    return EPOCH + timedelta(milliseconds=int(id, 16) >> 80)
