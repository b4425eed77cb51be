"""Where and when something may have been said that we did not see."""

from dataclasses import dataclass
from datetime import datetime

from bot.store.rows import Rows
from bot.store.schema import gaps


@dataclass(frozen=True, slots=True)
class Gaps:
    rows: Rows

    def add(self, place: str, since: datetime, until: datetime) -> None:
        id = self.rows.clock.new_id()
        self.rows.add(gaps, id=id, place=place, since=since, until=until)
