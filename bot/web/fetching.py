"""Files that people brought, given back to whom they are for. Policy 3.3.3."""

import asyncio
import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.handlers import requestcards
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.files import Stored
from bot.store.sessions import Token
from bot.web import trouble
from bot.web.site import Site

FILE = re.compile(r"[0-9a-f]{32}")


class Fetching:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (Route("/files/{file}", self.file),)

    async def file(self, request: Request) -> Response:
        id = str(request.path_params["file"])
        if not FILE.fullmatch(id):
            raise trouble.missing()
        name, body = await asyncio.to_thread(self._file, self._site.token(request), id)
        return download(name, body)

    def _file(self, token: Token | None, id: str) -> tuple[str, bytes]:
        visitor = self._site.visitor(token)
        if visitor is None:
            raise trouble.stranger()
        with self._site.store.reading() as tx:
            stored = tx.files.stored(id)
            if stored is None or not may_have(tx, visitor.person, stored):
                raise trouble.missing()
            return stored.name, tx.files.read(id)


def may_have(tx: Transaction, person: Person, stored: Stored) -> bool:
    """Who brought it, and who has to do with a request it is part of."""
    if stored.owner == person.id:
        return True
    request = tx.requests.with_file(stored.owner, stored.id)
    return request is not None and requestcards.sees(tx, request, person)


def download(name: str, body: bytes) -> Response:
    """Saved, never shown: a browser takes nothing in it for a page of ours."""
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}"}
    return Response(body, media_type="application/octet-stream", headers=headers)
