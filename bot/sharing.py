"""Many callers share one commit: whoever gets the turn writes for all who wait."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.bell import Bell

LONG = 60.0  # seconds after which it is looked again whether it is our turn

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Waiting(Generic[T]):
    item: T
    written: bool = False
    error: Exception | None = None  # of this one alone
    over: bool = False  # the commit that it shared has come to its end, whichever


class Shared(Generic[T]):
    """`write` commits all of them, marks each as written or says what was wrong with it.

    `pause`: seconds to wait for others that are about to come.
    """

    def __init__(
        self, write: Callable[[list[Waiting[T]]], None], pause: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._write, self._pause = write, pause
        self._waiting: list[Waiting[T]] = []
        self._busy, self._ended = False, Bell()

    async def add(self, item: T) -> None:
        """Returns when it is committed, else raises."""
        mine = Waiting(item)
        self._waiting.append(mine)
        while self._busy and not mine.over:  # the next commit is none of its business
            await self._ended.heard(LONG)
        if not mine.over:
            await self._all()
        if mine.error is not None:
            raise mine.error
        if not mine.written:
            raise ConnectionError("the commit we shared failed; nothing of it was kept")

    async def _all(self) -> None:
        self._busy, batch = True, list[Waiting[T]]()
        try:
            await asyncio.sleep(self._pause())  # who came in the same moment shares the commit
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._write, batch)
        finally:
            self._busy = False
            for each in batch:
                each.over = True
            self._ended.ring()
