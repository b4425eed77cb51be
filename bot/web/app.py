"""The web process: health, the doors through which platforms reach us, and the pages."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.port import Door
from bot.web.gate import Gate


def app(
    doors: Sequence[Door],
    watching: Sequence[Route],
    life: Callable[[], AbstractAsyncContextManager[None]],
    pages: Gate | None = None,
) -> Starlette:
    """`watching`: is it alive, is it ready; `life` runs the bot while the app is served."""

    front = front_of(doors)

    async def home(request: Request) -> Response:
        if front:
            return RedirectResponse(f"{request.scope.get('root_path', '')}{front}")
        return PlainTextResponse("Duly is running.")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001
        async with life():
            yield

    mounts = [route for each in doors for route in routes_of(each)]
    rest: BaseRoute = Mount("/", app=pages) if pages else Route("/", home)
    return Starlette(routes=[*watching, *mounts, rest], lifespan=lifespan)


def routes_of(door: Door) -> list[BaseRoute]:
    """A front door opens without its slash too: the pages behind "/" would take that address."""
    if not door.front:
        return [Route(door.path, door.app)]

    async def enter(request: Request) -> Response:
        asked = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{request.url.path}/{asked}")

    return [Route(door.path, enter), Mount(door.path, app=door.app)]


def front_of(doors: Sequence[Door]) -> str:
    """Where people are led who come to no page in particular; empty for none."""
    return next((each.path for each in doors if each.front), "")
