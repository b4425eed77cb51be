"""What somebody set for themselves: the hour of their digest, and a pause."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from bot.store.rows import Rows
from bot.store.schema import preferences

MANY = 20  # people asked about one by one, before we ask who has set anything at all


@dataclass(slots=True)
class Preferences:
    rows: Rows
    _asked: int = 0
    _set_by: set[str] | None = None  # in this transaction
    _known: dict[str, Any] = field(default_factory=dict)  # likewise, of some

    def ahead(self, persons: Iterable[str]) -> None:
        """They are asked about next, and come in one go."""
        some = [each for each in persons if each not in self._known]
        if some:
            rows = self.rows.all(preferences, preferences.c.person.in_(some))
            self._known |= dict.fromkeys(some) | {row.person: row for row in rows}

    def set_by(self) -> set[str]:
        """Everybody who has set something."""
        if self._set_by is None:
            c = preferences.c
            ours = sa.select(c.person).where(c.company == self.rows.company)
            self._set_by = set(self.rows.conn.execute(ours).scalars())
        return self._set_by

    def paused_until(self, person: str) -> datetime | None:
        row = self._of(person)
        return row and row.paused_until

    def digest_at(self, person: str) -> time | None:
        """In their own zone; None: the policy's hour."""
        row = self._of(person)
        return time.fromisoformat(row.digest_at) if row and row.digest_at else None

    def _of(self, person: str) -> Any | None:
        if person in self._known:
            return self._known[person]
        self._asked += 1
        if self._asked > MANY and person not in self.set_by():
            return None
        return self.rows.one(preferences, preferences.c.person == person)

    def pause(self, person: str, until: datetime | None) -> None:
        self._forget()
        self.rows.put(preferences, {"person": person}, paused_until=until)

    def set_digest(self, person: str, at: time | None) -> None:
        self._forget()
        self.rows.put(preferences, {"person": person}, digest_at=at and f"{at:%H:%M}")

    def _forget(self) -> None:
        self._set_by = None
        self._known.clear()
