"""Calls to a homeserver, and what their failures mean: later, never, or nobody knows."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from adapters.matrix.pace import Pace
from adapters.matrix.remedies import remedy
from adapters.matrix.slip import Slip
from adapters.matrix.wire import Answer, NoAnswer, Wire
from bot.logs import Told
from bot.port import Doubtful, TryLater, Undeliverable

LONGEST = 30.0  # seconds for one call
SOON = timedelta(seconds=10)
MENDING = timedelta(minutes=5)  # to look again where somebody has to mend something first
AGAIN = 2  # further tries of a call that only reads
PAGE = 100  # events of a room's past at a time; Synapse gives no more
BROKEN = 500
UNSEEN = (400, 403, 404)  # of an event: no id at all, not for us, not there
SHUT_OUT = frozenset(("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"))
BUSY = frozenset(("M_LIMIT_EXCEEDED",))
CLIENT = "/_matrix/client/v3"

log = logging.getLogger(__name__)


class Refused(Told):
    """The homeserver answered no, in a word of its own."""

    def __init__(self, what: str, status: int, told: Slip) -> None:
        self.code = told.text("errcode") or str(status)
        super().__init__(f"{what}: {self.code}")
        self.status, self.told = status, told

    def undeliverable(self) -> Undeliverable:
        return Undeliverable(str(self), remedy(self.code))


class ShutOut(Told):
    """Our token is worth nothing any more."""


@dataclass(slots=True)
class Calls:
    """One user's. What is sent is never sent again here: who asked decides what a doubt means."""

    wire: Wire
    pace: Pace = field(default_factory=Pace)

    async def send(
        self, method: str, path: str, body: Mapping[str, Any], *, hurry: bool = False
    ) -> Slip:
        """Raises TryLater, Doubtful, Refused. `hurry`: somebody waits for it."""
        await self.pace.turn(hurry=hurry)
        answer = await self._call(method, path, body)
        self.pace.passed()
        return answer

    async def read(self, path: str, method: str = "GET", **more: Any) -> Slip:
        """A call that changes nothing, tried again where that may help. Raises TryLater, Refused.

        `more`: `body`, `params`, `longest` seconds.
        """
        for _ in range(AGAIN):
            try:
                return await self._call(method, path, **more)
            except Doubtful:
                await asyncio.sleep(1)
        try:
            return await self._call(method, path, **more)
        except Doubtful:
            raise TryLater(SOON) from None

    async def once(self, path: str, **more: Any) -> Slip:
        """As `read`, but not tried again. Raises TryLater, Doubtful, Refused."""
        return await self._call("GET", path, **more)

    async def past(self, room: str, start: str = "", end: str = "") -> AsyncIterator[list[Slip]]:
        """Pages of what happened in a room before `start` (else now), newest first."""
        while True:
            params = {"dir": "b", "limit": str(PAGE)}
            params |= {"from": start} if start else {}
            params |= {"to": end} if end else {}
            page = await self.read(room_path(room, "messages"), params=params)
            chunk = page.all("chunk")
            if chunk:
                yield chunk
            start, before = page.text("end"), start
            if not start or start == before or (not chunk and start == end):
                return

    async def event(self, room: str, id: str) -> Slip | None:
        """One event; None where there is none, or none that we may see."""
        try:
            return await self.read(room_path(room, "event", id))
        except Refused as no:
            if no.status in UNSEEN:
                return None
            raise

    async def put(self, body: bytes, kind: str, name: str) -> str:
        """The bytes of a file; returns its address. Repeating it does no harm.

        Raises TryLater, Undeliverable.
        """
        path = f"/_matrix/media/v3/upload{_query({'filename': name} if name else {})}"
        try:
            answer = await self.wire.send(path, body, kind)
            return self._read("upload", answer).text("content_uri")
        except (NoAnswer, Doubtful):
            raise TryLater(SOON) from None
        except Refused as no:
            raise no.undeliverable() from None

    async def fetch(self, mxc: str, longest: int) -> bytes:
        """A file of theirs, at most `longest` bytes. Raises TryLater, Undeliverable, TooLarge."""
        server, _, id = mxc.removeprefix("mxc://").partition("/")
        odd = {server, id} & {"", ".", ".."}  # which lead elsewhere on the homeserver
        if not mxc.startswith("mxc://") or odd or "/" in id:
            raise Undeliverable("that is no file of Matrix")
        there = f"{quote(server, safe='')}/{quote(id, safe='')}"
        try:
            body = await self.wire.fetch(f"/_matrix/client/v1/media/download/{there}", longest)
        except NoAnswer:
            raise TryLater(SOON) from None
        if body is None:
            raise Undeliverable("the file could not be read")
        return body

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        longest: float = LONGEST,
    ) -> Slip:
        try:
            whole = path + _query(params or {})
            answer = await self.wire.ask(method, whole, body, patience=longest)
        except NoAnswer as none:
            if not none.sent:
                raise TryLater(SOON) from None
            raise Doubtful(f"{method} {_shape(path)}: {none}") from None
        return self._read(f"{method} {_shape(path)}", answer)

    def _read(self, what: str, answer: Answer) -> Slip:
        """Raises TryLater, Doubtful, Refused."""
        told = Slip(answer.told)
        if answer.ok:
            return told
        raise self._meant(what, answer.status, told)

    def _meant(self, what: str, status: int, told: Slip) -> Exception:
        code = told.text("errcode")
        if code in BUSY or status == 429:  # noqa: PLR2004
            after = timedelta(milliseconds=max(500.0, min(told.number("retry_after_ms"), 3.6e6)))
            self.pace.refused(after.total_seconds())
            return TryLater(after)
        if status >= BROKEN or not code:
            return Doubtful(f"{what}: {code or status}")
        if code in SHUT_OUT:
            return ShutOut(f"{what}: {code}")
        return Refused(what, status, told)


def room_path(room: str, *rest: str, root: str = CLIENT) -> str:
    return "/".join([f"{root}/rooms", *(quote(each, safe="") for each in (room, *rest))])


def _query(params: Mapping[str, str]) -> str:
    return f"?{urlencode(params)}" if params else ""


def _shape(path: str) -> str:
    """What was called, without the ids in it."""
    parts = path.split("/")
    return "/".join(each for each in parts if each[:1] not in ("!", "$", "@", "%"))
