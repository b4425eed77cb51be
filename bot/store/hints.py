"""A word between processes that something was taken: a hint, no more. Looking is the truth.

PostgreSQL carries it; a pooler in between may swallow it, and then it is a second later.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.rows import Rows

CHANNEL = "duly"
LISTEN = f"LISTEN {CHANNEL}"
TELL = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("company")))
PAUSE = 1.0  # seconds after which whoever listens is asked whether they still want to


def tell(rows: Rows) -> None:
    """It is heard when we commit."""
    if rows.shared:
        rows.conn.execute(TELL, {"company": rows.company})


@dataclass(slots=True)
class Hints:
    """Heard by one thread, on a connection of its own."""

    db: sa.Engine
    company: str
    _line: Any = None

    def heard(self) -> bool:
        """Something was taken by another process; False: nothing for a while. Raises."""
        if self._line is None:
            self._line = self._open()
        try:
            told = [each.payload for each in self._line.notifies(timeout=PAUSE, stop_after=1)]
        except BaseException:
            self.close()
            raise
        return self.company in told

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(Exception):
                line.close()

    def _open(self) -> Any:
        held = self.db.raw_connection()
        line: Any = held.driver_connection
        held.detach()  # it is ours from now on, and nobody else's
        line.autocommit = True
        line.execute(LISTEN)
        return line
