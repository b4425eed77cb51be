"""Where and when something may have been said that we did not see."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store.rows import Rows
from bot.store.schema import gaps

OPEN = datetime(9999, 1, 1, tzinfo=UTC)  # the end of what has not ended


@dataclass(frozen=True, slots=True)
class Gaps:
    rows: Rows

    def add(self, place: str, since: datetime, until: datetime = OPEN) -> None:
        id = self.rows.clock.new_id()
        self.rows.add(gaps, id=id, place=place, since=since, until=until)

    def end(self, place: str, until: datetime) -> None:
        """What was open there since before ends then."""
        c = gaps.c
        self.rows.change(gaps, c.place == place, c.until == OPEN, c.since <= until, until=until)

    def is_open(self, place: str) -> bool:
        return self.rows.one(gaps, gaps.c.place == place, gaps.c.until == OPEN) is not None
