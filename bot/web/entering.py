"""Signing in with the account people have in the company already. Policy 4.1.1.

The provider vouches for who somebody is; whether they are of this company says the directory.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.policy.people import Directory, Person
from bot.store import Transaction
from bot.store.sessions import Token
from bot.web import trouble, visitors
from bot.web.openid import Down, Flow, Provider, Refused
from bot.web.sentences import how_to_sign_in
from bot.web.signing import host
from bot.web.site import BACK, Site
from bot.web.trouble import Trouble
from bot.words import Code, Quoted, Rows, Say, Value, Who, say

HERE, BACK_HERE = "/enter", "/enter/back"
COOKIE = "duly-enter"  # what only the browser knows that began it
SECRET = re.compile(r"([0-9a-f]{64})(?:\.([\w%.~-]{0,300}))?", re.ASCII)
SECRET_BYTES = 32
LONG = 600  # seconds to sign in at the provider
LONGEST = 4000  # characters of a code or of what it vouches for
EMAIL = "email"
NAMED = 3  # people of HR

log = logging.getLogger(__name__)


class Entering:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (Route(HERE, self.begin), Route(BACK_HERE, self.back))

    @property
    def _provider(self) -> Provider:
        if self._site.provider is None:
            raise trouble.missing()
        return self._site.provider

    @property
    def _cookie(self) -> str:
        return f"__Host-{COOKIE}" if self._site.address.secure else COOKIE

    async def begin(self, request: Request) -> Response:
        """Off to the provider; the browser keeps what the answer is known by."""
        provider, wanted = self._provider, request.query_params.get("to", "")
        flow = Flow(self._site.store.clock.random(SECRET_BYTES).hex())
        try:
            address = await provider.address(flow)
        except Down as down:
            raise _down(down) from None
        answer = RedirectResponse(address, 303)
        to = quote(wanted, safe="") if BACK.fullmatch(wanted) else ""
        answer.set_cookie(
            self._cookie,
            f"{flow.secret}.{to}",
            max_age=LONG,
            httponly=True,
            samesite="lax",  # the provider sends people back from another site
            secure=self._site.address.secure,
        )
        return answer

    async def back(self, request: Request) -> Response:
        """What the provider says comes of it. Raises Trouble."""
        provider = self._provider
        if wait := await self._site.attempts.wait(host(request)):
            title = say("Too many attempts that do not work")
            raise Trouble(429, title, say("Try again in {wait}.", wait=wait))
        flow, to = await self._began(request, provider)
        try:
            claims = await provider.claims(request.query_params["code"], flow)
        except Down as down:
            raise _down(down) from None
        except Refused as refused:
            log.info("sign-in refused: %s", refused)
            raise await self._failed(request, _refused()) from None
        browser = request.headers.get("user-agent", "")
        before = self._site.token(request)
        session = await asyncio.to_thread(self._welcome, claims, browser, before)
        answer = self._site.go(to)
        self._site.let_in(answer, session)
        self._forget(answer)
        return answer

    async def _began(self, request: Request, provider: Provider) -> tuple[Flow, str]:
        """What this browser began. Raises Trouble for an answer that is not to it."""
        query = request.query_params
        held = SECRET.fullmatch(request.cookies.get(self._cookie, ""))
        flow = Flow(held[1]) if held else None
        state, code = query.get("state", ""), query.get("code", "")
        if flow is None or not hmac.compare_digest(flow.state.encode(), state.encode()):
            raise await self._failed(request, _not_begun())
        if query.get("iss", provider.told.issuer) != provider.told.issuer:
            raise await self._failed(request, _not_begun())
        if not code or len(code) > LONGEST or "error" in query:
            raise await self._failed(request, _refused())
        wanted = unquote(held[2] or "") if held else ""
        return flow, wanted if BACK.fullmatch(wanted) else "/mine"

    async def _failed(self, request: Request, wrong: Trouble) -> Trouble:
        await self._site.attempts.fail(host(request))
        return wrong

    def _welcome(self, claims: Mapping[str, Any], browser: str, before: Token | None) -> Token:
        """Raises Trouble for whom the directory does not know."""
        claim = self._provider.told.claim
        with self._site.store.transaction() as tx:
            directory = tx.people.snapshot().directory
            person = found(directory, claims, claim)
            if person is None:
                raise _unknown(tx, claims, claim)
            session = visitors.enter(tx, person, browser, before)
        log.info("session %s begins, by the provider", session.id)
        return session

    def _forget(self, answer: Response) -> None:
        secure = self._site.address.secure
        answer.delete_cookie(self._cookie, httponly=True, samesite="lax", secure=secure)


def found(directory: Directory, claims: Mapping[str, Any], claim: str) -> Person | None:
    """Who is meant: by an e-mail that the provider has verified, else by the employee number."""
    value = claims.get(claim)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        return None
    if claim != EMAIL:
        named = directory.people.get(value)
        return named if named and named.active else None
    if claims.get("email_verified") is not True:
        return None
    wanted = value.casefold()
    meant = [x for x in directory.people.values() if x.active and x.email.casefold() == wanted]
    return meant[0] if len(meant) == 1 else None


def _unknown(tx: Transaction, claims: Mapping[str, Any], claim: str) -> Trouble:
    """Says what was looked for, and whom to ask."""
    log.info("sign-in refused: nobody in the directory has that %s", claim)
    value = claims.get(claim)
    if claim == EMAIL and value and claims.get("email_verified") is not True:
        why = say("Your company's sign-in has not verified your e-mail address.")
        return Trouble(403, say("You are not signed in"), say("{why} Ask IT.", why=why))
    shown = Quoted(value[:100]) if isinstance(value, str) else Code(claim)
    body = say(
        "Nobody in the directory has {value}. Ask {people} to enter it. Or else: {how}",
        value=shown,
        people=_hr(tx),
        how=how_to_sign_in(),
    )
    return Trouble(403, say("Duly does not know you yet"), body)


def _hr(tx: Transaction) -> Value | Say:
    people = tx.people.snapshot().directory.with_role("hr")[:NAMED]
    if not people:
        return say("HR")
    return Rows(tuple(Who(each.id, each.name) for each in people))


def _not_begun() -> Trouble:
    title = say("This sign-in was not begun here, or took too long")
    return Trouble(403, title, say("Begin anew, in this browser."))


def _refused() -> Trouble:
    title = say("Your company's sign-in did not let you in")
    return Trouble(403, title, say("Begin anew. If it stays so, tell IT."))


def _down(down: Down) -> Trouble:
    log.warning("the provider: %s", down)
    title = say("Your company's sign-in does not answer")
    return Trouble(
        503, title, say("Try again later, or sign in by a link: {how}", how=how_to_sign_in())
    )
