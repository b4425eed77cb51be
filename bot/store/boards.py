"""Key figures of periods, kept as they were computed last: a page only shows them. Policy 5.2.1."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.store.rows import Rows, Where
from bot.store.schema_console import boards

UNUSED = timedelta(days=30)  # after which figures that nobody asked for again are removed
TRIES = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """Which figures. `scope`: of whom, as a hash; empty: of the whole company."""

    period: str
    edition: str
    scope: str = ""

    @property
    def key(self) -> str:
        return f"{self.period}/{self.edition}/{self.scope}"


@dataclass(frozen=True, slots=True)
class Board:
    """`made_at`: None where there are none yet. `state`: of the last that were asked for."""

    spot: Spot
    person: str
    state: str
    asked_at: datetime
    made_at: datetime | None
    body: Any


@dataclass(frozen=True, slots=True)
class Boards:
    rows: Rows

    def get(self, spot: Spot) -> Board | None:
        row = self.rows.one(boards, *_at(spot))
        return self._board(row) if row else None

    def ask(self, spot: Spot, person: str) -> None:
        """Have them computed: once, however many ask meanwhile."""
        now, lease = self.rows.clock.now(), self.rows.clock.lease()
        self.rows.remove(boards, boards.c.asked_at < now - UNUSED, boards.c.state != "waiting")
        row = self.rows.one(boards, *_at(spot))
        if row is not None and row.state == "waiting":
            return
        asked = {"person": person, "asked_at": now, "held_until": lease}
        asked |= {"tries": 0, "state": "waiting"}
        keys = {"period": spot.period, "edition": spot.edition, "scope": spot.scope}
        self.rows.put(boards, keys, **asked)

    def wanted(self) -> bool:
        """Some are to be computed now."""
        free = boards.c.held_until <= self.rows.clock.lease()
        return self.rows.one(boards, boards.c.state == "waiting", free) is not None

    def claim(self, hold: timedelta) -> Board | None:
        """Those to compute now, ours for `hold`; whoever dies over them loses them to the next."""
        c, lease = boards.c, self.rows.clock.lease()
        where = c.state == "waiting", c.held_until <= lease
        found = self.rows.free(boards, *where, order=(c.asked_at, c.period), limit=1)
        if not found:
            return None
        board, tries = self._board(found[0]), found[0].tries
        if tries >= TRIES:
            self.fail(board.spot)
            return None
        self.rows.change(boards, *_at(board.spot), held_until=lease + hold, tries=tries + 1)
        return board

    def lay(self, spot: Spot, body: Any) -> None:
        sealed = self.rows.close(boards.c.body, spot.key, body)
        made_at = self.rows.clock.now()
        self.rows.change(boards, *_at(spot), state="made", made_at=made_at, body=sealed)

    def lay_down(self, spot: Spot) -> None:
        """Nobody computes them any more, and what was begun counts for nothing."""
        c, lease = boards.c, self.rows.clock.lease()
        waiting = *_at(spot), c.state == "waiting"
        self.rows.change(boards, *waiting, held_until=lease, tries=c.tries - 1)

    def fail(self, spot: Spot) -> None:
        self.rows.change(boards, *_at(spot), state="failed")

    def _board(self, row: Any) -> Board:
        spot = Spot(row.period, row.edition, row.scope)
        body = self.rows.open(boards.c.body, spot.key, row.body) if row.body else None
        return Board(spot, row.person, row.state, row.asked_at, row.made_at, body)


def _at(spot: Spot) -> tuple[Where, ...]:
    c = boards.c
    return c.period == spot.period, c.edition == spot.edition, c.scope == spot.scope
