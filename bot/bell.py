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
            _wake(future)
        self._waiting.clear()

    def turn(self) -> Turn:
        return Turn(self, self.count)

    async def heard(self, longest: float) -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._waiting.add(future)
        enough = loop.call_later(longest, _wake, future)
        try:
            await future  # asyncio.wait costs ten times as much, wait_for can miss a cancelling
        finally:
            enough.cancel()
            self._waiting.discard(future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
