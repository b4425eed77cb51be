"""How fast a homeserver lets us send: as set by who runs it, and learnt from every refusal."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.port import TryLater

UNLIMITED = 6_000.0  # events a minute, where the homeserver sets us no limit
LEAST = 6.0  # a minute, however often we are refused
HALVED, GROWN = 0.5, 0.05  # of the rate: at a refusal, and at each success after it
BURST = 10.0  # seconds of events that may be sent at once
WORTH_WAITING = 10.0  # seconds; what has to wait for longer is tried again later


@dataclass(slots=True)
class Pace:
    """`most`: events a minute that are never exceeded."""

    most: float = UNLIMITED
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _rate: float = field(default=0.0)
    _free_at: float = 0.0
    _shut_until: float = 0.0

    async def turn(self, *, hurry: bool = False) -> None:
        """Returns when the next event may be sent. `hurry`: somebody waits, who goes first.

        Raises TryLater where that is too long to wait for.
        """
        now = self.now()
        rest = 0.0 if hurry else self._free_at - now
        wait = max(0.0, self._shut_until - now, rest)
        if wait > WORTH_WAITING:
            raise TryLater(timedelta(seconds=wait))
        rate = self._rate or self.most
        self._free_at = max(self._free_at, now - BURST) + 60 / rate
        if wait > 0:
            await self.sleep(wait)

    def refused(self, after: float) -> None:
        """It said 429: nothing goes for so many seconds, and half as fast from then on."""
        self._shut_until = self.now() + after
        self._rate = max(LEAST, (self._rate or self.most) * HALVED)

    def passed(self) -> None:
        """It went well: slowly back to the rate we began with."""
        if self._rate:
            self._rate = min(self.most, self._rate + self.most * GROWN)
