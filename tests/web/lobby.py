"""A desk with pages: people ask for a link in the chat, then sit before a browser of paper.

lobby = Lobby(desk)
ann = lobby.signs_in("ann")
ann.opens("/mine")
ann.presses("I have answered")
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx

from bot.events import Account, FormSubmitted, Happening
from bot.policy.casefile import Report
from bot.policy.reporting import Channel
from bot.port import Brought, Cursor
from bot.web.adapter import Web
from bot.web.address import Address
from bot.web.app import app
from bot.web.gate import Gate
from bot.web.limits import Attempts
from bot.web.site import Site
from bot.wiring import assemble
from bot.words import Say
from tests import prompt
from tests.desk import Desk

HERE = "http://duly.example"
LINK = re.compile(r"/sign-in/\S+")
INLINE = ("a", "b", "bdi", "code", "small", "span")
FORM = "application/x-www-form-urlencoded"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Prompt:
    """An inbox behind which everything is done at once."""

    desk: Desk
    broken: bool = False
    idle: bool = False  # nobody works

    async def take(self, events: Sequence[Happening], cursor: Cursor | None = None) -> None:
        if self.broken:
            raise ConnectionError("the disk is full")
        await self.desk.bot.inbox.take(events, cursor)
        while not self.idle and await self.desk.bot.turn():
            pass

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {}

    async def cursor(self, name: str) -> str | None:
        return None

    async def lease(self, name: str, holder: str = "") -> bool:
        return True

    def check(self, form: FormSubmitted) -> Mapping[str, Say]:
        return self.desk.bot.inbox.check(form)

    async def channel(self) -> Channel:
        return await self.desk.bot.inbox.channel()

    async def report(self, report: Report) -> int:
        if self.broken:
            raise ConnectionError("the disk is full")
        return await self.desk.bot.inbox.report(report)

    async def awaits(self, account: Account) -> bool:
        return await self.desk.bot.inbox.awaits(account)

    async def largest(self) -> int:
        return await self.desk.bot.inbox.largest()

    async def keep(self, file: Brought) -> str:
        if self.broken:
            raise ConnectionError("the disk is full")
        return await self.desk.bot.inbox.keep(file)


@dataclass
class Sheet:
    """A form on a page: where it goes, what it brings along, and its buttons by their labels."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Reading(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.forms: list[Sheet] = []
        self._words: list[str] = []
        self._button: tuple[str, str] | None = None
        self._label: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        self.tags.append((tag, have))
        self._gap(tag)
        match tag:
            case "form":
                self.forms.append(Sheet(have.get("action", "")))
            case "input" | "textarea" | "select" if self.forms and have.get("name"):
                self.forms[-1].fields[have["name"]] = have.get("value", "")
            case "button":
                self._button, self._label = (have.get("name", ""), have.get("value", "")), []

    def handle_endtag(self, tag: str) -> None:
        self._gap(tag)
        if tag == "button" and self._button and self.forms:
            self.forms[-1].buttons[" ".join("".join(self._label).split())] = self._button
            self._button = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        self._label.append(data)

    def _gap(self, tag: str) -> None:
        if tag not in INLINE:
            self._words.append(" ")

    @property
    def words(self) -> str:
        return " ".join("".join(self._words).split())


@dataclass
class Visit:
    """One browser, with its cookies."""

    lobby: "Lobby"
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    answer: httpx.Response = field(init=False)
    language: str = "en"
    path: str = "/"

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._send("GET", path, None, headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> httpx.Response:
        kinds = {"content-type": FORM, "origin": "null", "sec-fetch-site": "same-origin"}
        return self._send("POST", path, urlencode(fields).encode(), kinds | headers)

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return self._send(method, path, body, headers)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("user-agent", FIREFOX)
        named.setdefault("accept-language", self.language)

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.lobby.app, client=(self.lobby.host, 4711))
            async with httpx.AsyncClient(
                transport=transport, base_url=self.lobby.origin, cookies=self.cookies
            ) as client:
                found = await client.request(method, path, content=body, headers=named)
                self.cookies = client.cookies
                return found

        self.answer = asyncio.run(asked())
        return self.answer

    def opens(self, path: str) -> "Reading":
        """As a browser does: a page, and where it leads on to."""
        self.get(path)
        return self.follows()

    def follows(self) -> "Reading":
        if self.answer.status_code in (302, 303, 307):
            return self.opens(self.answer.headers["location"])
        return self.reads

    @property
    def reads(self) -> Reading:
        made = Reading()
        made.feed(self.answer.text)
        return made

    def presses(self, label: str, **filled: str) -> Reading:
        """The first button with that label on the page that is open."""
        for form in self.reads.forms:
            for name, (field_name, value) in form.buttons.items():
                if name.endswith(label):
                    sent = form.fields | filled | ({field_name: value} if field_name else {})
                    self.post(form.action or self.path, sent)
                    return self.follows()
        raise AssertionError(f"no button {label} in {self.answer.text}")

    def speaks(self, language: str) -> Reading:
        """From now on this browser shows the pages in that language."""
        self.post("/language", self.reads.forms[0].fields | {"language": language})
        return self.follows()

    def field(self, name: str) -> str:
        """A hidden field of the page that is open."""
        return next(form.fields[name] for form in self.reads.forms if name in form.fields)


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


class Lobby:
    """The pages of a desk."""

    def __init__(self, desk: Desk, url: str = HERE, door: str = "") -> None:
        self.desk, self.address, self.host = desk, Address(url), "192.0.2.1"
        self.web = Web(desk.store)
        desk.bot = assemble(desk.store, [desk.paper, self.web])
        self.inbox = Prompt(desk)
        with desk.store.transaction() as tx:
            tx.links.announce(url)
        attempts = Attempts(desk.store)
        self.gate = Gate(Site(desk.store, self.inbox, self.address, attempts, door))

        self.app = app([], prompt.WELL, nothing, self.gate)

    @property
    def origin(self) -> str:
        return self.address.url.removesuffix(self.address.base)

    def link(self, who: str) -> str:
        """The path of a fresh link, as it was whispered to them."""
        self.desk.says(who, "web")
        found = LINK.search(self.desk.paper.lines[-1].text)
        assert found, self.desk.paper.lines[-1].text
        return found.group(0)

    def visit(self) -> Visit:
        return Visit(self)

    def signs_in(self, who: str) -> Visit:
        visit = self.visit()
        self.enters(visit, self.link(who))
        assert visit.answer.status_code == 200, visit.answer.text
        return visit

    def enters(self, visit: Visit, link: str) -> Reading:
        visit.path = link
        visit.opens(link)
        form = visit.reads.forms[0]
        visit.post(link, form.fields)
        return visit.follows()
