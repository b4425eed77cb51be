"""Single calls to a homeserver: a method, a path, and what it says to them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import aiohttp

from adapters.slip import Slip
from bot.logs import Told

PATIENCE = 30.0  # seconds for one call
LARGEST = 256 * 2**20  # bytes of an answer that are read
CHUNK = 2**16
OK, UNAUTHORIZED, NOT_FOUND = 200, 401, 404


class NoAnswer(Told):
    """The homeserver did not answer. `sent`: perhaps it heard us all the same."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class TooLarge(Exception):
    """The file is larger than it may be."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    told: Mapping[str, Any]  # empty where it was no JSON object
    at: datetime | None = None  # the server's time

    @property
    def ok(self) -> bool:
        return self.status == OK

    @property
    def slip(self) -> Slip:
        return Slip(self.told)

    @property
    def refused(self) -> str:
        """Matrix's word for no; empty for yes."""
        return "" if self.ok else self.slip.text("errcode") or f"HTTP {self.status}"


@dataclass(slots=True)
class Wire:
    """To be closed. It follows no redirects, and writes the token into no address."""

    url: str  # of the homeserver
    token: str = field(default="", repr=False)
    _line: aiohttp.ClientSession | None = field(default=None, repr=False)
    _shut: bool = False

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        patience: float = PATIENCE,
    ) -> Answer:
        """Raises NoAnswer."""
        return await self._asked(method, path, patience=patience, json=body)

    async def send(self, path: str, body: bytes, kind: str) -> Answer:
        """Bytes, of a file. Raises NoAnswer."""
        body_in_parts = BytesIO(body)  # a large one as a whole would hold up everything else
        return await self._asked("POST", path, data=body_in_parts, headers={"Content-Type": kind})

    async def fetch(self, path: str, longest: int) -> bytes | None:
        """A file of at most so many bytes; None: it is not there. Raises NoAnswer, TooLarge."""
        async with self._request("GET", path, patience=PATIENCE) as answer:
            if answer.status != OK:
                return None
            try:
                return await _whole(answer, longest)
            except ValueError:
                raise TooLarge from None

    async def close(self) -> None:
        """For good: who still holds it sends nothing more. An interruption does not stop it."""
        self._shut = True
        line, self._line = self._line, None
        if line is not None:
            await asyncio.shield(line.close())

    async def _asked(
        self, method: str, path: str, *, patience: float = PATIENCE, **how: Any
    ) -> Answer:
        async with self._request(method, path, patience=patience, **how) as answer:
            told = _object(await _whole(answer))
            return Answer(answer.status, told, _time(answer.headers.get("Date", "")))

    @asynccontextmanager
    async def _request(
        self, method: str, path: str, *, patience: float, **how: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._shut:
            raise NoAnswer("we have hung up", sent=False)
        if self._line is None:
            self._line = aiohttp.ClientSession()
        signed = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers = {**signed, **how.pop("headers", {})}
        try:
            async with self._line.request(
                method,
                self.url + path,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=patience),
                **how,
            ) as answer:
                yield answer
        except aiohttp.ClientConnectorError as error:
            raise NoAnswer(_why(error), sent=False) from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NoAnswer(type(error).__name__, sent=True) from None


def _why(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        found = error.certificate_error
        return str(getattr(found, "verify_message", "") or type(found).__name__)
    return error.os_error.strerror or type(error).__name__


async def _whole(answer: aiohttp.ClientResponse, longest: int = LARGEST) -> bytes:
    """Raises ValueError for more than anybody should read."""
    found = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        found += chunk
        if len(found) > longest:
            raise ValueError("too large")
    return bytes(found)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _time(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
