"""The playground over HTTP: the page, what it posts, and what it hears."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from adapters.playground import asking, render
from adapters.playground import moving as clocks
from adapters.playground.cast import PLATFORM, REALM, account
from adapters.playground.frame import Asked, page
from adapters.playground.gate import Gate
from adapters.playground.guide import first
from adapters.playground.hooks import Hooks
from adapters.playground.moving import Moving
from adapters.playground.receiving import Receiving
from adapters.playground.shelf import Shelf
from adapters.playground.slip import Unreadable, delivery_id
from adapters.playground.streams import Ear, Streams
from adapters.playground.timeline import Timeline
from adapters.playground.view import HERE, View
from bot.clock import Clock
from bot.command import Refusal
from bot.port import Brought
from bot.words import Reader, say

BREATH = 15.0  # seconds between signs of life on a stream
FRESH = {"Cache-Control": "no-store"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pages:
    """Everything behind /playground."""

    shelf: Shelf
    timeline: Timeline
    clock: Clock
    hooks: Hooks
    receiving: Receiving
    streams: Streams
    moving: Moving

    def app(self) -> Gate:
        static = StaticFiles(directory=HERE / "static")
        routes = (
            Route("/", self.page),
            Route("/events", guarded(self.events), methods=["POST"]),
            Route("/clock", guarded(self.move), methods=["POST"]),
            Route("/seen", guarded(self.seen), methods=["POST"]),
            Route("/lines", guarded(self.lines)),
            Route("/stream", guarded(self.stream)),
            Route("/files", guarded(self.bring), methods=["POST"]),
            Route("/files/{id}", guarded(self.file)),
            Route("/api/cast", self.cast),
            Mount("/static", static),
        )
        return Gate(Starlette(routes=routes))

    async def page(self, request: Request) -> Response:
        query, cast = request.query_params, self.hooks.cast
        who, place = first(cast)
        person = cast.person(query.get("as", "")) or who
        asked = Asked(
            place=query.get("in", place if person is who else ""),
            thread=query.get("thread"),
            guide=query.get("guide", ""),
        )
        view = self._view(request, person.id)
        return HTMLResponse(await asyncio.to_thread(page, view, self.hooks, asked), headers=FRESH)

    async def cast(self, request: Request) -> Response:
        people = [
            {"id": each.id, "name": each.name, "title": each.title, "language": each.language}
            | {"zone": each.zone}
            for each in self.hooks.cast.people
        ]
        channels = [
            {"id": each.id, "name": each.name, "members": each.members}
            for each in self.hooks.cast.channels
        ]
        now = self.clock.now().isoformat()
        return JSONResponse({"people": people, "channels": channels, "now": now}, headers=FRESH)

    async def events(self, request: Request) -> Response:
        payload = await asking.body(request)
        try:
            done = await self.receiving.receive(payload)
        except Unreadable as error:
            return refused(error, self._reader(payload))
        except Exception as error:
            log.warning("the core did not take a delivery: %s", type(error).__name__)
            why = say("Duly does not answer at the moment. Send the same again.")
            return JSONResponse({"error": self._plain(why, payload)}, status_code=503)
        if done.errors is not None:
            errors = {name: self._plain(why, payload) for name, why in done.errors.items()}
            return JSONResponse({"errors": errors}, status_code=422)
        return JSONResponse({"ok": True, "message": done.message, "shown": done.shown})

    async def move(self, request: Request) -> Response:
        asked = await asking.body(request)
        to = await asyncio.to_thread(self._moment, asked)
        await asyncio.to_thread(self.moving.to, to)
        self.streams.wake()
        await self.hooks.moved()
        return JSONResponse({"ok": True, "now": self.clock.now().isoformat()})

    def _moment(self, asked: dict[str, Any]) -> datetime:
        if "working_minutes" in asked:
            return self.hooks.ahead(clocks.minutes(asked["working_minutes"]))
        if "minutes" in asked:
            return self.clock.now() + clocks.minutes(asked["minutes"])
        if "morning_of" in asked:
            person = asking.person(asked["morning_of"], self.hooks.cast)
            return clocks.next_morning(self.clock.now(), person.zone)
        if "month_of" in asked:
            person = asking.person(asked["month_of"], self.hooks.cast)
            return clocks.next_month(self.clock.now(), person.zone)
        return clocks.moment(asked.get("to"))

    async def seen(self, request: Request) -> Response:
        asked = await asking.body(request)
        person = asking.person(asked.get("as"), self.hooks.cast)
        place = str(asked.get("place"))
        if place in self.hooks.cast.places_of(person.id):
            await asyncio.to_thread(self._see, person.id, place)
            self.streams.wake()
        return JSONResponse({"ok": True})

    def _see(self, who: str, place: str) -> None:
        with self.shelf.writing():
            self.timeline.see(who, place)

    async def lines(self, request: Request) -> Response:
        view = self._view(request, request.query_params.get("as"))
        found = await asyncio.to_thread(view.changes, asking.number(request, "after"))
        return JSONResponse(found, headers=FRESH)

    async def stream(self, request: Request) -> Response:
        view = self._view(request, request.query_params.get("as"))
        again = request.headers.get("last-event-id", "")
        after = int(again) if again.isdecimal() else asking.number(request, "after")
        told = self._tell(view, request.query_params.get("window", ""), after)
        return StreamingResponse(told, media_type="text/event-stream", headers=FRESH)

    async def _tell(self, view: View, window: str, after: int) -> AsyncIterator[str]:
        ear = self.streams.join(view.viewer.id, window)
        counts: dict[str, int] = {}
        try:
            yield "retry: 1000\n\n"
            while not ear.closed:
                ear.heard.clear()
                while changes := await asyncio.to_thread(view.changes, after):
                    for change in changes:
                        after = change["n"]
                        yield f"id: {after}\ndata: {json.dumps(change)}\n\n"
                while ear.forms:
                    yield f"data: {json.dumps(ear.forms.popleft())}\n\n"
                latest = await asyncio.to_thread(self._unread)
                if latest != counts:
                    counts = latest
                    yield f"event: unread\ndata: {json.dumps(counts)}\n\n"
                yield await _pause(ear)
        finally:
            self.streams.leave(ear)

    def _unread(self) -> dict[str, int]:
        """By person, so that a newcomer sees where something happened; never what."""
        people = self.hooks.cast.people
        return {each.id: sum(self.timeline.unread(each.id).values()) for each in people}

    async def bring(self, request: Request) -> Response:
        """A file for a form that is being filled in; the form says later that it is meant."""
        query = request.query_params
        person = asking.person(query.get("as"), self.hooks.cast)
        key = f"{PLATFORM}/{REALM}/file/{delivery_id(query)}"
        try:
            body = await asking.file(request, await self.receiving.largest())
            brought = Brought(account(person.id), key, query.get("name", ""), body)
            reference = await self.receiving.keep(brought)
        except Refusal as error:
            answer = {"error": render.plain(error.why, person.reader)}
            return JSONResponse(answer, status_code=422)
        except Unreadable as error:
            return refused(error, person.reader)
        except ClientDisconnect:
            raise
        except Exception as error:
            log.warning("the core did not take a file: %s", type(error).__name__)
            why = say("Duly does not answer at the moment. Send the same again.")
            return JSONResponse({"error": render.plain(why, person.reader)}, status_code=503)
        return JSONResponse({"file": reference})

    async def file(self, request: Request) -> Response:
        person = asking.person(request.query_params.get("as"), self.hooks.cast)
        id = request.path_params["id"]
        line = await asyncio.to_thread(self.timeline.upload, id, person.id)
        if line is None or line.body.file is None:
            raise Missing(say("There is no such file for you."))
        try:
            whole = await self.hooks.files.read(id)
        except LookupError:
            raise Missing(say("This file has expired; ask for it again.")) from None
        named = f"attachment; filename*=utf-8''{quote(line.body.file[1], safe='')}"
        headers = FRESH | {"Content-Disposition": named}
        kind = "image/png" if line.body.file[1].endswith(".png") else "application/octet-stream"
        return Response(whole, media_type=kind, headers=headers)

    def _view(self, request: Request, who: str | None) -> View:
        person = asking.person(who, self.hooks.cast)
        return View(person, self.timeline, self.clock, request.scope.get("root_path", ""))

    def _reader(self, payload: dict[str, Any]) -> Reader:
        who = payload.get("as")
        person = self.hooks.cast.person(who) if isinstance(who, str) else None
        return person.reader if person else Reader()

    def _plain(self, why: Any, payload: dict[str, Any]) -> str:
        return render.plain(why, self._reader(payload))


class Missing(Unreadable):
    status = 404


Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Endpoint) -> Endpoint:
    """What cannot be read is answered with a sentence, never with a crash."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Unreadable as error:
            return refused(error, Reader())
        except ClientDisconnect:
            return Response(status_code=400)

    return answer


def refused(error: Unreadable, reader: Reader) -> Response:
    return JSONResponse({"error": render.plain(error.why, reader)}, status_code=error.status)


async def _pause(ear: Ear) -> str:
    """Until something changed; a comment then, which also notices that nobody listens."""
    try:
        await asyncio.wait_for(ear.heard.wait(), BREATH)
    except TimeoutError:
        return ": still here\n\n"
    return ":\n\n"
