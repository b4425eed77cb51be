"""A new request: its kind is chosen, then its form filled in on a page of its own. Policy 3.2."""

import asyncio
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.card import Form
from bot.handlers import requestcards
from bot.policy import forms, routes
from bot.store import Transaction
from bot.web import trouble
from bot.web.acting import Acting
from bot.web.filling import REQUEST, Filling
from bot.web.showing import View
from bot.web.site import Site, filling_view
from bot.words import Code, say

NEW = "/requests/new"


class Asking:
    def __init__(self, site: Site, acting: Acting) -> None:
        self._site, self._acting = site, acting

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(NEW, self.choose),
            Route(f"{NEW}/{{kind}}", self.form),
            Route(f"{NEW}/{{kind}}", self.send, methods=["POST"]),
        )

    async def choose(self, request: Request) -> Response:
        return await self._site.show(request, lambda tx, _: kinds(tx))

    async def form(self, request: Request) -> Response:
        kind = str(request.path_params["kind"])
        return await self._site.show(request, lambda tx, _: one(tx, kind))

    async def send(self, request: Request) -> Response:
        """Through the inbox, as any form; what it comes to is told above the list of requests."""
        posted = await self._site.filled(request)
        asked = await asyncio.to_thread(self._asked, str(request.path_params["kind"]))
        return await self._acting.submit(posted, asked, "/requests")

    def _asked(self, kind: str) -> Filling:
        with self._site.store.reading() as tx:
            found = filling_for(tx, kind)
        if found is None:
            raise trouble.missing()
        return found


def kinds(tx: Transaction) -> View:
    """As the policy in force has them."""
    known = routes.kinds(tx.policies.current().routes)
    offered = [(path(kind), requestcards.KINDS.get(kind, Code(kind))) for kind in known]
    return View("kinds.html", say("What do you ask for?"), NEW, {"kinds": offered})


def path(kind: str) -> str:
    return f"{NEW}/{quote(kind, safe='')}"


def one(tx: Transaction, kind: str) -> View | None:
    found = filling_for(tx, kind)
    return filling_view(found, found.page) if found else None


def filling_for(tx: Transaction, kind: str) -> Filling | None:
    """The form of a kind, with everything any of its ways wants to know; None: no such kind."""
    book = tx.policies.current()
    if kind not in routes.kinds(book.routes):
        return None
    wanted = routes.fields_of(book.routes, kind)
    form = Form(
        f"{REQUEST} {kind}",
        say("New request: {kind}", kind=requestcards.KINDS.get(kind, Code(kind))),
        tuple(field for name, field in forms.FIELDS.items() if name in wanted),
        say("Send"),
    )
    return Filling("", form, page=path(kind))
