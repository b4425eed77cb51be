"""What stands before Bolt: a limit on the body, the signature, and what Bolt cannot route.

Nothing is parsed that Slack has not signed. Signed and unreadable is kept as it came.
"""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from adapters.slack.branch import Branch, Given

PATH = "/slack/events"
PROBE = "duly-doctor"  # how `duly doctor` calls itself when it tries us
LONGEST = 1_000_000  # bytes of a body; Slack's own are far below
SKEW = 5 * 60  # seconds a signature may be old, or our clocks differ
OK, TOO_LARGE, NOT_SIGNED, LATER = 200, 413, 401, 503

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)


class TooLarge(Exception):
    """More than anything of Slack's."""


class Guard:
    """The door for HTTP. One address serves every app: which it is, its signature says."""

    def __init__(self, branches: Sequence[Branch], now: Callable[[], float]) -> None:
        self._branches, self._now = branches, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return PlainTextResponse("This is where Slack posts its events.", 405)
        try:
            body = await _body(request)
        except TooLarge:
            return PlainTextResponse("too large", TOO_LARGE)
        except ClientDisconnect:
            return PlainTextResponse("", 400)
        headers = {name.lower(): value for name, value in request.headers.items()}
        branch = self._signed(body, headers)
        if branch is None:
            log.warning("a request to %s was not signed by Slack", PATH)
            self._mistaken(headers)
            return PlainTextResponse("not signed", NOT_SIGNED)
        for each in branch.workspaces:
            each.mistaken = None
        return await self._let_in(branch, body, headers)

    def _mistaken(self, headers: Mapping[str, str]) -> None:
        """Signed as Slack signs, only not with a secret of ours: `duly doctor` tells of it."""
        if headers.get("user-agent") == PROBE:
            return
        if re.fullmatch(r"v0=[0-9a-f]{64}", headers.get("x-slack-signature", "")):
            for branch in self._branches:
                for each in branch.workspaces:
                    each.mistaken = datetime.fromtimestamp(self._now(), UTC)

    async def _let_in(self, branch: Branch, body: bytes, headers: Mapping[str, str]) -> Response:
        payload = _payload(body, headers.get("content-type", ""))
        if payload.get("type") == "url_verification":
            return JSONResponse({"challenge": payload.get("challenge")})
        if payload.get("ssl_check"):
            return PlainTextResponse("")
        try:
            status, answer = await branch.take(Given(payload, body, headers))
        except Exception as error:  # not kept: Slack is to send it again
            log.error("slack's message was not kept: %s", type(error).__name__)
            return PlainTextResponse("", LATER, {"Retry-After": "10"})
        for each in branch.workspaces:
            each.reached()
        return JSONResponse(answer, status) if answer else PlainTextResponse("", status)

    def _signed(self, body: bytes, headers: Mapping[str, str]) -> Branch | None:
        """Over the bytes as they came: the library's own check fails on what is no UTF-8."""
        stamp = headers.get("x-slack-request-timestamp", "")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:  # noqa: PLR2004
            return None
        if abs(self._now() - int(stamp)) > SKEW:
            return None
        found = headers.get("x-slack-signature", "")
        signed = b"v0:%s:%s" % (stamp.encode(), body)
        for branch in self._branches:
            made = hmac.new(branch.secret.encode(), signed, hashlib.sha256).hexdigest()
            if hmac.compare_digest(f"v0={made}".encode(), found.encode("utf-8", "replace")):
                return branch
        return None


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdecimal() and _is_more(declared):
        raise TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise TooLarge
    return bytes(body)


def _is_more(digits: str) -> bool:
    """Than anything of Slack's, however long the number itself is."""
    return len(digits) > 18 or int(digits) > LONGEST  # noqa: PLR2004


def _payload(body: bytes, kind: str) -> Mapping[str, Any]:
    """What it says; what is neither JSON nor a form is kept as text under `unreadable`."""
    text = body.decode("utf-8", "replace")
    try:
        if "json" in kind or text.lstrip().startswith("{"):
            found = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
            found = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return {"unreadable": text}
    return found if isinstance(found, Mapping) else {"unreadable": text}
