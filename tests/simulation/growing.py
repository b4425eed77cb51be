"""What must hold at every step of a story: only what is new since the last look is looked at."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from bot.store import Store
from bot.store.schema import (
    duties,
    journal,
    nudges,
    outbox,
    policies,
    records,
    requests,
    seats,
)
from tests.desk import Line
from tests.simulation.laws import SKEW, Breach

DECIDED = (requests.c.state, requests.c.decided_by, requests.c.decided_at, requests.c.digest)
SEATED = (seats.c.state, seats.c.decided_by, seats.c.decided_at)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
NEW = {  # what is read of what was added
    duties: tuple(
        duties.c[n] for n in ("id", "number", "policy", "clause", "level", "rule", "message")
    ),
    records: (records.c.id, records.c.kind, records.c.thread, records.c.message),
}


@dataclass
class Growing:
    """`doubling`: the platform may take something twice, and shows it to us (I5)."""

    store: Store
    doubling: bool = False
    acknowledged: int = 0  # of those so many were looked at already
    lines: int = 0
    marks: dict[str, str] = field(default_factory=dict)  # the newest id of a table
    keys: set[str] = field(default_factory=set)  # of what stands there
    decided: dict[str, Any] = field(default_factory=dict)  # requests and seats, as they were
    latest: datetime = FIRST  # decision that was seen
    on_record: set[str] = field(default_factory=set)  # requests whose decision is
    since: dict[int, datetime] = field(default_factory=dict)  # versions of the policy

    def look(
        self, acknowledged: Collection[str], lines: list[Line], *, full: bool = True
    ) -> Iterator[Breach]:
        """`full`: whatever was looked at before, too."""
        with self.store.db.connect() as conn:
            yield from self._kept(conn, list(islice(acknowledged, self.acknowledged, None)))
            self.acknowledged = len(acknowledged)
            yield from self._once(lines[self.lines :])
            self.lines = len(lines)
            yield from self._whole(conn)
            yield from self._explained(conn)
            yield from self._decisions(conn, full=full)
            if full:
                yield from self._nudged(conn)
            conn.rollback()

    def _kept(self, conn: sa.Connection, fresh: list[str]) -> Iterator[Breach]:
        """I1: what was acknowledged is there."""
        known = _known(conn, journal.c.key, fresh)
        for key in fresh:
            if key not in known:
                yield Breach("lost", f"{key} was acknowledged, and is not kept")

    def _once(self, lines: Iterable[Line]) -> Iterator[Breach]:
        """I4, I5: what a platform was given twice, it shows us, or we never gave it."""
        for line in lines:
            if line.key in self.keys and not self.doubling:
                yield Breach("doubled", f"{line.key} stands there twice")
            self.keys.add(line.key)

    def _decisions(self, conn: sa.Connection, *, full: bool) -> Iterator[Breach]:
        """I10: a decision never changes. I20: each is on record."""
        since = FIRST if full else self.latest - SKEW * 2
        found = sa.select(requests.c.id, *DECIDED).where(requests.c.decided_at >= since)
        asked = sa.select(seats.c.request, seats.c.round, seats.c.step, seats.c.person, *SEATED)
        rows: list[tuple[str, tuple[Any, ...]]] = []
        rows += [(row.id, tuple(row[1:])) for row in conn.execute(found)]
        for row in conn.execute(asked.where(seats.c.decided_at >= since)):
            rows.append(("/".join(map(str, row[:4])), tuple(row[4:])))
        for name, now in rows:
            before = self.decided.setdefault(name, now)
            self.latest = max(self.latest, now[2])
            if before != now:
                yield Breach("invariants", f"the decision {name} was {before}, and is {now}")
            if "/" not in name and name not in self.on_record:
                yield Breach("invariants", f"the decision {name} is not on record")
        for name in self.decided.keys() - {name for name, _ in rows} if full else ():
            yield Breach("invariants", f"the decision {name} is gone")

    def _explained(self, conn: sa.Connection) -> Iterator[Breach]:
        """I20: a duty names its rule, its clause and the policy that was in force.

        When what it is about was said, or when that was handled: after an outage, long afterwards.
        """
        for row in conn.execute(sa.select(policies.c.version, policies.c.since)):
            self.since[row.version] = row.since
        fresh = self._fresh(conn, duties)
        handled = _handled(conn, [f"paper/{row.message}" for row in fresh if row.message])
        for row in fresh:
            since = self.since.get(row.policy)
            known = max(_made(row.id), handled.get(f"paper/{row.message}", FIRST))
            if since is None or since > known + SKEW:
                yield Breach("invariants", f"#{row.number} stands under the policy {row.policy}")
            if not (row.clause and row.level and row.rule):
                yield Breach("invariants", f"#{row.number} says of no rule why it is owed")

    def _whole(self, conn: sa.Connection) -> Iterator[Breach]:
        """I3: what is on record was handled as a whole."""
        fresh = self._fresh(conn, records)
        self.on_record.update(row.thread for row in fresh if row.kind == "decision")
        messages = [f"paper/{row.message}" for row in fresh if row.kind == "post"]
        settled = journal.c.settled_at.is_not(None)
        known = _known(conn, journal.c.key, messages, settled)
        for key in messages:
            if key not in known:
                yield Breach("invariants", f"{key} is on record, and was not handled")

    def _nudged(self, conn: sa.Connection) -> Iterator[Breach]:
        """I4: no nudge is said to be sent by a card that was not."""
        ours = sa.select(nudges.c.duty, nudges.c.step, outbox.c.state)
        ours = ours.join(outbox, outbox.c.id == nudges.c.parcel)
        ours = ours.where(nudges.c.sent.is_(None), outbox.c.state == "arrived")
        for row in conn.execute(ours):
            yield Breach("invariants", f"the nudge {row.duty}/{row.step} arrived undecided")

    def _fresh(self, conn: sa.Connection, table: sa.Table) -> list[Any]:
        """What was added; of several processes one may have older ids, by the skew of its clock."""
        mark = self.marks.get(table.name, "")
        back = max(0, (int(mark or "0", 16) >> 80) - int(SKEW / timedelta(milliseconds=1)) * 2)
        newer = sa.select(*NEW[table]).where(table.c.id > f"{back << 80:032x}")
        found = list(conn.execute(newer))
        self.marks[table.name] = max([mark, *(row.id for row in found)])
        return found


def _known(
    conn: sa.Connection, column: sa.Column[Any], keys: list[str], *where: sa.ColumnElement[bool]
) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        some = sa.select(column).where(column.in_(keys[start : start + 500]), *where)
        found.update(conn.execute(some).scalars())
    return found


def _handled(conn: sa.Connection, keys: list[str]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for start in range(0, len(keys), 500):
        rows = sa.select(journal.c.key, journal.c.settled_at).where(
            journal.c.key.in_(keys[start : start + 500]), journal.c.settled_at.is_not(None)
        )
        found.update((row.key, row.settled_at) for row in conn.execute(rows))
    return found


def _made(id: str) -> datetime:
    """When an id was made, by the clock of who made it."""
    return datetime.fromtimestamp((int(id, 16) >> 80) / 1000, UTC)
