"""One scene from beginning to end, with a new process after each crash, held against the laws.

What is struck is a path: the first number counts the fault points from the beginning, the next
those after the first crash, and so on. (12, 3): it dies at the 13th, and the next at its 4th.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.effects import Deliverable
from bot.events import Happening
from bot.store import Store
from bot.store.schema import dues, journal, outbox
from bot.store.schema_search import bundles
from tests.crash.picture import Picture, pictured
from tests.crash.platforms import PLATFORMS
from tests.crash.scenes import Scene
from tests.desk import MONDAY, Desk
from tests.simulation import laws
from tests.simulation.laws import Breach
from tests.simulation.weather import Crash, crashed

Path = tuple[int, ...]
Strike = Callable[[int, str], bool]  # the number of a fault point since the last crash, its name
UNSENT = outbox.c.state.in_(["ready", "doubtful"])
WAITING = sa.select(sa.exists().where(journal.c.settled_at.is_(None)))
TIMES = sa.union_all(
    sa.select(dues.c.at, dues.c.at.label("then")),
    sa.select(outbox.c.not_before, outbox.c.held_until).where(UNSENT),
    sa.select(bundles.c.held_until, bundles.c.held_until).where(bundles.c.state == "waiting"),
)
TURNS = 200  # in which it has come to rest


def never(number: int, name: str) -> bool:  # noqa: ARG001
    return False


def nothing() -> None:
    pass


class Enough(Exception):
    """Nothing more is wanted of this life."""


@dataclass
class Life:
    scene: Scene
    platform: str
    runner: asyncio.Runner
    db: sa.Engine
    strike: Strike = never
    sets_out: Callable[[], object] = nothing  # called before anything of Duly's is under way
    breaches: list[Breach] = field(default_factory=list)
    said: list[Happening] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # of the fault points passed since a crash
    done: int = 0  # steps of the scene
    ended: bool = False  # nobody wants to know how it goes on
    _armed: bool = False  # something of Duly's is under way
    _dead: bool = False  # and so is whatever else was under way

    def __post_init__(self) -> None:
        """The company as it is before anything happens."""
        self.chat = PLATFORMS[self.platform]()
        self.chat.now, self.chat.watch = lambda: self.desk.now, self._watch
        self.desk = Desk(
            chance=Random(self.scene.name),
            paper=self.chat,
            abilities=self.chat.abilities,
            db=self.db,
            policy=self.scene.policy,
        )
        self._housed()

    def run(self) -> Picture:
        """To its end, from wherever it is; what is wrong stands in `breaches`. Raises Enough."""
        with self._strikes():
            while True:
                self._quiet()
                if not self._goes_on():
                    break
        self.runner.run(self.chat.catch_up())
        self.breaches += laws.afterwards(self.desk.store, self.said, self.chat.lines)
        return pictured(self.desk.store, self.chat)

    def says(self, *events: Happening) -> None:
        """People do something there."""
        self.said += events
        self.chat.says(*events)

    def restart(self) -> None:
        """A new process: nothing but the database is left."""
        self._armed = self._dead = False
        self.chat.cut()
        old = self.desk.store
        self.desk.store = Store(old.db, old.company, old.seal, old.clock)
        self.desk.restart()
        self._housed()

    def _housed(self) -> None:
        self.desk.bot.ticker.keeps_house = self.scene.keeps_house

    # ---- time and deeds

    def _goes_on(self) -> bool:
        """Time goes by until something falls due, or somebody does something; False: it is over."""
        steps = self.scene.all
        at = MONDAY + (steps[self.done][0] if self.done < len(steps) else self.scene.ends)
        following = min((t for t in self._times() if t > self.desk.now), default=at)
        if following < at or self.desk.now < at:
            self.desk.now = min(following, at)
            return True
        if self.done == len(steps):
            return False
        _, deed = steps[self.done]
        self.done += 1
        deed(self)
        return True

    def _quiet(self) -> None:
        """Until nothing is left to be done now."""
        for _ in range(TURNS):
            worked = self._sail(self._worked())
            if not (worked is None or (worked and self._waits())):
                return
        self.breaches.append(Breach("invariants", "it never comes to rest"))

    async def _worked(self) -> bool:
        told, bot = await self.chat.tell(self.desk.bot.inbox), self.desk.bot
        worked = await bot.turn() or told
        if self.scene.packs:
            worked = bot.packer.work() + bot.indexer.work() > 0 or worked
        return worked

    def _waits(self) -> bool:
        with self.db.connect() as conn:
            if conn.execute(WAITING).scalar():
                return True
        return any(at <= self.desk.now for at in self._times())

    def _times(self) -> Iterator[datetime]:
        with self.db.connect() as conn:
            yield from (max(row) for row in conn.execute(TIMES).all())

    def _sail(self, made: Coroutine[Any, Any, bool]) -> bool | None:
        """None where it crashed; then a new process goes on."""
        self._armed = self.done > len(self.scene.before)
        self.sets_out()
        try:
            return self.runner.run(made)
        except BaseException as error:
            if not crashed(error):
                raise
            if self.ended:
                raise Enough from None
            self.names.clear()
            self.restart()
            return None
        finally:
            self._armed = False

    # ---- fault points

    @contextmanager
    def _strikes(self) -> Iterator[None]:
        clock.faults.append(self._struck)
        try:
            yield
        finally:
            clock.faults.remove(self._struck)

    def _struck(self, name: str) -> None:
        if self._dead:
            raise Crash(name)
        if not self._armed:
            return
        number = len(self.names)
        self.names.append(name)
        if self.strike(number, name):
            self._dead = True
            raise Crash(name)

    def _watch(self, effect: Deliverable, key: str) -> None:
        armed, self._armed = self._armed, False
        with self.desk.store.transaction() as tx:
            self.breaches += laws.at_sending(tx, effect, key)
        self._armed = armed
