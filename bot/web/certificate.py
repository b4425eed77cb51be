"""The certificate of what was approved, to print, to compare a text with, to paste into a mail.

Policy 3.2, 2.2.1-review. It says what `/duly verify` says, to the same people.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.handlers import certificates, requestcards
from bot.handlers.certificates import Certificate
from bot.store import Transaction
from bot.web.showing import View
from bot.web.site import Site
from bot.web.visitors import Visitor
from bot.words import Code, Say, say

TEXT = "text"  # the field with the text that is to be compared
LONGEST = 10_000  # characters of it


class Certificates:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/certificates/{code}", self.look),
            Route("/certificates/{code}", self.compare, methods=["POST"]),
        )

    async def look(self, request: Request) -> Response:
        return await self._show(request, "")

    async def compare(self, request: Request) -> Response:
        """Nothing is kept of the text: it is compared, and shown to who brought it."""
        posted = await self._site.posted(request)
        return await self._show(request, posted.fields.get(TEXT, "").strip())

    async def _show(self, request: Request, text: str) -> Response:
        code, url = str(request.path_params["code"]), self._site.address.url
        return await self._site.show(request, lambda tx, one: view(tx, one, code, url, text))


def view(tx: Transaction, visitor: Visitor, code: str, url: str, text: str) -> View | None:
    """None for a code that was never given, and for what they may not know of."""
    found, person = certificates.find(tx, code), visitor.person
    if found is None or not certificates.may_know(tx, found.request, person):
        return None
    path = f"/certificates/{found.code}"
    values = {
        "card": certificates.card(tx, found, person),
        "valid": found.withdrawn_at is None,
        "request": f"/requests/{found.request.number}"
        if requestcards.sees(tx, found.request, person)
        else "",
        "block": block(tx, found, f"{url}{path}", visitor.reader.zone),
        "text": text,
        "longest": LONGEST,
        "same": certificates.same(found.request, text),
        "answer": certificates.compared(found.request, text),
    }
    return View("certificate.html", say("Certificate {code}", code=Code(found.code)), path, values)


def block(tx: Transaction, found: Certificate, url: str, zone: str) -> tuple[Say, ...]:
    """Lines to stand in a mail; nothing where it was taken back."""
    if found.withdrawn_at is not None:
        return ()
    facts = [
        say("{label}: {value}", label=label, value=value)
        for label, value in certificates.facts(tx, found)
    ]
    return (
        say("This text was approved before it was sent."),
        *facts,
        say("Times are in {zone}.", zone=Code(zone)),
        say("Colleagues see it here: {address}", address=Code(url)),
    )
