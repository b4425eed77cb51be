"""Keeps a bot at work: listening, handling, sending, and looking at the clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.bell import Bell
from bot.port import Adapter
from bot.wiring import Bot

log = logging.getLogger(__name__)

IDLE = 1.0  # seconds between two looks when nobody rings
TROUBLE = 2.0  # seconds to wait after an error


@dataclass(frozen=True, slots=True)
class Runner:
    """`works`: this process handles, sends and looks at the clock; else it only listens, to
    platforms that come to its doors: a line of its own is held by who sends, too.
    """

    bot: Bot
    adapters: Sequence[Adapter]
    tick: float  # seconds
    works: bool = True
    noted: Callable[[], None] = lambda: None  # how far we are, when we have looked at the clock
    _ticked: Bell = field(default_factory=Bell)

    async def run(self) -> None:
        """Until cancelled."""
        scheduler = self._scheduler() if self.works else None
        try:
            async with asyncio.TaskGroup() as group:
                for adapter in (each for each in self.adapters if self.works or each.doors):
                    group.create_task(_always(partial(adapter.listen, self.bot.inbox)))
                if self.works:
                    group.create_task(_always(self._handle))
                    group.create_task(_always(partial(self._send, urgent=True)))
                    group.create_task(_always(partial(self._send, urgent=False)))
                    group.create_task(_always(self._build))
                    group.create_task(_always(self._pack))
                    group.create_task(_always(self._index))
                    group.create_task(_always(self._plan))
        finally:
            if scheduler is not None:
                scheduler.shutdown(wait=False)

    async def ring(self) -> None:
        """At once, however long planning takes: ticks meanwhile are one."""
        self._ticked.ring()

    async def _plan(self) -> None:
        """What fell due, when the scheduler ticked; and have it sent."""
        turn = self._ticked.turn()
        while self._ticked.count == turn.seen:
            await turn.wait(IDLE)
        if await asyncio.to_thread(self.bot.ticker.ring):
            self.bot.made.ring()
        await asyncio.to_thread(self.noted)

    async def _handle(self) -> None:
        turn = self.bot.taken.turn()
        if await asyncio.to_thread(self.bot.engine.work):
            self.bot.made.ring()
        else:
            await turn.wait(IDLE)

    async def _send(self, *, urgent: bool) -> None:
        turn = self.bot.made.turn()
        if not await self.bot.courier.round(urgent=urgent):
            await turn.wait(IDLE)

    async def _build(self) -> None:
        """One after the other: a large company's rows are in memory once."""
        turn = self.bot.made.turn()
        if await self.bot.figuring.round() + await self.bot.workshop.round():
            self.bot.made.ring()
        else:
            await turn.wait(IDLE)

    async def _pack(self) -> None:
        turn = self.bot.made.turn()
        if await self.bot.packer.round():
            self.bot.made.ring()
        else:
            await turn.wait(IDLE)

    async def _index(self) -> None:
        """Behind everything else: as long as it works, it rests as well."""
        start = monotonic()
        worked = await asyncio.to_thread(self.bot.indexer.work)
        await asyncio.sleep(monotonic() - start if worked else IDLE)

    def _scheduler(self) -> AsyncIOScheduler:
        """A metronome and nothing more: what is due lies in our own table."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(
            self.ring,
            "interval",
            seconds=self.tick,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        scheduler.start()
        return scheduler


async def _always(step: Callable[[], Awaitable[None]]) -> None:
    """Again and again; an error is logged, and does not end it."""
    while True:
        try:
            await step()
        except Exception:
            log.exception("a part stumbled and goes on")
            await asyncio.sleep(TROUBLE)
