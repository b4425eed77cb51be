"""The server at a socket: every connection is real, and breaks where an accident says so."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from time import time
from urllib.parse import parse_qsl

from aiohttp import web

from tests.matrix.fake.call import Asked, Call
from tests.matrix.fake.faults import DONE, Fault, Faults
from tests.matrix.fake.homeserver import SYNC, Answer, Homeserver
from tests.matrix.fake.things import Event, Json, No
from tests.matrix.fake.world import World
from tests.matrix.synapse import Registered

PATIENCE = 20.0  # seconds
PAGES = {"html502": 502, "html504": 504}  # of a proxy


@dataclass(eq=False)
class Fake:
    """`url` is where it stands. What `faults.user` was told and said to have heard is noted."""

    world: World
    faults: Faults = field(default_factory=Faults)
    url: str = ""
    calls: int = 0
    acknowledged: set[str] = field(default_factory=set)  # events that arrived as they were said
    together: list[str] = field(default_factory=list)  # devices that synced twice at once
    _told: dict[int, list[Event]] = field(default_factory=dict)  # by the token that they end at
    _syncing: dict[str, int] = field(default_factory=dict)
    _waiting: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server = Homeserver(self.world)
        self._bell = asyncio.Event()
        self.world.told.append(self._ring)

    def register(
        self, name: str, *, admin: bool = False, displayname: str | None = None
    ) -> Registered:
        return self.world.register(name, admin=admin, displayname=displayname)

    def start(self) -> None:
        """It runs."""

    def listening(self, user: str) -> bool:
        """They wait for what happens next, and have heard all that happened."""
        ends = [self._waiting.get(each.key, -1) for each in self.world.of(user)]
        return self.world.position in ends

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = Asked(
            method=request.method,
            path=request.raw_path.partition("?")[0],
            query=dict(parse_qsl(request.query_string, keep_blank_values=True)),
            body=await request.read(),
            token=request.headers.get("Authorization", "").removeprefix("Bearer "),
            kind=request.headers.get("Content-Type", ""),
        )
        self.calls += 1
        device = self.world.devices.get(asked.token)
        fault = self.faults.strike(device.user) if device else None
        if fault is None:
            return _response(*await self._answer(asked))
        return await self._struck(request, asked, fault)

    async def _struck(
        self, request: web.BaseRequest, asked: Asked, fault: Fault
    ) -> web.StreamResponse:
        answer = await self._answer(asked) if fault.kind in DONE else (0, {})
        match fault.kind:
            case "limited":
                wait = {"retry_after_ms": int(fault.seconds * 1000)}
                busy = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", **wait}
                return _response(429, busy)
            case "error500":
                broken = {"errcode": "M_UNKNOWN", "error": "Internal server error"}
                return _response(500, broken)
            case "html502" | "html504":
                return web.Response(
                    status=PAGES[fault.kind], text="<html>", content_type="text/html"
                )
            case "slow":
                await asyncio.sleep(fault.seconds)
                return _response(*answer)
            case "torn":
                return await _torn(request, *answer)
            case "crash_before" | "crash_after":
                self.faults.crash()
            case "late":
                asyncio.get_running_loop().call_later(fault.seconds, self._late, asked)
        if request.transport is not None:  # else they have hung up already
            request.transport.abort()
        return web.Response()

    def _late(self, asked: Asked) -> None:
        if asked.path != SYNC:
            self.server.answer(asked)

    async def _answer(self, asked: Asked) -> Answer:
        if (asked.method, asked.path) != ("GET", SYNC):
            return self.server.answer(asked)
        try:
            call, since = self.server.sync(asked)
            return 200, await self._synced(call, since)
        except No as no:
            return self.server.refuse(asked, no)

    async def _synced(self, call: Call, since: int | None) -> Json:
        """At once where something happened, else as soon as it does, or the time is up."""
        key, own = call.device.key, call.user == self.faults.user
        if own and since is not None:
            self._hear(since)
        if self._syncing.get(key):
            self.together.append(key)
        self._syncing[key] = self._syncing.get(key, 0) + 1
        try:
            return await self._next(call, since, own)
        finally:
            self._syncing[key] -= 1
            self._waiting.pop(key, None)

    async def _next(self, call: Call, since: int | None, own: bool) -> Json:
        loop = asyncio.get_running_loop()
        end = loop.time() + call.number("timeout", 0) / 1000
        start = since if since is None else self.faults.since(call.user, since)
        while True:
            told = self.server.told(call, start)
            if told.new or since is None or loop.time() >= end:
                break
            self._waiting[call.device.key] = self.world.position
            self._bell.clear()
            try:
                await asyncio.wait_for(self._bell.wait(), end - loop.time())
            except TimeoutError:
                continue
        if own:
            end_at = int(told.answer["next_batch"][1:])
            self._told[end_at] = [each for each in told.events if each.gone is None]
        return told.answer

    def _hear(self, since: int) -> None:
        """Who asks for what comes after a token has what came before it."""
        for end in [each for each in self._told if each <= since]:
            self.acknowledged |= {each.id for each in self._told.pop(end)}

    def _ring(self) -> None:
        self._bell.set()


def _response(status: int, told: Json | bytes) -> web.Response:
    if isinstance(told, bytes):
        return web.Response(status=status, body=told)
    return web.Response(status=status, body=json.dumps(told), content_type="application/json")


async def _torn(request: web.BaseRequest, status: int, told: Json | bytes) -> web.StreamResponse:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    answer = web.StreamResponse(status=status)
    answer.content_length = len(body)
    await answer.prepare(request)
    await answer.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return answer


@asynccontextmanager
async def served(fake: Fake) -> AsyncIterator[Fake]:
    """In this loop."""
    loop = asyncio.get_running_loop()
    serving = web.Server(
        fake.handle, handler_cancellation=True, access_log=None, keepalive_timeout=86_400
    )
    at = await loop.create_server(serving, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{at.sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        at.close()
        await serving.shutdown(0.1)


@contextmanager
def fake_homeserver(seed: int = 0) -> Iterator[Fake]:
    """In a thread of its own, by the clock on the wall: as another program would stand there."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> Fake:
        return await stack.__aenter__()

    async def end() -> None:
        await stack.__aexit__(None, None, None)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    stack = served(Fake(World(time, seed)))
    fake = asyncio.run_coroutine_threadsafe(begin(), loop).result(PATIENCE)
    try:
        yield fake
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
