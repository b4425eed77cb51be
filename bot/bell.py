"""Wakes who waits, without losing a ring that came while they were busy."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Turn:
    """Taken before looking for work, so that a ring during the look counts."""

    bell: "Bell"
    seen: int

    async def wait(self, longest: float) -> None:
        """Until the bell is rung after this turn was taken, at most so many seconds."""
        if self.bell.count == self.seen:
            await self.bell.heard(longest)


@dataclass(slots=True)
class Bell:
    """Rung from the event loop's own thread only."""

    count: int = 0
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    def ring(self) -> None:
        self.count += 1
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    def turn(self) -> Turn:
        return Turn(self, self.count)

    async def heard(self, longest: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait({future}, timeout=longest)  # wait_for could miss being cancelled
        finally:
            self._waiting.discard(future)
