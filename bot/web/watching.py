"""What watches a process from outside: is it alive, is it ready, and its figures. Policy 5.1.1."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

BUSY = 503
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    ok: bool
    more: Mapping[str, Any] = field(default_factory=dict)


Ask = Callable[[], Awaitable[Answer]]


def routes(alive: Ask, ready: Ask) -> list[Route]:
    """`/healthz`: start it anew if not; `/readyz`: send nobody there if not."""

    async def told(ask: Ask) -> Response:
        found = await ask()
        return JSONResponse({"ok": found.ok, **found.more}, 200 if found.ok else BUSY)

    async def health(request: Request) -> Response:  # noqa: ARG001
        return await told(alive)

    async def readiness(request: Request) -> Response:  # noqa: ARG001
        return await told(ready)

    return [Route("/healthz", health), Route("/readyz", readiness)]


def watched(alive: Ask, ready: Ask, figures: Callable[[], bytes]) -> Starlette:
    """For a port of its own, which is not for the public."""

    async def metrics(request: Request) -> Response:  # noqa: ARG001
        return Response(await asyncio.to_thread(figures), media_type=EXPOSITION)

    return Starlette(routes=[*routes(alive, ready), Route("/metrics", metrics)])
