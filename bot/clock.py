"""Time, ids and chance are handed in; so are accidents, when a simulation wants them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from threading import Lock
from time import monotonic


def wall() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Clock:
    """Two times, both aware and in UTC: `now` for people and policy, `lease` for claims.

    The playground moves `now` forward by `ahead`; nobody moves `lease`.
    """

    lease: Callable[[], datetime] = wall
    random: Callable[[int], bytes] = token_bytes
    spent: Callable[[], float] = monotonic  # seconds, for measuring how long something took
    ahead: timedelta = timedelta(0)
    _last: int = 0
    _turn: Lock = field(default_factory=Lock)

    def now(self) -> datetime:
        return self.lease() + self.ahead

    def new_id(self) -> str:
        """Ordered by lease time, and always above the one before (32 hex digits)."""
        millis = int(self.lease().timestamp() * 1000)
        with self._turn:
            self._last = max(self._last + 1, millis << 80 | int.from_bytes(self.random(10)))
            return f"{self._last:032x}"


faults: list[Callable[[str], None]] = []  # empty in production


def fault_point(name: str) -> None:
    """Stands at every commit and every network call, for a simulation to strike."""
    for strike in faults:
        strike(name)
