"""Files that people brought, given back to whom they are for. Policy 3.3.3."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.handlers import requestcards
from bot.policy.people import Person
from bot.store import Store, Transaction
from bot.store.files import PIECE, Stored
from bot.store.sessions import Token
from bot.web import trouble
from bot.web.site import Site
from bot.web.trouble import Trouble
from bot.words import say

FILE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that somebody may have now. `size`: bytes."""

    id: str
    name: str
    size: int


class Fetching:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (Route("/files/{file}", self.file),)

    async def file(self, request: Request) -> Response:
        id = str(request.path_params["file"])
        if not FILE.fullmatch(id):
            raise trouble.missing()
        found = await asyncio.to_thread(self._file, self._site.token(request), id)
        return streamed(self._site.store, found)

    def _file(self, token: Token | None, id: str) -> Fetched:
        visitor = self._site.visitor(token)
        if visitor is None:
            raise trouble.stranger()
        with self._site.store.reading() as tx:
            stored = tx.files.stored(id)
            if stored is None or not may_have(tx, visitor.person, stored):
                raise trouble.missing()
            return Fetched(id, stored.name, stored.size)


def may_have(tx: Transaction, person: Person, stored: Stored) -> bool:
    """Who brought it, and who has to do with a request it is part of."""
    if stored.owner == person.id:
        return True
    request = tx.requests.with_file(stored.owner, stored.id)
    return request is not None and requestcards.sees(tx, request, person)


def fetched(tx: Transaction, file: str, name: str) -> Fetched:
    """Raises Trouble where it has expired."""
    try:
        return Fetched(file, name, tx.files.size(file))
    except LookupError:
        title = say("This file has expired; ask for it again.")
        raise Trouble(404, title, say("Go back to your pages.")) from None


def streamed(store: Store, file: Fetched) -> Response:
    """Piece by piece, each read when the one before is on its way: it is never whole in memory.

    Saved, never shown: a browser takes nothing in it for a page of ours.
    """
    headers = {
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
    }
    body = _pieces(store, file)
    return StreamingResponse(body, media_type="application/octet-stream", headers=headers)


async def _pieces(store: Store, file: Fetched) -> AsyncIterator[bytes]:
    def read(number: int) -> bytes:
        with store.reading() as tx:
            return tx.files.piece(file.id, number)

    for number in range(-(-file.size // PIECE)):
        yield await asyncio.to_thread(read, number)
