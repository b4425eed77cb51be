"""Who may talk to the playground at all: browsers on this machine, looking at its own page.

Anybody who reaches it is whomever of the company they want to be. A browser that was led here by
another site's page says so in the host (DNS rebinding), in the origin, or in Sec-Fetch-Site;
whoever is no browser writes there what they want, and cannot choose where they come in.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
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
OWN = ("same-origin", "none")  # a page of this one, or a person who typed the address
ELSEWHERE = "This comes from another page."
REFUSED = 1008  # of a websocket, of which there is none here
ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """Turns away other sites' pages (DNS rebinding, forged posts) and adds the safety headers."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": REFUSED})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message.setdefault("headers", [])).update(ALWAYS)
            await send(message)

        why = why_not(scope, Headers(scope=scope))
        answer = self._app if why is None else JSONResponse({"error": why}, status_code=403)
        await answer(scope, receive, with_headers)


def why_not(scope: Scope, headers: Headers) -> str | None:
    host = headers.get("host", "")
    if _name(host) not in LOCAL or not _came_in_here(scope):
        return "The playground answers to localhost only."
    if headers.get("sec-fetch-site", "none") not in OWN and not _led_here(scope, headers):
        return ELSEWHERE
    origin = headers.get("origin")
    if scope["method"] in SAFE or origin is None:
        return None
    return None if _place(origin) == host.lower() else ELSEWHERE


def _came_in_here(scope: Scope) -> bool:
    """At an address that only this machine has, whatever DULY_HOST opens, and a proxy tells."""
    try:
        return ip_address((scope.get("server") or ("", 0))[0]).is_loopback
    except ValueError:
        return False


def _led_here(scope: Scope, headers: Headers) -> bool:
    """Somebody has followed a link: the page that had it does not see what comes."""
    asked = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    return scope["method"] in SAFE and asked == ("navigate", "document")


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
