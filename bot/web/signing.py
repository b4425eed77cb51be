"""Signing in by a one-time link, and out again. Only a press of the button uses the link up."""

import asyncio
import hmac
import logging

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.policy.people import Person
from bot.store.sessions import Standing, Token, token_in
from bot.web import posting, showing, trouble, visitors
from bot.web.sentences import how_to_sign_in
from bot.web.showing import View
from bot.web.site import Site
from bot.web.trouble import Trouble
from bot.words import Reader, Who, say

PROOF = "duly-sign-in"  # the cookie that shows that the form is from the page we served
PROOF_BYTES = 16
GONE, BUSY = 410, 429

log = logging.getLogger(__name__)


class Signing:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/sign-in/{token}", self.ask),
            Route("/sign-in/{token}", self.enter, methods=["POST"]),
            Route("/sign-out", self.leave, methods=["POST"]),
            Route("/sign-out-everywhere", self.leave_all, methods=["POST"]),
        )

    async def ask(self, request: Request) -> Response:
        """Whose link it is, and one button: programs that look at links press none."""
        link = await self._link(request)
        found = await asyncio.to_thread(self._look, link)
        if isinstance(found, str):
            return await self._refused(request, found)
        person, reader = found
        proof = self._site.store.clock.random(PROOF_BYTES).hex()
        answer = HTMLResponse(showing.page(_door(person, proof), self._site.around(reader)))
        secure = self._site.address.secure
        answer.set_cookie(PROOF, proof, httponly=True, samesite="strict", secure=secure)
        return answer

    async def enter(self, request: Request) -> Response:
        fields = await posting.fields(request, self._site.address)
        link, proof = await self._link(request), request.cookies.get(PROOF, "")
        if not proof or not hmac.compare_digest(proof.encode(), fields.get("proof", "").encode()):
            raise trouble.forged()
        browser = request.headers.get("user-agent", "")
        session = await asyncio.to_thread(self._welcome, link, browser, self._site.token(request))
        if isinstance(session, str):
            return await self._refused(request, session)
        answer = self._site.go("/mine")
        self._site.let_in(answer, session)
        answer.delete_cookie(PROOF)
        return answer

    async def leave(self, request: Request) -> Response:
        posted = await self._site.posted(request)
        await asyncio.to_thread(self._end, posted.visitor.session.id)
        return await self._left(request, posted.visitor.reader)

    async def leave_all(self, request: Request) -> Response:
        posted = await self._site.posted(request)
        await asyncio.to_thread(self._end_all, posted.visitor.person.id)
        return await self._left(request, posted.visitor.reader)

    async def _left(self, request: Request, reader: Reader) -> Response:
        done = Trouble(200, say("You are signed out"), how_to_sign_in())
        answer = await self._site.told(request, done, reader)
        self._site.let_out(answer)
        return answer

    async def _link(self, request: Request) -> Token:
        """Raises Trouble for what can be no link, and for who has tried too many."""
        if wait := await self._site.attempts.wait(host(request)):
            title = say("Too many links that do not work")
            raise Trouble(BUSY, title, say("Try again in {wait}.", wait=wait))
        token = token_in(request.path_params["token"])
        if token is None:
            await self._site.attempts.fail(host(request))
            raise unusable("unknown")
        return token

    def _look(self, link: Token) -> tuple[Person, Reader] | Standing:
        with self._site.store.reading() as tx:
            found, person = visitors.standing(tx, link)
            if person is None:
                return found
            home = tx.home()
            return person, Reader(person.language or home.language, person.zone or home.zone)

    def _welcome(self, link: Token, browser: str, before: Token | None) -> Token | Standing:
        with self._site.store.transaction() as tx:
            session = visitors.welcome(tx, link, browser, before)
        if isinstance(session, Token):
            log.info("session %s begins", session.id)
        return session

    async def _refused(self, request: Request, standing: Standing) -> Response:
        """Whose session is open already needs no other link."""
        if await asyncio.to_thread(self._site.visitor, self._site.token(request)):
            return self._site.go("/mine")
        await self._site.attempts.fail(host(request))
        raise unusable(standing)

    def _end(self, session: str) -> None:
        with self._site.store.transaction() as tx:
            tx.sessions.end(session)

    def _end_all(self, person: str) -> None:
        with self._site.store.transaction() as tx:
            tx.sessions.end_all(person)


def _door(person: Person, proof: str) -> View:
    who = Who(person.id, person.name)
    values = {
        "proof": proof,
        "enter": say("Sign in as {person}", person=who),
        "once": say("This link works once, for {person} alone.", person=who),
        "not_you": say("If this is not you, close this page and tell IT."),
    }
    return View("sign_in.html", say("Sign in"), "", values)


def unusable(standing: Standing) -> Trouble:
    match standing:
        case "used":
            title = say("This link has been used already")
        case "replaced":
            title = say("This link was replaced by a newer one")
        case "expired":
            title = say("This link is too old: it is good for 15 minutes")
        case _:
            return Trouble(404, say("This link does not work"), how_to_sign_in())
    return Trouble(GONE, title, how_to_sign_in())


def host(request: Request) -> str:
    return request.client.host if request.client else ""
