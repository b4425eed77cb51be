"""Which processes of this Duly are at work, by their own word. Policy 5.1.1."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.store.rows import US, Rows
from bot.store.schema_processes import processes

BEAT = timedelta(seconds=10)  # lease time between two words of a process
ALIVE = timedelta(seconds=45)  # after which one that says nothing is taken for dead
KEPT = timedelta(days=1)  # as long it is known that one died


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """`ticked_at`: when it last looked at what fell due; None: never, or it does not work."""

    id: str
    kind: str
    version: str
    works: bool
    begun_at: datetime
    seen_at: datetime
    ticked_at: datetime | None
    skew: timedelta


@dataclass(frozen=True, slots=True)
class Processes:
    rows: Rows

    def begin(self, id: str, kind: str, version: str, *, works: bool) -> None:
        c, now = processes.c, self.rows.clock.lease()
        self.rows.remove(processes, c.seen_at < now - KEPT)
        same = {"kind": kind, "version": version, "works": works, "skew": 0}
        self.rows.put(processes, {"id": id}, begun_at=now, seen_at=now, **same)

    def beat(self, id: str, *, ticked: datetime | None, skew: timedelta) -> bool:
        """It is at work. False where it was taken for dead long ago, and forgotten."""
        values = {"seen_at": self.rows.clock.lease(), "skew": round(skew.total_seconds() * 1000)}
        return self.rows.change(processes, processes.c.id == id, ticked_at=ticked, **values) == 1

    def leave(self, id: str) -> None:
        """It ends, as it was told to."""
        self.rows.remove(processes, processes.c.id == id)

    def all(self) -> list[Process]:
        """Those that died lately too; the latest to begin is the last."""
        rows = self.rows.all(processes, order=[processes.c.begun_at, processes.c.id])
        return [_process(row) for row in rows]

    def alive(self) -> list[Process]:
        since = self.rows.clock.lease() - ALIVE
        return [each for each in self.all() if each.seen_at > since]


LIVING = sa.select(processes.c.id).where(  # the ids of processes that are at work
    processes.c.company == sa.bindparam(US), processes.c.seen_at > sa.bindparam("alive")
)


def _process(row: Any) -> Process:
    names = ("id", "kind", "version", "works", "begun_at", "seen_at", "ticked_at")
    skew = timedelta(milliseconds=row.skew)
    return Process(**{name: getattr(row, name) for name in names}, skew=skew)
