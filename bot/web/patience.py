"""How long a connection may take to say what it wants, and how much that may be.

uvicorn and h11 bound a head that has not ended (16 kB) and what waits of a body (64 kB); how slowly
either comes, nothing bounds but this.
"""

import asyncio
from asyncio import TimerHandle, Transport
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, cast

from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS, HEAD = 100, 32 * 1024  # fields, and bytes of them all with the address: browsers have half
TOO_SLOW, TOO_LARGE = 408, 431
LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """`head`: seconds for what comes before the body, or between two requests; `body`: for the
    body, and one more for every `rate` bytes that have come of it.
    """

    head: float = 20.0
    body: float = 20.0
    rate: int = 4_000


PACE = Pace()


class Hurried(H11Protocol):
    """A connection on which a request is answered, or one soon begins; else it is closed."""

    pace = PACE
    _waiting: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._rest()

    def _look(self) -> None:
        """What comes behind an answer that is complete is a new request, or nothing we want."""
        if not self._asks():
            self._rest()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(self.pace.head, self._end)

    def _asks(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _end(self) -> None:
        self._waiting = None
        if self.transport.is_closing() or not self._asks():
            return
        if self.cycle is None and self.conn.trailing_data[0]:
            self.transport.write(LATE)
        self.transport.close()


def hurried(at: Pace) -> type[Hurried]:
    class Connection(Hurried):
        pace = at

    return Connection


class Patient:
    """An application that waits for no body that does not come, and reads no endless head."""

    def __init__(self, app: App, pace: Pace = PACE) -> None:
        self._app, self._pace = app, pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if too_large(scope):
            answer = PlainTextResponse("too large", TOO_LARGE, {"Connection": "close"})
            await answer(scope, receive, send)
            return
        body = Body(receive, send, self._pace)
        await self._app(scope, body.receive, body.send)


class Body:
    """One request's: who is late is gone, as far as the application hears, and is told why."""

    def __init__(self, receive: Receive, send: Send, pace: Pace) -> None:
        self._receive, self._send, self._rate = receive, send, pace.rate
        self._until = asyncio.get_running_loop().time() + pace.body
        self._whole = self._late = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        if self._late:
            return {"type": "http.disconnect"}
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self._late = True
            return {"type": "http.disconnect"}
        self._whole = not message.get("more_body", False)
        self._until += len(message.get("body", b"")) / self._rate
        return message

    async def send(self, message: Message) -> None:
        if self._late and message["type"] == "http.response.start":
            kept = [each for each in message.get("headers", ()) if each[0].lower() != b"connection"]
            close = (b"connection", b"close")
            message = {**message, "status": TOO_SLOW, "headers": [*kept, close]}
        await self._send(message)


def too_large(scope: Scope) -> bool:
    headers = cast("list[tuple[bytes, bytes]]", scope["headers"])
    size = sum(len(name) + len(value) for name, value in headers)
    address = len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))
    return len(headers) > HEADERS or size + address > HEAD
