"""How often something was tried within a time, counted for all processes together."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.store.rows import Rows
from bot.store.schema_processes import limits

LONGEST = timedelta(hours=1)  # nothing is counted for longer


@dataclass(frozen=True, slots=True)
class Limits:
    """All times here are lease time. Who it was is kept as a keyed hash, and not for long."""

    rows: Rows

    def wait(self, name: str, most: int, span: timedelta) -> timedelta | None:
        """How long to wait, after so many times; None: not at all."""
        now, row = self.rows.clock.lease(), self._row(name)
        if row is None or row.count < most:
            return None
        left: timedelta = row.since + span - now
        return left if timedelta(0) < left <= span else None

    def count(self, name: str, span: timedelta) -> None:
        """One time more; what is older than `span` is forgotten, all of it at once."""
        c, now = limits.c, self.rows.clock.lease()
        self.rows.remove(limits, c.since <= now - LONGEST)
        mine = c.name == self._hash(name)
        lately = c.since > now - span, c.since <= now + span  # and no clock was ahead
        if self.rows.change(limits, mine, *lately, count=c.count + 1):
            return
        self.rows.put(limits, {"name": self._hash(name)}, since=now, count=1)

    def _row(self, name: str) -> Any | None:
        return self.rows.one(limits, limits.c.name == self._hash(name))

    def _hash(self, name: str) -> str:
        key = hmac.digest(self.rows.seal.key, b"limits", "sha256")
        return hmac.new(key, f"{self.rows.company}/{name}".encode(), hashlib.sha256).hexdigest()
