"""Own keys of what is kept, wrapped under the ring of its class, importance and month.

Policy 3.1, 3.3.1. A change of class, a hold or a rotation wraps a key anew; what it opens, and the
chain over that, stay as they are.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.seal import Seal
from bot.store.rings import HOLD, MAIN, Ring, parse
from bot.store.rows import Rows
from bot.store.schema import duties, records, wraps

AT_ONCE = 500
ONE = wraps.c.company == sa.bindparam("ours"), wraps.c.record == sa.bindparam("one")
ANEW = wraps.update().where(*ONE)


@dataclass(frozen=True, slots=True)
class Belonging:
    """What decides on something's ring; None: as it is."""

    class_name: str | None = None
    important: bool | None = None


@dataclass(frozen=True, slots=True)
class Wraps:
    rows: Rows

    def add(self, id: str, own: Seal, ring: Ring) -> None:
        """Under the ring of that class and month, or under the next if that was closed."""
        name, under = self._writing(ring)
        wrapped = under.close(own.key, *self.slot(id, name, None))
        self.rows.add(wraps, record=id, ring=name, wrapped=wrapped)

    def open(self, row: Any) -> Seal:
        """The own key in a row. Raises Destroyed, Lost or InvalidTag."""
        under = self.rows.rings.seal(row.ring)
        key = under.open(row.wrapped, *self.slot(row.record, row.ring, row.home))
        return Seal(key, self.rows.clock.random)

    def of(self, id: str) -> Any | None:
        return self.rows.one(wraps, wraps.c.record == id)

    def many(self, ids: Iterable[str]) -> dict[str, Any]:
        """Those there are, by what they belong to."""
        return {row.record: row for row in self._all(ids, to_change=False)}

    def place(self, id: str) -> Ring | None:
        """Where it belongs; None: it is not kept, or was before there were rings."""
        row = self.of(id)
        return parse(row.home or row.ring) if row else None

    def under(self, ring: str, limit: int = AT_ONCE) -> list[str]:
        """What is wrapped under a ring."""
        found = self.rows.all(wraps, wraps.c.ring == ring, limit=limit)
        return [row.record for row in found]

    def belong(self, ids: Iterable[str], wanted: Belonging) -> int:
        """To another class or importance; what is held goes there when it is released."""
        changed = 0
        for row in self._all(ids):
            now = parse(row.home or row.ring) or self._old(row.record)
            ring = Ring(
                now.class_name if wanted.class_name is None else wanted.class_name,
                now.important if wanted.important is None else wanted.important,
                now.month,
            )
            name, _ = self._writing(ring)
            if name == (row.home or row.ring):
                continue
            held = row.ring.startswith(HOLD)
            self._anew(row, row.ring if held else name, name if held else None)
            changed += 1
        return changed

    def hold(self, ids: Iterable[str], hold: str) -> int:
        """Under a hold's own ring, `hold/…`, whichever they were under."""
        rows = [row for row in self._all(ids) if row.ring != hold]
        for row in rows:
            self._anew(row, hold, row.home or self._home(row))
        return len(rows)

    def release(self, ids: Iterable[str]) -> int:
        """Back to where they belong, which may have been closed meanwhile."""
        rows = [row for row in self._all(ids) if row.home is not None]
        for row in rows:
            place = parse(row.home)
            assert place is not None
            self._anew(row, self._writing(place)[0], None)
        return len(rows)

    def erase(self, ring: str) -> int:
        """What was wrapped under a ring that was destroyed is not even there to be looked at."""
        under = wraps.c.ring == ring, wraps.c.wrapped != b""
        return self.rows.change(wraps, *under, wrapped=b"", home=None)

    def bring_in(self, important: Collection[str] = (), limit: int = AT_ONCE) -> int:
        """Of what was kept before there were rings, some: each under its own.

        `important`: the levels of duties for whose sake a message is kept as important.
        """
        ids = self.under(MAIN, limit)
        weighty = self._weighty(ids, important)
        plain = [each for each in ids if each not in weighty]
        return self.belong(weighty, Belonging(important=True)) + self.belong(plain, Belonging())

    def _weighty(self, ids: Sequence[str], levels: Collection[str]) -> set[str]:
        r, d = records.c, duties.c
        same = d.company == r.company, d.conversation == r.conversation, d.message == r.message
        asked = sa.exists().where(*same, d.level.in_(levels))
        mine = sa.select(r.id).where(r.company == self.rows.company, r.id.in_(ids), asked)
        return set(self.rows.conn.execute(mine).scalars())

    def _home(self, row: Any) -> str:
        return row.ring if parse(row.ring) else self._writing(self._old(row.record))[0]

    def _writing(self, ring: Ring) -> tuple[str, Seal]:
        return self.rows.rings.writing(ring)

    def _old(self, id: str) -> Ring:
        """By the class in force, which may be another than it was posted with."""
        c, row = records.c, self.rows.one(records, records.c.id == id)
        assert row is not None
        message = c.conversation == row.conversation, c.message == row.message
        given = c.kind.in_(("post", "class"))
        last = self.rows.all(records, *message, given, order=[c.seq.desc()], limit=1)
        return Ring.of((last[0] if last else row).class_name, row.at)

    def _anew(self, row: Any, ring: str, home: str | None) -> None:
        under = self.rows.rings.seal(ring)
        wrapped = under.close(self.open(row).key, *self.slot(row.record, ring, home))
        one = {"ours": self.rows.company, "one": row.record}
        values = {"ring": ring, "home": home, "wrapped": wrapped}
        self.rows.conn.execute(ANEW.values(**values), one)

    def _all(self, ids: Iterable[str], *, to_change: bool = True) -> list[Any]:
        wanted, found = list(ids), list[Any]()
        for start in range(0, len(wanted), AT_ONCE):
            part: Sequence[str] = wanted[start : start + AT_ONCE]
            found += self.rows.all(wraps, wraps.c.record.in_(part), to_change=to_change)
        return found

    def slot(self, id: str, ring: str, home: str | None) -> tuple[str, str, str]:
        if ring == MAIN:
            return self.rows.slot(wraps.c.wrapped, id)
        return wraps.name, f"{self.rows.company}/{id}", f"{ring} {home or ''}"
