"""Where and when something may have been said that we did not see."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store.rows import Rows
from bot.store.schema import gaps, listeners

LOST = "lost/"  # before a realm: the name under which it is kept since when we are shut out
OPEN = datetime(9999, 1, 1, tzinfo=UTC)  # the end of what has not ended


@dataclass(slots=True)
class Gaps:
    rows: Rows
    _lost: dict[str, datetime] | None = None  # as this transaction knows

    def lost(self) -> dict[str, datetime]:
        """The realms that let us in no more, by "platform/realm", and since when."""
        if self._lost is None:
            rows = self.rows.all(listeners, listeners.c.name.startswith(LOST, autoescape=True))
            found = {row.name.removeprefix(LOST): row.cursor for row in rows if row.cursor}
            self._lost = {realm: datetime.fromisoformat(at) for realm, at in found.items()}
        return self._lost

    def lose(self, realm: str, since: datetime) -> None:
        self.rows.put(listeners, {"name": LOST + realm}, cursor=since.isoformat())
        self._lost = None

    def regain(self, realm: str) -> None:
        self.rows.put(listeners, {"name": LOST + realm}, cursor=None)
        self._lost = None

    def add(self, place: str, since: datetime, until: datetime = OPEN) -> None:
        id = self.rows.clock.new_id()
        self.rows.add(gaps, id=id, place=place, since=since, until=until)

    def end(self, place: str, until: datetime) -> None:
        """What was open there since before ends then."""
        c = gaps.c
        self.rows.change(gaps, c.place == place, c.until == OPEN, c.since <= until, until=until)

    def end_of(self, place: str, since: datetime, until: datetime) -> bool:
        """What is open there just since then ends; False: there is no such thing."""
        c = gaps.c
        open_now = c.place == place, c.until == OPEN, c.since == since
        return self.rows.change(gaps, *open_now, until=until) > 0

    def is_open(self, place: str) -> bool:
        return self.rows.one(gaps, gaps.c.place == place, gaps.c.until == OPEN) is not None
