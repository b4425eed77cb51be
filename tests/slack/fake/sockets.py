"""Socket Mode: tickets used once, hello, envelopes to any one connection, acknowledgements."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.slack.fake.calling import Asked
from tests.slack.fake.delivery import Delivery, Outcome
from tests.slack.fake.rules import Refusal
from tests.slack.fake.wire import Json, pack, unpack
from tests.slack.fake.world import World

MOST = 10  # connections
TYPES = {
    "event": "events_api",
    "interactive": "interactive",
    "options": "interactive",
    "command": "slash_commands",
}
WHERE = "socket"


@dataclass(slots=True, eq=False)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    waiting: "dict[str, asyncio.Future[Json]]" = field(default_factory=dict)
    leaving: bool = False  # told to go: nothing more is sent here

    @property
    def open(self) -> bool:
        return not self.socket.closed and not self.leaving


class Sockets:
    def __init__(self, world: World) -> None:
        self.world = world
        self.connections: list[Connection] = []
        self._tickets: set[str] = set()
        self.opened = 0  # how often somebody connected

    def ticket(self, asked: Asked) -> str:
        """What `apps.connections.open` answers: an address that works once."""
        if not asked.post:
            raise Refusal("insecure_request", "apps.connections.open is called by POST.")
        if not asked.token:
            raise Refusal("not_authed", "The app-level token stands in the Authorization header.")
        if not asked.token.startswith("xapp-"):
            raise Refusal("not_allowed_token_type", "Connections open with an app-level token.")
        if asked.token != self.world.app_token:
            raise Refusal("invalid_auth", "Nobody was given this app-level token.")
        made = self.world.ids.uuid()
        self._tickets.add(made)
        address = self.world.base.replace("http://", "ws://")
        return f"{address}/link/?ticket={made}&app_id={self.world.app_id}"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            self.world.refuse(WHERE, "invalid_ticket", "An address for a socket works once.")
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(max_msg_size=16 * 1024 * 1024)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.live()) >= MOST:
            self.world.refuse(WHERE, "too_many_websockets", f"An app holds {MOST} sockets.")
            await socket.send_str(pack({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return socket
        self.connections.append(connection)
        self.opened += 1
        await socket.send_str(pack(self._hello()))
        try:
            await self._listen(connection)
        finally:
            self.connections.remove(connection)
            self._fail(connection)
        return socket

    def live(self) -> list[Connection]:
        return [each for each in self.connections if each.open]

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.live()),
            "debug_info": {
                "host": "applink-1",
                "build_number": 54,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self.world.app_id},
        }

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type == WSMsgType.TEXT:
                self._acknowledged(connection, message.data)

    def _acknowledged(self, connection: Connection, text: str) -> None:
        try:
            said = unpack(text)
            envelope = said["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self.world.refuse(WHERE, "no_envelope", "An app sends acknowledgements only.")
            return
        waiting = connection.waiting.pop(envelope, None)
        if waiting is None or waiting.done():
            self.world.refuse(
                WHERE, "unknown_envelope", "This envelope is unknown here, or was given up."
            )
        else:
            waiting.set_result(said)

    def _fail(self, connection: Connection) -> None:
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError())

    async def attempt(self, what: Delivery, number: int, reason: str, patience: float) -> Outcome:
        """Send it over any one connection, and wait for the acknowledgement."""
        live = self.live()
        if not live:
            return Outcome(False, "connection_failed")
        connection = self.world.chance.choice(live)
        envelope = self._envelope(what, number, reason)
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = waiting
        try:
            await connection.socket.send_str(pack(envelope))
            said = await asyncio.wait_for(waiting, patience)
        except TimeoutError:
            return Outcome(False, "timeout")
        except ConnectionError:
            return Outcome(False, "connection_failed")
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)
        return self._read(envelope, said)

    def _read(self, envelope: Json, said: Json) -> Outcome:
        body = said.get("payload")
        if body and not envelope["accepts_response_payload"]:
            self.world.refuse(WHERE, "unwanted_payload", "Events are acknowledged with nothing.")
        return Outcome(True, status=200, body=body or None)

    def _envelope(self, what: Delivery, number: int, reason: str) -> Json:
        made: Json = {
            "envelope_id": self.world.ids.uuid(),
            "payload": what.payload,
            "type": TYPES[what.sort],
            "accepts_response_payload": what.sort != "event",
        }
        if what.sort == "event":
            made |= {"retry_attempt": number, "retry_reason": reason}
        return made

    async def dismiss(self, *, warned: bool = True) -> None:
        """Slack wants every connection renewed: a warning, the request, then it closes."""
        for each in self.live():
            if warned:
                await self._bid(each, "warning")
            await self._bid(each, "refresh_requested")
            each.leaving = True
            await each.socket.close()

    async def _bid(self, connection: Connection, reason: str) -> None:
        said = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
        await connection.socket.send_str(pack(said))

    def cut(self) -> None:
        """Every connection breaks without a word."""
        for each in self.live():
            if each.request.transport is not None:
                each.request.transport.abort()

    async def close(self) -> None:
        for each in list(self.connections):
            each.leaving = True
            await each.socket.close()
