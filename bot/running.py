"""Keeps a bot at work: listening, handling, sending, and looking at the clock; and lets it end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import VERSION
from bot.bell import Bell, Turn
from bot.logs import Own
from bot.metrics import Figures
from bot.port import Adapter
from bot.store.migrating import outgrown
from bot.store.processes import BEAT
from bot.store.rows import gave_way
from bot.wiring import Bot

log = logging.getLogger(__name__)

CALM = 0.05  # seconds between two looks for what nobody waits for to the moment
IDLE = 1.0  # seconds between two looks when nobody rings
TROUBLE, MOST_TROUBLE = 2.0, 8.0  # seconds to wait after an error, and after many
SOON = 0.05  # seconds to wait where the database undid it for somebody else's sake
DRAIN = 10.0  # seconds in which what was begun may end, when we are told to stop
LEAVE = 2.0  # seconds for what others find out without us, only later
STUCK = 600.0  # seconds in which handling and planning come round once, whatever there is to do

Step = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Runner:
    """`works`: this process handles, sends and looks at the clock; else it only listens, to
    platforms that come to its doors: a line of its own is held by who sends, too.
    """

    bot: Bot
    adapters: Sequence[Adapter]
    tick: float  # seconds
    works: bool = True
    noted: Callable[[], None] = lambda: None  # how far we are, when we have looked at the clock
    kind: str = "serve"
    figures: Figures = field(default_factory=Figures)
    late: bool = False  # something did not end in time, and may hold a thread for ever
    _ticked: Bell = field(default_factory=Bell)
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _looked: datetime | None = None  # lease time: when we looked at the clock
    _round: dict[str, float] = field(default_factory=dict)  # when a part last came round

    async def run(self) -> None:
        """Until cancelled, or until `end` and what was begun is done."""
        scheduler = self._scheduler() if self.works else None
        try:
            await asyncio.to_thread(self._begin)
        except Exception as error:  # the rest goes on without it
            log.warning("this process is not on the list: %s", type(error).__name__)
        try:
            await self._run()
        finally:
            if scheduler is not None:
                scheduler.shutdown(wait=False)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            hearing = [group.create_task(self._always("beat", self._beat))]
            for each in (each for each in self.adapters if self.works or each.doors):
                listen = partial(each.listen, self.bot.inbox)
                hearing.append(group.create_task(self._always(f"listen {each.platform}", listen)))
            working, building = [], []
            if self.works:
                if self.bot.store.shared:
                    hearing.append(group.create_task(self._always("hear", self._hear)))
                working = [group.create_task(self._until_end(*each)) for each in self._parts()]
                building = [group.create_task(self._until_end("build", self._build))]
            await self._ending.wait()
            await self._lay_down(working, building)
            for task in hearing:
                task.cancel()
        await self._soon(asyncio.to_thread(self._leave), "leaving")

    def _parts(self) -> Sequence[tuple[str, Step]]:
        return (
            ("handle", self._handle),
            ("answer", partial(self._send, urgent=True)),
            ("send", partial(self._send, urgent=False)),
            ("pack", self._pack),
            ("index", self._index),
            ("plan", self._plan),
        )

    def end(self) -> None:
        """Nothing more is begun. From the event loop's own thread."""
        self._ending.set()
        for bell in (self.bot.taken, self.bot.made, self._ticked):
            bell.ring()

    @property
    def ending(self) -> bool:
        return self._ending.is_set()

    def stuck(self) -> list[str]:
        """The parts that have not come round for too long."""
        now = monotonic()
        return [name for name, at in self._round.items() if now - at > STUCK]

    async def ring(self) -> None:
        """At once, however long planning takes: ticks meanwhile are one."""
        self._ticked.ring()

    async def _lay_down(
        self, working: Sequence[asyncio.Task[None]], building: Sequence[asyncio.Task[None]]
    ) -> None:
        """What was begun ends, or is handed to others: a workbook at once, for it takes long."""
        for task in building:
            task.cancel()
        await self._soon(self.bot.courier.close(), "handing-back")
        if working:
            _, late = await asyncio.wait(working, timeout=DRAIN)
            for task in late:
                task.cancel()
            if late:
                self.late = True
                log.warning("%d parts did not end in time", len(late))

    async def _plan(self) -> None:
        """What fell due, when the scheduler ticked; and have it sent."""
        turn = self._ticked.turn()
        while self._ticked.count == turn.seen:
            self._round["plan"] = monotonic()
            await turn.wait(IDLE)
        if self.ending:
            return
        with self.figures.took("tick"):
            planned = await asyncio.to_thread(self.bot.ticker.ring)
        self._looked = self.bot.store.clock.lease()
        if planned:
            self.figures.planned(planned)
            self.bot.made.ring()
        await asyncio.to_thread(self.noted)

    async def _handle(self) -> None:
        turn = self.bot.taken.turn()
        self._round["handle"] = start = monotonic()
        if handled := await asyncio.to_thread(self.bot.engine.work):
            self.figures.handled(handled, monotonic() - start)
            self.bot.made.ring()
        else:
            await turn.wait(IDLE)

    async def _send(self, *, urgent: bool) -> None:
        turn = self.bot.made.turn()
        if await self.bot.courier.round(urgent=urgent):
            return
        if urgent:
            await turn.wait(IDLE)
        else:
            await self._calm(turn)

    async def _build(self) -> None:
        """One after the other: a large company's rows are in memory once."""
        turn = self.bot.made.turn()
        if await self.bot.figuring.round() + await self.bot.workshop.round():
            self.bot.made.ring()
        else:
            await self._calm(turn)

    async def _pack(self) -> None:
        turn = self.bot.made.turn()
        if await self.bot.packer.round():
            self.bot.made.ring()
        else:
            await self._calm(turn)

    async def _calm(self, turn: Turn) -> None:
        """Nobody waits for it to the moment: it does not look again each time something happens."""
        await asyncio.sleep(CALM)
        await turn.wait(IDLE)

    async def _index(self) -> None:
        """Behind everything else: as long as it works, it rests as well."""
        start = monotonic()
        worked = await asyncio.to_thread(self.bot.indexer.work)
        await asyncio.sleep(monotonic() - start if worked else IDLE)

    async def _hear(self) -> None:
        """A hint that another process has taken something: who hears none looks by itself."""
        if await asyncio.to_thread(self.bot.hints.heard):
            self.bot.taken.ring()

    async def _beat(self) -> None:
        await asyncio.sleep(BEAT.total_seconds())
        if not await asyncio.to_thread(self._say):
            log.critical("the tables are those of a newer Duly, and are not for this one: it ends")
            self.end()

    def _begin(self) -> None:
        with self.bot.store.transaction() as tx:
            tx.processes.begin(self.bot.inbox.name, self.kind, VERSION, works=self.works)

    def _say(self) -> bool:
        """We are at work. False: the tables have changed so that we may not go on."""
        skew = self.bot.store.set_clock()
        with self.bot.store.transaction() as tx:
            if outgrown(tx.rows.conn):
                return False
            known = tx.processes.beat(self.bot.inbox.name, ticked=self._looked, skew=skew)
        if not known:
            self._begin()
        return True

    def _leave(self) -> None:
        """Whoever goes on need not wait until our leases run out."""
        self.bot.hints.close()
        with self.bot.store.transaction() as tx:
            tx.listeners.give_back(self.bot.inbox.name)
            tx.processes.leave(self.bot.inbox.name)

    async def _soon(self, step: Awaitable[None], what: str) -> None:
        """A store or a platform that does not answer holds up no end."""
        try:
            async with asyncio.timeout(LEAVE):
                await step
        except Exception as error:
            self.late = self.late or isinstance(error, TimeoutError)
            log.warning("the end goes on without %s: %s", what, type(error).__name__)

    async def _until_end(self, name: str, step: Step) -> None:
        while not self.ending:
            await self._once(name, step)

    async def _always(self, name: str, step: Step) -> None:
        while True:
            await self._once(name, step)

    async def _once(self, name: str, step: Step) -> None:
        """An error is logged, and does not end it."""
        wait = TROUBLE
        while True:
            try:
                await step()
                return
            except Exception as error:
                if gave_way(error):
                    log.info("%s gave way to another process", Own(name))
                    wait, pause = TROUBLE, SOON
                else:
                    log.exception("%s stumbled and goes on", Own(name))
                    self.figures.stumbled(name)
                    wait, pause = min(wait * 2, MOST_TROUBLE), wait
            if self.ending:
                return
            await asyncio.sleep(pause)

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
