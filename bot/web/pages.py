"""The pages: what each address shows, and to whom."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.command import number_in
from bot.effects import Upload
from bot.handlers.queue import Which
from bot.store.sessions import Token
from bot.web import findings as found
from bot.web import listing, meeting, notice, own, posting, requests, single, trouble
from bot.web.acting import Acting
from bot.web.asking import Asking
from bot.web.casepages import CasePages
from bot.web.certificate import Certificates
from bot.web.dashboard import Dashboard
from bot.web.entering import Entering
from bot.web.fetching import Fetched, Fetching, fetched, streamed
from bot.web.finding import Finding
from bot.web.healthpage import HealthPage
from bot.web.peoplepage import PeoplePage
from bot.web.policypage import PolicyPage
from bot.web.reporting import Reporting
from bot.web.reports import Reports, may_take, of_order
from bot.web.reviewing import Reviewing
from bot.web.sentences import how_to_sign_in
from bot.web.showing import STATIC
from bot.web.signing import Signing
from bot.web.site import Site
from bot.web.trouble import Trouble
from bot.words import say

LISTS: tuple[Which, ...] = ("open", "department", "closed")


class Pages:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[BaseRoute, ...]:
        acting = Acting(self._site)
        return (
            Route("/", self.home),
            Route("/mine", self.mine),
            Route("/waiting", self.waiting),
            Route("/team", self.team),
            Route("/duties/{number}", self.duty),
            Route("/requests", self.requests),
            Route("/requests/waiting", self.requests_waiting),
            Route("/requests/department", self.requests_of_department),
            *Asking(self._site, acting).routes(),
            Route("/requests/{number}", self.request),
            *Dashboard(self._site).routes(),
            *Reports(self._site, acting).routes(),
            Route("/notices", self.notices),
            Route("/notices/{number}", self.notice),
            Route(meeting.HERE, self.meetings),
            Route("/meetings/{number}", self.meeting),
            *Reviewing(self._site, acting).routes(),
            Route("/findings", self.findings),
            *(Route(f"/findings/{which}", self.findings) for which in LISTS),
            Route("/findings/{number}", self.finding),
            Route("/cases", self.cases),
            Route("/cases/{number}", self.case),
            *Certificates(self._site).routes(),
            Route("/settings", self.settings),
            Route("/notes/{note}/file", self.file),
            *Signing(self._site).routes(),
            *Entering(self._site).routes(),
            *PolicyPage(self._site).routes(),
            *PeoplePage(self._site).routes(),
            *HealthPage(self._site).routes(),
            *acting.routes(),
            *Reporting(self._site).routes(),
            *CasePages(self._site).routes(),
            *Fetching(self._site).routes(),
            *Finding(self._site).routes(),
            Mount("/static", StaticFiles(directory=STATIC)),
        )

    async def home(self, request: Request) -> Response:
        """Their pages; for a stranger the platform that is shown here, or how to sign in."""
        token = self._site.token(request)
        if await asyncio.to_thread(self._site.visitor, token):
            return self._site.go("/mine")
        if self._site.door:
            return RedirectResponse(f"{self._site.address.base}{self._site.door}")
        return await self._site.told(
            request, Trouble(200, say("Duly is running."), how_to_sign_in())
        )

    async def mine(self, request: Request) -> Response:
        return await self._site.show(request, lambda tx, one: listing.mine(tx, one.person))

    async def waiting(self, request: Request) -> Response:
        return await self._site.show(request, lambda tx, one: listing.waiting(tx, one.person))

    async def team(self, request: Request) -> Response:
        return await self._site.show(request, lambda tx, one: listing.team(tx, one.person))

    async def duty(self, request: Request) -> Response:
        number = _number(request)
        return await self._site.show(request, lambda tx, one: single.duty(tx, one.person, number))

    async def requests(self, request: Request) -> Response:
        return await self._list(request, "mine")

    async def requests_waiting(self, request: Request) -> Response:
        return await self._list(request, "waiting")

    async def requests_of_department(self, request: Request) -> Response:
        return await self._list(request, "department")

    async def _list(self, request: Request, which: str) -> Response:
        query = request.query_params
        wanted = requests.sought(query.get("words", ""), query.get("page", ""))
        return await self._site.show(
            request, lambda tx, one: requests.listed(tx, one.person, which, wanted)
        )

    async def request(self, request: Request) -> Response:
        number = _number(request)
        return await self._site.show(request, lambda tx, one: requests.one(tx, one.person, number))

    async def notices(self, request: Request) -> Response:
        return await self._site.show(request, notice.listed)

    async def cases(self, request: Request) -> Response:
        return await self._site.show(request, lambda tx, one: found.cases(tx, one.person))

    async def notice(self, request: Request) -> Response:
        number = _number(request)
        return await self._site.show(request, lambda tx, one: notice.view(tx, one, number))

    async def meetings(self, request: Request) -> Response:
        return await self._site.show(request, meeting.listed)

    async def meeting(self, request: Request) -> Response:
        number = _number(request)
        return await self._site.show(request, lambda tx, one: meeting.view(tx, one, number))

    async def findings(self, request: Request) -> Response:
        last = request.url.path.rpartition("/")[2]
        which: Which = next((each for each in LISTS if each == last), "mine")
        return await self._site.show(request, lambda tx, one: found.listed(tx, one.person, which))

    async def finding(self, request: Request) -> Response:
        number = _number(request)
        return await self._site.show(request, lambda tx, one: found.one(tx, one.person, number))

    async def case(self, request: Request) -> Response:
        number = _number(request)
        return await self._site.show(request, lambda tx, one: found.case(tx, one.person, number))

    async def settings(self, request: Request) -> Response:
        return await self._site.show(request, own.settings)

    async def file(self, request: Request) -> Response:
        """A file that was given to them, such as a workbook they asked for."""
        note = posting.note(request)
        taken, token = request.method == "GET", self._site.token(request)
        found = await asyncio.to_thread(self._file, token, note, taken=taken)
        return streamed(self._site.store, found)

    def _file(self, token: Token | None, note: str, *, taken: bool) -> Fetched:
        visitor = self._site.visitor(token)
        if visitor is None:
            raise trouble.stranger()
        with self._site.store.transaction() as tx:
            found = tx.notes.get(note, visitor.person.id)
            if found is None or not isinstance(found.effect, Upload):
                raise trouble.missing()
            file = found.effect.file
            if (order := tx.orders.with_file(file)) is None:
                return fetched(tx, file, found.effect.name)
            if not may_take(tx, order, visitor.person):
                raise trouble.missing()
            return of_order(tx, order, taken=taken)


def _number(request: Request) -> int:
    """Nothing has the number 0."""
    return number_in(request.path_params["number"]) or 0
