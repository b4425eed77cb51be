"""The sockets on 127.0.0.1: the Web API, response urls, uploads, downloads, Socket Mode."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.slack.fake import calling, responding
from tests.slack.fake.call import Call
from tests.slack.fake.calling import Answer, Asked
from tests.slack.fake.faults import Fault
from tests.slack.fake.limiter import Limiter
from tests.slack.fake.methods import files
from tests.slack.fake.rules import Refusal
from tests.slack.fake.sockets import Sockets
from tests.slack.fake.wire import Json, pack, unpack
from tests.slack.fake.world import Called, World

LARGEST = 64 * 1024 * 1024  # bytes of a request
LOGIN = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body></body></html>"
BROKEN = "<!DOCTYPE html><html><body><h1>Slack is having trouble</h1></body></html>"
STATUS = {"error500": 500, "error503": 503, "html": 200}
CUT = ("cut_before", "cut_after", "late")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Doors:
    """One aiohttp application; every change happens under the world's lock."""

    def __init__(self, world: World, limiter: Limiter, sockets: Sockets) -> None:
        self.world = world
        self.limiter = limiter
        self.sockets = sockets
        self._late: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        made = web.Application(client_max_size=LARGEST, middlewares=[self.sound])
        made.router.add_route("*", "/api/{method}", self.api)
        made.router.add_post("/hooks/{kind}/{secret}", self.respond)
        made.router.add_post("/upload/v1/{file}", self.upload)
        made.router.add_get("/files-pri/{file}/{secret}", self.download)
        made.router.add_get("/files-pri/{file}/{secret}/download", self.download)
        made.router.add_get("/login", self.login)
        made.router.add_get("/link/", self.sockets.connect)
        return made

    @web.middleware
    async def sound(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A mistake in the fake itself is kept for whoever waits for deliveries."""
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception as broken:
            self.world.breakdowns.append(broken)
            raise

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fault = self.world.faults.strike(method)
        if fault is not None and fault.kind == "cut_before":
            self._log(Asked(method, "", {}), 0, "cut_before")
            return cut(request)
        try:
            asked = await read(request, method)
        except Refusal as no:
            self.world.refuse(method, no.error, *no.rules)
            return web.json_response(no.answer())
        if method == "apps.connections.open":
            return self._answered(asked, self._connection(asked))
        return await self._api(request, asked, fault)

    async def _api(
        self, request: web.Request, asked: Asked, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is None or fault.kind in ("slow", "cut_after"):
            answer = self._carry_out(asked)
            if fault is None:
                return self._answered(asked, answer)
            return await self._spoilt(request, asked, answer, fault)
        if fault.kind == "late":
            called = self._log(asked, 0, "late")
            self._keep(self._later(asked, called, fault.seconds))
            return cut(request)
        return self._refused_by_chance(asked, fault)

    async def _spoilt(
        self, request: web.Request, asked: Asked, answer: Answer, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return self._answered(asked, answer)
        self._log(asked, 0, "cut_after", answer)
        return cut(request)

    def _refused_by_chance(self, asked: Asked, fault: Fault) -> web.Response:
        if fault.kind == "limited":
            self.world.limited[asked.method] += 1
            after = {"Retry-After": str(max(1, round(fault.seconds)))}
            said = Answer({"ok": False, "error": "ratelimited"}, calling.HTTP_LIMITED, after)
            return self._answered(asked, said)
        if fault.kind == "internal_error":
            return self._answered(asked, Answer({"ok": False, "error": "internal_error"}))
        status = STATUS[fault.kind]
        self._log(asked, status, fault.kind)
        return web.Response(text=BROKEN, status=status, content_type="text/html")

    async def _later(self, asked: Asked, called: Called, seconds: float) -> None:
        """The connection is gone; the call takes effect all the same, when nobody expects it."""
        self.world.bustle.begin()
        try:
            await self.world.clock.sleep(seconds, self.world.bustle)
            answer = self._carry_out(asked, Limiter())  # it was let through when it arrived
            called.accepted, called.answer = answer.body["ok"], answer.body
        finally:
            self.world.bustle.end()

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def close(self) -> None:
        for task in list(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    def _carry_out(self, asked: Asked, limiter: Limiter | None = None) -> Answer:
        with self.world.turn:
            return calling.carry_out(self.world, limiter or self.limiter, asked)

    def _connection(self, asked: Asked) -> Answer:
        try:
            return Answer({"ok": True, "url": self.sockets.ticket(asked)})
        except Refusal as no:
            self.world.refuse(asked.method, no.error, *no.rules)
            return Answer(no.answer())

    def _answered(self, asked: Asked, answer: Answer) -> web.Response:
        self._log(asked, answer.status, answer.error, answer)
        return web.Response(
            text=pack(answer.body),
            status=answer.status,
            headers=answer.headers,
            content_type="application/json",
        )

    def _log(self, asked: Asked, status: int, error: str, answer: Answer | None = None) -> Called:
        body: Json = answer.body if answer else {}
        accepted = bool(body.get("ok", False))
        at = self.world.now()
        called = Called(asked.method, asked.args, status, error, accepted, at, body)
        self.world.calls.append(called)
        return called

    async def respond(self, request: web.Request) -> web.StreamResponse:
        where = "response_url"
        fault = self.world.faults.strike(where)
        if fault is not None and fault.kind == "cut_before":
            return cut(request)
        raw = await request.read()
        try:
            body = unpack(raw)
        except ValueError:
            body = None
        url = self.world.responses.get(request.match_info["secret"])
        asked = Asked(where, "", body if isinstance(body, dict) else {})
        try:
            with self.world.turn:
                responding.respond(self.world, url, body)
        except Refusal as no:
            self.world.refuse(where, no.error, *no.rules)
            self._log(asked, 404, no.error, Answer(no.answer()))
            return web.json_response(no.answer(), status=404)
        self._log(asked, 200, "", Answer({"ok": True}))
        return cut(request) if fault else web.json_response({"ok": True})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        found = self.world.files.get(request.match_info["file"])
        content = await _bytes(request)
        if found is None or found.ready or len(content) != found.length:
            rule = "An upload has exactly the announced length, and its ticket is used once."
            self.world.refuse("upload", "bad_request", rule)
            return web.Response(text=rule, status=400)
        found.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes, for who may have them; anybody else is sent to sign in."""
        ident = request.match_info["file"].split("-")[-1]
        found = self.world.files.get(ident)
        try:
            team = calling.authenticated(self.world, _bearer(request))
            call = Call(self.world, team, self.world.bot(team), "download", {})
            if found is None or not files.visible(call, found):
                raise Refusal("not_visible", "The bot downloads files of where it is.")
            if "files:read" not in self.world.settings.scopes:
                raise Refusal("missing_scope", "A download needs the scope files:read.")
        except Refusal as no:
            self.world.refuse("download", no.error, *no.rules)
            raise web.HTTPFound("/login") from None
        return web.Response(body=found.content, content_type=found.mimetype)

    async def login(self, request: web.Request) -> web.StreamResponse:
        del request
        return web.Response(text=LOGIN, content_type="text/html")


def cut(request: web.Request) -> web.StreamResponse:
    """Drop the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def read(request: web.Request, method: str) -> Asked:
    """The arguments from query and body, JSON or form; the token from where it may stand."""
    args: Json = dict(request.query)
    if args.pop("token", None):
        raise Refusal("invalid_auth", "A token in the address is read by too many.")
    asked = Asked(method, _bearer(request), args, post=request.method == "POST")
    kind = request.content_type if request.can_read_body else ""
    if kind == "application/json":
        asked.json, asked.charset = True, request.charset is not None
        args |= _object(await request.read())
    elif kind:
        if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            raise Refusal("invalid_post_type", f"Slack reads JSON and forms, not {kind}.")
        args |= dict(await request.post())
    asked.token = asked.token or str(args.pop("token", ""))
    args.pop("token", None)
    return asked


def _object(raw: bytes) -> Json:
    try:
        body = unpack(raw)
    except ValueError:
        raise Refusal("invalid_json", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal("json_not_object", "The body must be a JSON object.")
    return body


async def _bytes(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
