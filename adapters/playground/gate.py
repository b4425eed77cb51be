"""Who may talk to the playground at all: browsers on this machine, looking at its own page."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD"})
ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Gate:
    """Turns away other sites' pages (DNS rebinding, forged posts) and adds the safety headers."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message.setdefault("headers", [])).update(ALWAYS)
            await send(message)

        why = why_not(scope["method"], Headers(scope=scope))
        answer = self._app if why is None else JSONResponse({"error": why}, status_code=403)
        await answer(scope, receive, with_headers)


def why_not(method: str, headers: Headers) -> str | None:
    host = headers.get("host", "")
    if _name(host) not in LOCAL:
        return "The playground answers to localhost only."
    origin = headers.get("origin")
    if method in SAFE or origin is None:
        return None
    return None if _place(origin) == host.lower() else "This comes from another page."


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
