"""Runs a bot in this process until it is told to stop, and serves its pages.

Told to stop (SIGTERM, Ctrl-C) it begins nothing more, lets end what was begun, and ends with 0.
Told once more it ends at once: what it leaves behind is what one that was killed leaves.
"""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Timer
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from bot import demo, logs
from bot.backup.mark import FILE, Mark
from bot.metrics import Figures, Waiting, exposed
from bot.running import DRAIN, LEAVE, Runner
from bot.settings import Settings, openid
from bot.store import Store
from bot.store.migrating import suits
from bot.web.address import address
from bot.web.app import app, front_of
from bot.web.patience import PACE, Pace, Patient, hurried
from bot.web.watching import Answer, routes, watched
from bot.wiring import adapters, assemble, pages

log = logging.getLogger(__name__)

SWITCH = 0.001  # seconds a thread may hold the interpreter while the event loop waits for it
GATHER = 0.003  # seconds in which what comes of deliveries shares a commit
GRACE = 5  # seconds for open pages when told to stop
THREADS = 24  # that look and write: some wait for long, and nobody waits for them
LOOK = 4.0  # seconds within which the store answers whoever asks whether we are ready
END = DRAIN + 2 * LEAVE  # seconds in which our work ends, or is left behind
LAST = GRACE + END + 1  # … in which we end, whatever holds us up
NOW = 1  # what a process ends with that was told to end at once, or could not go on

Out = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """Where we listen. `pages`: None: nobody is served (a worker); `watch`: who watches us asks."""

    pages: socket.socket | None = None
    watch: socket.socket | None = None


def serve(command: str, store: Store, settings: Settings, doors: Doors, out: Out) -> int:
    """0: it ended as it was told to."""
    logs.set_up(settings.log)
    sys.setswitchinterval(SWITCH)
    with suppress(KeyboardInterrupt):  # while it starts
        return asyncio.run(_serve(command, store, settings, doors, out))
    return 0


async def _serve(command: str, store: Store, settings: Settings, doors: Doors, out: Out) -> int:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    rung = asyncio.Event()
    if command == "demo":
        await asyncio.to_thread(demo.found, store)
        settings = replace(settings, platforms="playground")
    platforms = adapters(store, settings, demo.cast(), rung.set)
    bot = assemble(store, platforms)
    figures = Figures()
    bot.courier.told, bot.courier.gather = figures.delivered, GATHER
    tick = 1.0 if command == "demo" else settings.tick
    mark = Mark(settings.mark or settings.data / FILE)
    runner = Runner(
        bot,
        platforms,
        tick,
        works=command != "web",
        noted=lambda: mark.note(store),
        kind=command,
        figures=figures,
    )
    figures.registry.register(Waiting(store, lambda: runner.ending))
    process = Process(runner, store)

    async with AsyncExitStack() as stack:
        stack.enter_context(_told_by_signals(process.stop))
        stack.callback(gc.unfreeze)
        if doors.watch is not None:
            aside = watched(process.alive, process.ready, lambda: exposed(figures))
            await stack.enter_async_context(_served(aside, doors.watch))
        if doors.pages is None:
            settle()
            out("Duly is working.  (Ctrl-C stops it)")
            async with process.life(rung):
                await process.stopped.wait()
            return process.ended_with
        ours = [door for each in platforms for door in each.doors]
        host, port = doors.pages.getsockname()[:2]
        door = front_of(ours)
        where = address(settings, port)
        own = await asyncio.to_thread(pages, bot, where, door, openid(settings))
        watching = routes(process.alive, process.ready)
        served = app(ours, watching, lambda: process.life(rung), own)
        server = Server(config(served, "on"))
        process.also = lambda: setattr(server, "should_exit", True)
        settle()
        out(f"Duly is running: http://{host}:{port}{door or '/healthz'}  (Ctrl-C stops it)")
        await server.serve(sockets=[doors.pages])
    return process.ended_with


def settle() -> None:
    """What is loaded by now lasts as long as we: no search for garbage walks through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@dataclass(slots=True)
class Process:
    """This process, as long as it lives. `also`: what else is to stop when it is told to."""

    runner: Runner
    store: Store
    also: Callable[[], None] = lambda: None
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    ended_with: int = 0

    def stop(self) -> None:
        """Streams that are held open would hold up the end: they are hung up first."""
        self.runner.end()
        for each in self.runner.adapters:
            each.hang_up()
        self.stopped.set()
        self.also()

    @asynccontextmanager
    async def life(self, rung: asyncio.Event) -> AsyncIterator[None]:
        working = asyncio.create_task(self.runner.run())
        working.add_done_callback(self._ended)
        ringing = asyncio.create_task(_rung(rung, self.runner))
        try:
            yield
        finally:
            self.stopped.set()
            self.runner.end()
            _, left = await asyncio.wait({working}, timeout=END)
            ringing.cancel()
            if self.runner.late or left:
                os._exit(self.ended_with)  # its thread would be waited for

    def _ended(self, working: "asyncio.Task[None]") -> None:
        """By itself: it cannot go on."""
        if self.stopped.is_set() or working.cancelled():
            return
        if (error := working.exception()) is not None:
            log.critical("nothing works any more", exc_info=error)
        self.ended_with = NOW
        self.stop()

    async def alive(self) -> Answer:
        """Not whether the store is there: to start anew would not bring it back."""
        stuck = self.runner.stuck()
        return Answer(not stuck, {"stuck": stuck} if stuck else {})

    async def ready(self) -> Answer:
        if self.runner.ending:
            return Answer(False, {"why": "draining"})
        try:
            async with asyncio.timeout(LOOK):
                fits = await asyncio.to_thread(suits, self.store.db)
        except Exception:
            return Answer(False, {"why": "database"})
        return Answer(fits, {} if fits else {"why": "tables"})


@contextmanager
def _told_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    loop, told = asyncio.get_running_loop(), list[int]()

    def tell(name: int) -> None:
        if told:
            os._exit(NOW)  # threads that still write would hold up any other end
        told.append(name)
        log.info("told to stop")
        alarm = Timer(LAST, _give_up)  # beside the loop, which may be held up as well
        alarm.daemon = True
        alarm.start()
        stop()

    names = (signal.SIGTERM, signal.SIGINT)
    for name in names:
        loop.add_signal_handler(name, tell, name)
    try:
        yield
    finally:
        for name in names:
            loop.remove_signal_handler(name)


def _give_up() -> None:
    log.critical("it did not end in time: it ends now")
    os._exit(NOW)


class Server(uvicorn.Server):
    """Signals are ours: they are for all of the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _served(what: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    """Until all else has ended: who watches us sees us end."""
    server = Server(config(what, "off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


def config(what: ASGIApp, lifespan: Any, pace: Pace = PACE) -> uvicorn.Config:
    return uvicorn.Config(
        Patient(what, pace),
        http=hurried(pace),
        lifespan=lifespan,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


async def _rung(rung: asyncio.Event, runner: Runner) -> None:
    """The playground's clock was moved: look at once what fell due."""
    while True:
        await rung.wait()
        rung.clear()
        await runner.ring()
