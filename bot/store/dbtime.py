"""Lease time is the database's: processes on machines whose clocks differ share one.

It is asked for now and then, and goes on in between by a clock that nobody sets.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.clock import wall

ASKED = 3  # times: the quickest answer is nearest to the truth
TIME = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def running() -> float:
    """Seconds since some moment; a machine that was suspended knows how long, where it can."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(slots=True)
class DatabaseTime:
    """Until it was asked for the first time, the machine's own."""

    db: sa.Engine
    _known: tuple[datetime, float] | None = None  # a time, and what `running` said then

    def __call__(self) -> datetime:
        if self._known is None:
            return wall()
        at, since = self._known
        return at + timedelta(seconds=running() - since)

    def ask(self) -> None:
        """Anew. Raises sqlalchemy.exc.DBAPIError; what was known is still known then."""
        with self.db.connect() as conn:
            answers = [_answer(conn) for _ in range(ASKED)]
        _, at, since = min(answers)
        self._known = at, since

    def skew(self) -> timedelta:
        """How far this machine's clock is ahead of the database's; below zero: behind."""
        return wall() - self()


def _answer(conn: sa.Connection) -> tuple[float, datetime, float]:
    """How long it took, the time, and what `running` said in the middle of asking."""
    before = running()
    micros = int(conn.exec_driver_sql(TIME).scalar_one())
    took = running() - before
    return took, EPOCH + timedelta(microseconds=micros), before + took / 2
