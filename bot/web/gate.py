"""What holds for every page: the safety headers, no copies, and trouble told as a page."""

import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Router

from bot.web import dashboard, reports, reviewing, scripts, showing, trouble
from bot.web.pages import Pages
from bot.web.site import Site, spoken
from bot.web.trouble import Trouble

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
SEALING = (  # pages whose scripts seal and open: ours alone, and nothing typed becomes markup
    f"{POLICY}; script-src 'self'; connect-src 'self';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
WATCHING = SEALING  # pages on which a script of ours asks how far something is
KEYED = (  # where a script of ours listens to keys
    f"{POLICY}; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
WATCHED = (dashboard.HERE, reports.HERE)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FRESH = "no-store"
A_DAY = "public, max-age=86400"  # for what has its version in its address
MISSING = 404

log = logging.getLogger(__name__)


class Gate:
    """The pages behind their headers. An error of ours is a page with a number, and no detail."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._app = ExceptionMiddleware(
            Router(Pages(site).routes(), redirect_slashes=False),
            {Trouble: self._trouble, HTTPException: self._http, ClientDisconnect: self._gone},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, path = False, scope["path"].removeprefix(scope.get("root_path", ""))

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                headers.update(ALWAYS)
                if path.startswith(scripts.PAGES):
                    headers["Content-Security-Policy"] = SEALING
                if path.startswith(WATCHED):
                    headers["Content-Security-Policy"] = WATCHING
                if path.startswith(reviewing.PAGES):
                    headers["Content-Security-Policy"] = KEYED
                headers["Cache-Control"] = A_DAY if path.startswith("/static/") else FRESH
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            if begun:
                raise
            answer = self._broken(Request(scope), error)
            await answer(scope, receive, with_headers)

    def _broken(self, request: Request, error: Exception) -> Response:
        """Logged without its words, which may be somebody's."""
        number = self._site.store.clock.new_id()[-8:]
        where = traceback.extract_tb(error.__traceback__)[-1]
        name = type(error).__name__
        log.error("page broke #%s: %s at %s:%s", number, name, where.filename, where.lineno)
        around = self._site.around(spoken(request))
        wrong = trouble.broken(number)
        return HTMLResponse(showing.trouble(wrong, around), wrong.status)

    async def _trouble(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Trouble)
        return await self._site.told(request, error)

    async def _http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        wrong = trouble.missing() if error.status_code == MISSING else trouble.wrong_way()
        answer = await self._site.told(request, wrong)
        answer.headers.update(error.headers or {})
        return answer

    async def _gone(self, request: Request, error: Exception) -> Response:
        return Response(status_code=400)
