"""A warm parent that forks, for every kill, a process on the same real database.

The parent keeps the platform and the time, and opens nothing while it forks. A child runs what
`duly serve` runs; it is killed and the next one goes on. Now and then all is brought to rest, by a
child too, and what must hold is looked at by another.
"""

import asyncio
import gc
import mmap
import os
import signal
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from random import Random

import sqlalchemy as sa

from bot.clock import Clock
from bot.outbox import QUARANTINE
from bot.running import Runner
from bot.store import Store
from bot.store.schema import dues, outbox
from bot.wiring import Bot, assemble
from tests.desk import MONDAY
from tests.kill.crowd import Crowd
from tests.kill.ground import Ground
from tests.kill.shore import Shore
from tests.kill.slots import spent
from tests.kill.wire import Line, Wire
from tests.simulation import laws
from tests.simulation.laws import Breach

LONGEST = 0.1  # seconds of the processor that a child gets, once it listens …
SLOWEST = 2.0  # … or of the wall, where it has little to do or the machine much
EARLY, SOON = 0.15, 0.04  # of them are killed while they start, perhaps; seconds of the processor
PATIENCE = 600.0  # seconds for a child to come to rest
REST = 20  # kills between two rests
COMPANY = 100  # kills on one database
TICK = 0.05  # seconds
SEVERAL = 0.4  # of the lives on PostgreSQL are of two processes
BUSTLE, LIVELY = 0.01, 0.3  # seconds between two looks, at most; how often somebody does something


class Time:
    """The time of all: the wall's from a Monday on, and by how much a rest has moved it."""

    def __init__(self) -> None:
        self._ahead = mmap.mmap(-1, 8)  # shared with every child
        self._start = time.time()

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=time.time() - self._start + self._moved())

    def move(self, span: timedelta) -> None:
        struct.pack_into("d", self._ahead, 0, self._moved() + max(0.0, span.total_seconds()))

    def _moved(self) -> float:
        return float(struct.unpack_from("d", self._ahead)[0])


@dataclass
class Child:
    pid: int
    line: Line
    listening: bool = False
    ended: bool = False  # nothing more comes from it
    told: set[str] = field(default_factory=set)  # what it was given

    @property
    def spent(self) -> float:
        return spent(self.pid)


@dataclass
class Forking:
    ground: Ground
    seed: int
    breaches: list[Breach] = field(default_factory=list)
    kills: int = 0
    early: int = 0  # of them before the child listened
    acknowledged: int = 0
    cards: int = 0
    rests: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)

    def run(self, kills: int, tell: Callable[[str], object] = str) -> list[Breach]:
        gc.freeze()  # else every child copies what it only looks at
        for company in count():
            self._found(company)
            end = min(kills, self.kills + COMPANY)
            while self.kills < end:
                self._lives(min(end, self.kills + REST))
                self._rest()
            self.acknowledged += len(self.shore.acknowledged)
            self.cards += len(self.shore.lines)
            tell(f"{self.kills} kills, breaches: {self.breaches[:3]}\n")
            if self.kills >= kills:
                break
        return self.breaches

    def _found(self, company: int) -> None:
        self.ground.renew()
        self.time = Time()
        chance = Random(f"{self.seed}/{company}")
        self.shore = Shore(chance, self.time.now, echoes=company % 2 == 1)
        self.crowd = Crowd(chance)

    def _lives(self, end: int) -> None:
        while self.kills < end:
            self._life()

    # A life.

    def _life(self) -> None:
        """Of one process or, on PostgreSQL, of two, of which one goes on for a while."""
        several = self.ground.server is not None and self.chance.random() < SEVERAL
        with self._born(self._works) as child, self._other(several) as other:
            both = [child, other] if other else [child]
            early = self.chance.random() < EARLY
            if not early:
                self._serve(both, PATIENCE, until=lambda: child.listening)
            self._lives_on(child, both, SOON if early else LONGEST)
            self._kill(child)

    @contextmanager
    def _other(self, wanted: bool) -> Iterator[Child | None]:
        if not wanted:
            yield None
            return
        with self._born(self._works) as other:
            yield other
            self._lives_on(other, [other], LONGEST)
            self._kill(other)

    def _lives_on(self, child: Child, there: list[Child], longest: float) -> None:
        end = child.spent + self.chance.uniform(0, longest)
        self._serve(there, SLOWEST, until=lambda: child.spent >= end, bustling=True)

    def _kill(self, child: Child) -> None:
        os.kill(child.pid, signal.SIGKILL)
        self.kills += 1
        self.early += not child.listening

    def _serve(
        self,
        children: list[Child],
        span: float,
        *,
        until: Callable[[], bool] = lambda: False,
        bustling: bool = False,
    ) -> None:
        """Be the platform for so long, or until then, or until they have all ended."""
        end = time.monotonic() + span
        while (left := end - time.monotonic()) > 0 and not until():
            if bustling and self.chance.random() < LIVELY:
                self._happens()
            self._tell(children)
            if not self._hear(children, min(left, self.chance.uniform(0, BUSTLE))):
                break

    def _happens(self) -> None:
        self.shore.tell(self.crowd.deed(self.time.now(), self.shore.lines))
        if self.shore.acknowledged and self.chance.random() < 0.1:
            old = self.chance.choice(list(self.shore.acknowledged.values()))
            self.shore.tell(old)  # the platform repeats what was acknowledged

    def _tell(self, children: list[Child]) -> None:
        """Whatever was not acknowledged, once to whoever listens."""
        there = [child for child in children if child.listening and not child.ended]
        for key, event in list(self.shore.pending.items()):
            if there and not any(key in child.told for child in there):
                chosen = self.chance.choice(there)
                chosen.told.add(key)
                with suppress(OSError):
                    chosen.line.send(event)

    def _hear(self, children: list[Child], span: float) -> bool:
        """False: none of them is there any more."""
        there = {child.line: child for child in children if not child.ended}
        for line in wait(list(there), span):
            assert isinstance(line, Connection)
            self._hear_one(there[line])
        return bool(there)

    def _hear_one(self, child: Child) -> None:
        try:
            said = child.line.recv()
            if said[0] == "breaches":
                self.breaches += said[2]
                return
            child.listening = child.listening or said[0] == "listening"
            answer = self.shore.hear(said)
            if said[0] == "kept":
                child.told.discard(said[2])  # it may be repeated
            if answer is not None:
                child.line.send(answer)
        except (EOFError, OSError):
            child.ended = True

    @contextmanager
    def _born(self, work: Callable[[Line], None]) -> Iterator[Child]:
        ours, theirs = Pipe()
        pid = os.fork()
        if pid == 0:
            self._be_child(work, ours, theirs)
        theirs.close()
        child = Child(pid, ours)
        try:
            yield child
        finally:
            self._bury(child)

    def _be_child(self, work: Callable[[Line], None], ours: Line, theirs: Line) -> None:
        """Never returns: a child shares nothing with who was waiting for its parent."""
        status = 1
        try:
            ours.close()
            work(theirs)
            status = 0
        except BaseException as error:
            with suppress(Exception):
                what = f"a child broke down: {type(error).__name__}: {error}"
                theirs.send(("breaches", 0, [Breach("invariants", what)]))
        finally:
            os._exit(status)

    def _bury(self, child: Child) -> None:
        """What it had said before it died counts."""
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        os.waitpid(child.pid, 0)
        while not child.ended:
            self._hear([child], PATIENCE)
        child.line.close()

    # What children do.

    def _works(self, line: Line) -> None:
        store, wire = self._store(), Wire(line)
        asyncio.run(Runner(assemble(store, [wire]), [wire], TICK).run())

    def _store(self) -> Store:
        return self.ground.store(Clock(lease=self.time.now))

    def _rest(self) -> None:
        """No more faults until nothing is left to do, whatever was in doubt included."""
        self.rests += 1
        self.shore.calm = True
        self.shore.hurry()
        if self._done(self._comes_to_rest):
            self._done(self._looks)
        self.shore.calm = False

    def _done(self, work: Callable[[Line], None]) -> bool:
        with self._born(work) as child:
            self._serve([child], PATIENCE)
            if not child.ended:
                self.breaches.append(Breach("invariants", f"{work.__name__} takes for ever"))
            return child.ended

    def _comes_to_rest(self, line: Line) -> None:
        store, wire = self._store(), Wire(line)
        asyncio.run(self._calm(store, assemble(store, [wire]), wire))

    async def _calm(self, store: Store, bot: Bot, wire: Wire) -> None:
        listening = asyncio.create_task(wire.listen(bot.inbox))
        end = self.time.now() + QUARANTINE + self.chance.random() * timedelta(hours=12)
        while True:
            await _quiet(bot, wire)
            following = _next(store, self.time.now())
            if following is None or following > end:
                break
            self.time.move(following - self.time.now() + timedelta(seconds=1))
        self.time.move(QUARANTINE)
        await _quiet(bot, wire)
        listening.cancel()

    def _looks(self, line: Line) -> None:
        store = self._store()
        found = list(
            laws.afterwards(store, list(self.shore.acknowledged.values()), self.shore.standing)
        )
        found += [Breach("lost", f"{key} was never taken") for key in self.shore.pending]
        found += _whole(store.db)
        line.send(("breaches", 0, found))


async def _quiet(bot: Bot, wire: Wire) -> None:
    end = time.monotonic() + PATIENCE / 2
    while time.monotonic() < end:
        if not await bot.turn() and await wire.all_told():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError("it never comes to rest")


def _next(store: Store, now: datetime) -> datetime | None:
    """When something is to be done next."""
    times = [row.at for row in laws.rows(store, dues)]
    unsent = laws.rows(store, outbox, outbox.c.state.in_(["ready", "doubtful"]))
    times += [max(row.held_until, row.not_before) for row in unsent]
    return min((at for at in times if at > now), default=None)


def _whole(db: sa.Engine) -> Iterator[Breach]:
    if db.dialect.name == "sqlite":
        with db.connect() as conn:
            for (said,) in conn.exec_driver_sql("PRAGMA integrity_check"):
                if said != "ok":
                    yield Breach("invariants", f"the file is damaged: {said}")
