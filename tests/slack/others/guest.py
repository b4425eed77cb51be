"""Duly as a guest in a Slack that is not ours: the real adapter, engine and outbox, real time."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_bytes
from typing import Any, TypeVar

import uvicorn

from adapters.slack.adapter import Slack
from adapters.slack.install import Install
from bot.clock import Clock
from bot.running import Runner
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.web.app import app
from bot.wiring import Bot, StoredFiles, assemble
from tests import prompt
from tests.slack.house import employ

PATIENCE = 20.0  # seconds
T = TypeVar("T")


@dataclass(eq=False)
class Guest:
    store: Store
    adapter: Slack
    bot: Bot = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        self.bot = assemble(self.store, [self.adapter])
        self._listening = socket.create_server(("127.0.0.1", 0))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/slack/events"

    async def serve(self) -> None:
        runner = Runner(self.bot, [self.adapter], 0.1)
        served = app(list(self.adapter.doors), prompt.WELL, nullcontext)
        self._server = prompt.Server(uvicorn.Config(served, log_level="critical"))
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        working = asyncio.create_task(runner.run())
        try:
            await self._server.serve(sockets=[self._listening])
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    def open(self) -> None:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run = asyncio.run_coroutine_threadsafe(self.serve(), self._loop)
        self.until(lambda: self.adapter.workspaces[0].roster.loaded)

    def close(self) -> None:
        self._server.should_exit = True
        self._run.result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        self._listening.close()
        self.store.db.dispose()

    def within(self, work: Coroutine[Any, Any, T]) -> T:
        """Something of the adapter's, in the loop where it lives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, "it did not come"
            time.sleep(0.05)

    def ahead(self, span: timedelta) -> None:
        """For Duly it is so much later; for the other Slack, and for signatures, it is not."""
        self.store.clock.ahead += span


@contextmanager
def guest(api_url: str, token: str, secret: str) -> Iterator[Guest]:
    """The people of the desk work there; their accounts are found by their e-mail addresses."""
    store = Store(in_memory(), "acme", Seal(bytes(32), token_bytes), Clock())
    employ(store)
    install = Install(bot_token=token, signing_secret=secret, api_url=api_url)
    made = Guest(store, Slack([install], StoredFiles(store), store.clock.lease))
    made.open()
    try:
        yield made
    finally:
        made.close()
