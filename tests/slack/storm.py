"""One story in Slack, with everything failing: calls, deliveries, processes. Given by its seed.

People talk, type and press in a fake Slack over real sockets; its answers get lost or come late,
its deliveries twice, out of order or not at all; Duly is stopped in the middle of whatever it does.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import uvicorn

from adapters.slack.adapter import Slack
from adapters.slack.install import Install
from bot import clock
from bot.inbox import LEASE
from bot.outbox import QUARANTINE
from bot.store import Store
from bot.store.connecting import in_memory
from bot.store.schema import dues, outbox
from bot.wiring import Bot, StoredFiles, assemble
from tests import prompt
from tests.simulation.laws import Breach, rows
from tests.simulation.loops import loop
from tests.slack import laws
from tests.slack.fake import FakeSlack, Faults, HandClock, Route
from tests.slack.fake.faults import Kind
from tests.slack.house import build
from tests.slack.talk import Talk

DEEDS = 6  # times people do something in one story
STRIKE = 0.006  # how likely a fault point is to strike
MINUTE = 60.0
CALM = 4 * 86_400.0  # seconds that it goes on without faults
LATEST = 20.0  # seconds that Slack dawdles over what it took, and is quarantined for
ACCIDENTS: dict[Kind, float] = {
    **{"limited": 0.03, "error500": 0.02, "error503": 0.02, "html": 0.01, "cut_before": 0.03},
    **{"cut_after": 0.04, "late": 0.04, "internal_error": 0.02},
}


class Crash(BaseException):
    """kill -9, as far as one process can go: nothing catches it."""


@dataclass
class Storm:
    seed: int
    very_late: bool = False  # Slack dawdles for longer than the quarantine
    breaches: list[Breach] = field(default_factory=list)
    crashes: int = 0
    striking: bool = False
    crashed: bool = False
    cards: int = 0  # that were sent
    doubled: int = 0  # of them taken twice by Slack, the second of which was withdrawn
    adapter: Slack | None = None
    bot: Bot | None = None
    _listening: "asyncio.Task[None] | None" = None
    _server: uvicorn.Server | None = None

    def run(self) -> list[Breach]:
        self.chance = Random(self.seed)
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(self._lived())
        return self.breaches

    async def _lived(self) -> None:
        self.clock = HandClock()
        late = 900.0 if self.very_late else LATEST
        calls = ACCIDENTS | ({"late": 0.1} if self.very_late else {})
        self.faults = Faults(self.seed, calls=calls, late=late, twice=0.1, overtaken=0.1)
        self.faults.unheard = 0.05
        route = Route(wall=self.clock.now, lanes=3)
        fake = FakeSlack(seed=self.seed, clock=self.clock, faults=self.faults, route=route)
        async with fake as self.slack:
            home = build(self.slack, self.clock, "http", in_memory())
            self.store, self.people, self.sales = home.store, home.people, home.sales
            self.company = home.company
            self.talk = Talk(self.chance, self.people, self.sales)
            with self._strikes():
                await self._story()
            self.breaches += laws.afterwards(self.store, self.slack, self.sales)
            found = self.slack.posted_by_key().values()
            self.cards, self.doubled = len(found), sum(len(each) > 1 for each in found)
            self.store.db.dispose()

    async def _story(self) -> None:
        door = asyncio.create_task(self._serve())
        with (
            self._quietly()
        ):  # what is said before it listens for the first time is not its to keep
            await self._start()
            await self._filled()
        for _ in range(DEEDS):
            self.talk.do()
            await self._turns()
            await self._time_goes_by()
        await self._calm_down()
        await self._stop()
        assert self._server is not None
        self._server.should_exit = True
        await door

    # ---- a process of ours

    async def _serve(self) -> None:
        """One address for all the processes there will be."""

        async def door(scope: Any, receive: Any, send: Any) -> None:
            if self.adapter is None or self.crashed:
                await send({"type": "http.response.start", "status": 502, "headers": []})
                await send({"type": "http.response.body", "body": b""})
                return
            await self.adapter.doors[0].app(scope, receive, send)

        config = uvicorn.Config(door, log_level="critical", lifespan="off", port=0)
        self._server = prompt.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        await self._server.serve()

    async def _start(self) -> None:
        install = Install(
            bot_token=self.company.token,
            signing_secret=self.slack.signing_secret,
            api_url=self.slack.api_url,
            rate=60_000,
        )
        old = self.store
        self.store = Store(old.db, old.company, old.seal, old.clock)
        adapter = Slack([install], StoredFiles(self.store), self.store.clock.lease)
        pace = adapter.workspaces[0].calls.pace
        pace.channel, pace.tiers, pace.patience = 60_000, 1000, 0.0
        pace.now = self.clock.now
        pace.sleep = _blink
        self.bot, self.adapter, self.crashed = assemble(self.store, [adapter]), adapter, False
        self._listening = asyncio.create_task(adapter.listen(self.bot.inbox))
        if not self.slack.route.url:
            while self._server is None or not self._server.started:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            port = self._server.servers[0].sockets[0].getsockname()[1]
            self.slack.route.url = f"http://127.0.0.1:{port}/slack/events"

    async def _stop(self) -> None:
        self.adapter, task = None, self._listening
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _restart(self) -> None:
        self.crashes += 1
        await self._stop()
        with self._quietly():
            await self._start()

    async def _turns(self) -> None:
        """Until nothing is left to do now, however often it crashes on the way."""
        for _ in range(200):
            await self._hear()
            if self.crashed or (self._listening and self._listening.done()):
                await self._restart()
                continue
            assert self.bot is not None
            try:
                busy = await self.bot.turn()
            except BaseException as error:
                if not crashing(error):
                    raise
                await self._restart()
                continue
            if not busy and self.slack.world.bustle.calm:
                return
        self.breaches.append(Breach("invariants", "it never comes to rest"))

    async def _hear(self) -> None:
        """What Slack is telling now, as far as it gets through."""
        await asyncio.sleep(0)
        for _ in range(400):
            if self.slack.world.bustle.calm or self.crashed:
                return
            await asyncio.sleep(0.001)

    # ---- time

    async def _time_goes_by(self) -> None:
        luck = self.chance.random()
        if luck < 0.6:
            await self._until(self.chance.uniform(1, 40) * MINUTE)
        elif luck < 0.85:
            await self._until(self.chance.uniform(40, 400) * MINUTE)
        else:
            await self._outage()

    async def _until(self, seconds: float) -> None:
        end = self.clock.time + seconds
        for _ in range(8):
            following = self._next()
            if following is None or following >= end:
                break
            self.clock.move(max(0.0, following - self.clock.time) + 0.001)
            await self._turns()
        self.clock.move(max(0.0, end - self.clock.time))
        await self._turns()

    def _next(self) -> float | None:
        now, unsent = self.store.clock.now(), outbox.c.state.in_(["ready", "doubtful"])
        with self._quietly():
            times = [row.at for row in rows(self.store, dues)]
            waiting = rows(self.store, outbox, unsent)
        times += [max(row.held_until, row.not_before) for row in waiting]
        return min((at.timestamp() for at in times if at > now), default=None)

    async def _outage(self) -> None:
        """We are down, and people go on: Slack gives up telling us, and its history must do."""
        await self._stop()
        for _ in range(self.chance.randint(1, 3)):
            self.talk.do()
            self.clock.move(self.chance.uniform(1, 200) * MINUTE)
            await self._hear()
        with self._quietly():
            await self._start()
        await self._filled()
        await self._turns()

    async def _filled(self) -> None:
        """Until what was missed is in, or an accident put it off."""
        assert self.adapter is not None
        each = self.adapter.workspaces[0]
        self.clock.move(LEASE.total_seconds() + 1)  # that of the process before has run out
        for _ in range(300):
            if self.crashed or (self._listening and self._listening.done()):
                return
            each.look()
            self.clock.move(0.1)
            if each.roster.loaded and each.missed_since is None:
                with self._quietly():
                    gaps = await each.history.open_gaps(self.bot.inbox) if self.bot else {}
                if not gaps:
                    return
            await asyncio.sleep(0.002)

    async def _calm_down(self) -> None:
        """No more faults: within four days everything is where it belongs."""
        self.faults.stop()
        self.striking = False
        await self._restart()
        await self._filled()
        end = self.clock.time + CALM
        while True:
            await self._turns()
            following = self._next()
            if following is None or following > end:
                break
            self.clock.move(following - self.clock.time + 0.001)
        for _ in range(3):  # what Slack still dawdled over is there by now, and shown
            self.clock.move(QUARANTINE.total_seconds() + 1000)
            await self._turns()

    # ---- faults

    @contextmanager
    def _strikes(self) -> Iterator[None]:
        strikes = Random(f"{self.seed}/strikes")

        def strike(name: str) -> None:
            if self.striking and not self.crashed and strikes.random() < STRIKE:
                self.crashed = True
                raise Crash(name)

        clock.faults.append(strike)
        self.striking = True
        try:
            yield
        finally:
            clock.faults.remove(strike)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        before, self.striking = self.striking, False
        yield
        self.striking = before


async def _blink(seconds: float) -> None:  # noqa: ARG001
    await asyncio.sleep(0.001)


def crashing(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(map(crashing, error.exceptions))
    return isinstance(error, Crash)
