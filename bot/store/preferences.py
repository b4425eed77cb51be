"""What somebody set for themselves: the hour of their digest, and a pause."""

from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa

from bot.store.rows import Rows
from bot.store.schema import preferences


@dataclass(frozen=True, slots=True)
class Preferences:
    rows: Rows

    def set_by(self) -> set[str]:
        """Everybody who has set something."""
        c = preferences.c
        ours = sa.select(c.person).where(c.company == self.rows.company)
        return set(self.rows.conn.execute(ours).scalars())

    def paused_until(self, person: str) -> datetime | None:
        row = self.rows.one(preferences, preferences.c.person == person)
        return row and row.paused_until

    def digest_at(self, person: str) -> time | None:
        """In their own zone; None: the policy's hour."""
        row = self.rows.one(preferences, preferences.c.person == person)
        return time.fromisoformat(row.digest_at) if row and row.digest_at else None

    def pause(self, person: str, until: datetime | None) -> None:
        self.rows.put(preferences, {"person": person}, paused_until=until)

    def set_digest(self, person: str, at: time | None) -> None:
        self.rows.put(preferences, {"person": person}, digest_at=at and f"{at:%H:%M}")
