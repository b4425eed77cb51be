"""Runs a bot in this process until it is told to stop, and serves its pages."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from types import FrameType
from typing import Any

import uvicorn

from bot import demo
from bot.backup.mark import FILE, Mark
from bot.port import Adapter
from bot.running import Runner
from bot.settings import Settings, openid
from bot.store import Store
from bot.web.address import address
from bot.web.app import app, front_of
from bot.wiring import adapters, assemble, pages

SWITCH = 0.001  # seconds a thread may hold the interpreter while the event loop waits for it
GRACE = 5  # seconds for open pages when told to stop

Out = Callable[[str], None]


def serve(
    command: str, store: Store, settings: Settings, listening: socket.socket | None, out: Out
) -> int:
    """`listening`: where pages are served; None: nowhere (a worker)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    sys.setswitchinterval(SWITCH)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(command, store, settings, listening, out))
    return 0


async def _serve(
    command: str, store: Store, settings: Settings, listening: socket.socket | None, out: Out
) -> None:
    rung = asyncio.Event()
    if command == "demo":
        await asyncio.to_thread(demo.found, store)
        settings = replace(settings, platforms="playground")
    platforms = adapters(store, settings, demo.cast(), rung.set)
    bot = assemble(store, platforms)
    tick = 1.0 if command == "demo" else settings.tick
    mark = Mark(settings.mark or settings.data / FILE)
    runner = Runner(bot, platforms, tick, works=command != "web", noted=lambda: mark.note(store))

    @asynccontextmanager
    async def life() -> AsyncIterator[None]:
        working = asyncio.create_task(runner.run())
        ringing = asyncio.create_task(_rung(rung, runner))
        try:
            yield
        finally:
            for task in (working, ringing):
                task.cancel()
            await asyncio.gather(working, ringing, return_exceptions=True)

    if listening is None:
        await _until_told(life)
        return
    doors = [door for each in platforms for door in each.doors]
    host, port = listening.getsockname()[:2]
    door = front_of(doors)
    own = await asyncio.to_thread(pages, bot, address(settings, port), door, openid(settings))
    config = uvicorn.Config(
        app(doors, lambda: _alive(store), life, own),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    out(f"Duly is running: http://{host}:{port}{door or '/healthz'}  (Ctrl-C stops it)")
    await Server(config, platforms).serve(sockets=[listening])


class Server(uvicorn.Server):
    """Open streams would hold up the end: they are hung up first."""

    def __init__(self, config: uvicorn.Config, platforms: Sequence[Adapter]) -> None:
        super().__init__(config)
        self._platforms = platforms

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for each in self._platforms:
            each.hang_up()
        super().handle_exit(sig, frame)


async def _rung(rung: asyncio.Event, runner: Runner) -> None:
    """The playground's clock was moved: look at once what fell due."""
    while True:
        await rung.wait()
        rung.clear()
        await runner.ring()


async def _until_told(life: Any) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with life():
        await stop.wait()


async def _alive(store: Store) -> dict[str, Any]:
    def look() -> dict[str, Any]:
        with store.reading() as tx:
            return {"ok": True, "unsent": tx.outbox.unsent()}

    try:
        return await asyncio.to_thread(look)
    except Exception as error:
        return {"ok": False, "error": type(error).__name__}
