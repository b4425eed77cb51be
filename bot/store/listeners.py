"""Where each listener goes on, and which process may listen."""

from dataclasses import dataclass
from datetime import timedelta

from bot.store.rows import Rows
from bot.store.schema import listeners

AHEAD = "playground/clock"


@dataclass(frozen=True, slots=True)
class Listeners:
    rows: Rows

    def cursor(self, name: str) -> str | None:
        row = self.rows.one(listeners, listeners.c.name == name)
        return row and row.cursor

    def cursors(self, prefix: str) -> dict[str, str]:
        """All whose name begins so, by name."""
        rows = self.rows.all(listeners, listeners.c.name.startswith(prefix, autoescape=True))
        return {row.name: row.cursor for row in rows if row.cursor is not None}

    def move(self, name: str, position: str) -> None:
        self.rows.put(listeners, {"name": name}, cursor=position)

    def ahead(self) -> timedelta:
        """How far the playground's clock was moved, for whoever else opens this store."""
        return timedelta(seconds=float(self.cursor(AHEAD) or 0))

    def move_clock(self, ahead: timedelta) -> None:
        self.move(AHEAD, str(ahead.total_seconds()))

    def lease(self, name: str, holder: str, span: timedelta) -> bool:
        """Taken, or renewed; False while another holds it."""
        now = self.rows.clock.lease()
        fresh = self.rows.unless_known(listeners, "name")
        self.rows.conn.execute(fresh, {"company": self.rows.company, "name": name})
        c = listeners.c
        ended = (c.held_until <= now) | (c.held_until > now + 2 * span)  # by a clock that was ahead
        mine = (c.holder.is_(None)) | (c.holder == holder) | ended
        held = {"holder": holder, "held_until": now + span}
        return self.rows.change(listeners, c.name == name, mine, **held) == 1

    def give_back(self, holder: str) -> None:
        """Whatever it held: it ends."""
        self.rows.change(listeners, listeners.c.holder == holder, holder=None, held_until=None)
