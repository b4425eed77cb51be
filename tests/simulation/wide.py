"""A story with more in it: two processes at one database, and all that people do.

One of the processes may be stopped over a delivery for longer than its claims last, and go on.
Their clocks differ, and jump; deliveries come to either or both, out of order and again.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from bot import clock
from bot.clock import Clock
from bot.effects import Deliverable
from bot.events import Happening
from bot.policy import reading
from bot.store import Store, policies
from bot.store.schema import dues, journal
from bot.wiring import Bot, assemble
from tests.desk import Desk
from tests.simulation import company
from tests.simulation.deeds import CANARY, Deeds
from tests.simulation.growing import Growing
from tests.simulation.laws import Breach
from tests.simulation.weather import crashed

READ = cache(reading.read)  # pure, and slow for who starts anew every few minutes
SKEWS = (0, 0, 1, -2, 3)  # seconds
STOPS = 0.05  # how likely a process is to be stopped over a delivery
NAPS = (20, 150, 1800, 18_000)  # seconds that it is stopped for
SECRETS = (CANARY, "@acme.example", "9xK2")


@dataclass(eq=False)
class Worker:
    """A process of ours."""

    name: str
    skew: timedelta  # of its clock
    store: Store
    bot: Bot
    turning: "asyncio.Task[bool] | None" = None
    stopped: asyncio.Event | None = None
    until: datetime | None = None  # then it goes on
    claimed: Any = None  # how far the others were when it last claimed

    @property
    def busy(self) -> bool:
        return self.turning is not None and not self.turning.done() and self.stopped is None


WORKER: ContextVar[Worker] = ContextVar("worker")


class Ear(logging.Handler):
    """All that is logged, as it would be printed."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record))


@dataclass
class Wide(Deeds):
    workers: list[Worker] = field(default_factory=list)
    grain: timedelta = timedelta(minutes=20)
    stops: int = 0
    jumps: int = 0
    ear: Ear = field(default_factory=Ear)

    def run(self) -> list[Breach]:
        with patch.object(policies, "read", READ), self._listening():
            super().run()
        said = "\n".join(self.ear.heard)
        self.breaches += [
            Breach("invariants", f"{secret} stands in a log")
            for secret in SECRETS
            if secret in said
        ]
        return self.breaches

    def _begin(self) -> None:
        super()._begin()
        self.people = company.widen(self.desk)
        self.gusts = Random(f"{self.seed}/gusts")
        self.sea.meanwhile = self._meanwhile
        self.growing = Growing(self.desk.store, doubling=self.sea.echoes)
        self.workers = [self._hired(name) for name in ("one", "two")]

    def _opened(self) -> Desk:
        return Desk(
            chance=Random(f"{self.seed}/desk"),
            paper=self.sea,
            db=self.db,
            now=self.chance.choice(company.STARTS),
            policy=company.policy(0),
        )

    def _story(self) -> None:
        with self._claims():
            super()._story()

    def _hired(self, name: str, skew: timedelta | None = None) -> Worker:
        if skew is None:
            skew = timedelta(seconds=self.chance.choice(SKEWS))
        told = skew
        time = Clock(lease=lambda: self.desk.now + told, random=self.desk.chance.randbytes)
        store = Store(self.desk.store.db, self.desk.company, self.desk.store.seal, time)
        with self._quietly():
            return Worker(name, skew, store, assemble(store, [self.sea]))

    # ---- two processes

    def _turn(self) -> bool:
        self._wake()
        awake = [each for each in self.workers if each.stopped is None]
        if self.chance.random() < 0.4:
            awake = [self.chance.choice(awake)]
        busy = self._runner.run(self._together(awake))
        if not self.breaches:
            with self._quietly():
                self.breaches += self.growing.look(self.acknowledged, self.sea.lines)
        return busy

    async def _together(self, workers: list[Worker]) -> bool:
        """Until each has done its turn, or was stopped in it."""
        for each in workers:
            if each.turning is None:
                each.turning = asyncio.create_task(self._work(each))
        while any(each.busy for each in workers):  # noqa: ASYNC110
            await asyncio.sleep(0)
        return [self._ended(each) for each in workers].count(True) > 0

    async def _work(self, worker: Worker) -> bool:
        WORKER.set(worker)
        return await worker.bot.turn()

    def _ended(self, worker: Worker) -> bool:
        """Whether there was anything to do."""
        task = worker.turning
        if task is None or not task.done():
            return True
        worker.turning, error = None, task.exception()
        if error is None:
            return task.result()
        if not crashed(error):
            raise error
        self._again(worker)
        return True

    def _again(self, worker: Worker) -> None:
        """Another process in its place: nothing but the database is left."""
        self.crashes += 1
        self.workers[self.workers.index(worker)] = self._hired(worker.name, worker.skew)

    def _restart(self) -> None:
        """Both."""
        for each in tuple(self.workers):
            self._kill(each)
            self._again(each)

    def _kill(self, worker: Worker) -> None:
        task = worker.turning
        if task is not None and not task.done():
            task.cancel()
            with self._quietly():
                self._runner.run(asyncio.wait([task]))

    # ---- one of which is stopped

    async def _meanwhile(self, where: str) -> None:
        worker = WORKER.get()
        for _ in range(self.gusts.randint(0, 2)):
            await asyncio.sleep(0)
        if self._stops():
            self.stops += 1
            worker.stopped = asyncio.Event()
            nap = timedelta(seconds=self.gusts.choice(NAPS))
            worker.until = self.desk.now + nap
        if worker.stopped is not None:
            await worker.stopped.wait()
            if self._breaks(where):
                raise TimeoutError

    def _stops(self) -> bool:
        """One at a time, and nobody in fair weather."""
        if self.sea.calm or any(each.stopped for each in self.workers):
            return False
        return self.gusts.random() < STOPS

    def _breaks(self, where: str) -> bool:
        """A request that has not left goes out so late only where its double will be seen."""
        return (where == "before" and not self.sea.echoes) or self.gusts.random() < 0.5

    def _wake(self, *, all_: bool = False) -> None:
        for each in self.workers:
            if each.stopped and each.until and (all_ or each.until <= self.desk.now):
                each.stopped.set()
                each.stopped = each.until = None

    def _calm_down(self) -> None:
        self._wake(all_=True)
        super()._calm_down()

    # ---- how it reaches them

    def _deliver_in(self) -> None:
        """To either or both, in any order; what was acknowledged comes again now and then."""
        if self.sea.echoes:
            self._echo()
        batch = [each for each in self.pending if self.chance.random() < 0.9]
        if self.acknowledged and self.chance.random() < 0.3:
            known = list(self.acknowledged.values())
            batch += self.chance.choices(known[-20:], k=self.chance.randint(1, 3))
        self.chance.shuffle(batch)
        awake = [each for each in self.workers if each.stopped is None]
        taken = [(event, each) for event in batch for each in self._doors(awake)]
        answers = self._runner.run(self._taken(taken))
        for (event, _), error in zip(taken, answers, strict=True):
            if error is None:
                self.acknowledged[event.key] = event
        self.pending = [each for each in self.pending if each.key not in self.acknowledged]
        gone = {
            id(each): each
            for (_, each), error in zip(taken, answers, strict=True)
            if error is not None and crashed(error)
        }
        for each in gone.values():
            self._again(each)

    def _doors(self, awake: list[Worker]) -> list[Worker]:
        return awake if self.chance.random() < 0.2 else [self.chance.choice(awake)]

    async def _taken(self, batch: list[tuple[Happening, Worker]]) -> list[BaseException | None]:
        takes = (each.bot.inbox.take([event]) for event, each in batch)
        return await asyncio.gather(*takes, return_exceptions=True)

    # ---- time

    def _time_goes_by(self) -> None:
        luck = self.chance.random()
        if luck < 0.06:  # their clocks are set back, all at once
            self.jumps += 1
            self.desk.now -= timedelta(seconds=self.chance.randint(1, 4))
        elif luck < 0.14:  # the machine slept
            self.jumps += 1
            self.desk.now += timedelta(seconds=self.chance.choice((40, 200, 7000, 50_000)))
        super()._time_goes_by()

    # ---- laws

    @contextmanager
    def _claims(self) -> Iterator[None]:
        """Notes how far things were when something was claimed."""

        def noted(name: str) -> None:
            worker = WORKER.get(None)
            if worker is not None and name == "parcels were claimed":
                worker.claimed = self._how_far()

        clock.faults.insert(0, noted)
        try:
            yield
        finally:
            clock.faults.remove(noted)

    def _how_far(self) -> tuple[Any, ...]:
        """What was handled, and what is planned: this alone changes what may be said."""
        with self.desk.store.db.connect() as conn:
            handled = sa.select(sa.func.count()).where(journal.c.settled_at.is_not(None))
            planned = sa.select(sa.func.count(), sa.func.max(dues.c.id))
            return (*conn.execute(handled).one(), *conn.execute(planned).one())

    def _watch(self, effect: Deliverable, key: str) -> None:
        """The other may have settled what a card speaks of since this one has claimed it."""
        if WORKER.get().claimed == self._how_far():
            super()._watch(effect, key)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """To what is logged."""
        ours = logging.getLogger("bot")
        level, ours.propagate = ours.level, False
        ours.setLevel(logging.INFO)
        ours.addHandler(self.ear)
        try:
            yield
        finally:
            ours.removeHandler(self.ear)
            ours.setLevel(level)
            ours.propagate = True
