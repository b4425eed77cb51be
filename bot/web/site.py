"""What every request goes through: who asks, what they are shown, and in which frame."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.card import Form
from bot.effects import OpenForm
from bot.port import Inbox
from bot.store import Store, Transaction
from bot.store.sessions import LONGEST, Token, token_in
from bot.web import filling, posting, showing, trouble, visitors
from bot.web.address import Address
from bot.web.filling import Filling
from bot.web.limits import Attempts
from bot.web.openid import Provider
from bot.web.posting import PostedFile
from bot.web.showing import Around, View
from bot.web.trouble import Trouble
from bot.web.visitors import Visitor
from bot.words import Reader

NONCE = 8  # bytes
BACK = re.compile(
    r"/(?:mine|waiting|team|settings|sealed|search(?:/others)?|looks|daily"
    r"|notices|meetings|cases|samples|dashboard|reports(?:/all)?"
    r"|findings(?:/(?:open|department|closed))?"
    r"|requests(?:/(?:waiting|department|new(?:/[\w.]{1,60})?))?"
    r"|(?:requests|duties|notices|meetings|findings|cases|samples|reports)/\d{1,9}"
    r"|certificates/[0-9A-Z]{5}-[0-9A-Z]{5})",
    re.ASCII,
)
ASKED = re.compile(r"[0-9a-f]{64}")

Look = Callable[[Transaction, Visitor], View | None]


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that a person really sent, from a page of ours."""

    visitor: Visitor
    fields: Mapping[str, str]
    files: tuple[PostedFile, ...] = ()

    @property
    def back(self) -> str:
        """The page it was sent from."""
        wanted = self.fields.get("back", "")
        return wanted if BACK.fullmatch(wanted) else "/mine"


@dataclass(frozen=True, slots=True)
class Site:
    store: Store
    inbox: Inbox
    address: Address
    attempts: Attempts
    door: str = ""  # of a platform that is shown here, for who is not signed in
    provider: Provider | None = None  # where people can sign in as well

    @property
    def cookie(self) -> str:
        """A browser takes the longer name only over https, and from no other host."""
        return "__Host-duly" if self.address.secure else "duly"

    async def show(self, request: Request, look: Look) -> Response:
        """The page that `look` finds for who asks. Raises Trouble."""
        answer = request.query_params.get("answer", "")
        asked = answer if ASKED.fullmatch(answer) else None
        return await asyncio.to_thread(self._show, self.token(request), look, asked)

    def _show(self, token: Token | None, look: Look, asked: str | None) -> Response:
        with self.store.reading() as tx:
            visitor = visitors.recognise(tx, token)
            view = look(tx, visitor) if visitor else None
            around = self._around(tx, visitor, asked, _form(view)) if visitor else None
        if visitor is None or around is None:
            raise self._stranger(token)
        if view is None:
            raise trouble.missing()
        self._touch(visitor)
        return HTMLResponse(showing.page(view, around))

    def _around(
        self, tx: Transaction, visitor: Visitor, asked: str | None, own: Sequence[Form]
    ) -> Around:
        """`own`: the forms that the page is about, beside those of notes."""
        notes = tx.notes.for_page(visitor.person.id, asked)
        forms = [note.effect.form for note in notes if isinstance(note.effect, OpenForm)]
        forms += own
        people = filling.offered(tx, visitor.person, forms)
        held = filling.held(tx, visitor.person, [Filling("", each) for each in forms])
        frame = self.around(visitor.reader)
        return replace(frame, visitor=visitor, notes=notes, asked=asked, people=people, held=held)

    async def fill(self, posted: Posted, again: Filling) -> Response:
        """A form with its faults, everything in it as it was sent."""
        return await asyncio.to_thread(self._fill, posted, again)

    def _fill(self, posted: Posted, again: Filling) -> Response:
        visitor = posted.visitor
        with self.store.reading() as tx:
            people = filling.offered(tx, visitor.person, [again.form])
            held = filling.held(tx, visitor.person, [again])
        around = replace(self.around(visitor.reader), visitor=visitor, people=people, held=held)
        view = filling_view(again, again.page or posted.back)
        return HTMLResponse(showing.page(view, around), 422)

    async def posted(self, request: Request) -> Posted:
        """Raises Trouble for whatever is not a form of theirs."""
        fields = await posting.fields(request, self.address)
        return await asyncio.to_thread(self._posted, self.token(request), fields)

    async def filled(self, request: Request) -> Posted:
        """The same for a form that may bring files: of strangers nothing so large is read."""
        if not posting.has_parts(request):
            return await self.posted(request)
        token = self.token(request)
        if await asyncio.to_thread(self.visitor, token) is None:
            raise await asyncio.to_thread(self._stranger, token)
        largest = await self.inbox.largest()
        fields, files = await posting.parts(request, self.address, largest)
        return replace(await asyncio.to_thread(self._posted, token, fields), files=files)

    def _posted(self, token: Token | None, fields: Mapping[str, str]) -> Posted:
        visitor = self.visitor(token)
        if visitor is None:
            raise self._stranger(token)
        if not visitor.owns(fields.get("pass", "")):
            raise trouble.forged()
        self._touch(visitor)
        return Posted(visitor, fields)

    def visitor(self, token: Token | None) -> Visitor | None:
        if token is None:
            return None
        with self.store.reading() as tx:
            return visitors.recognise(tx, token)

    def _stranger(self, token: Token | None) -> Trouble:
        if token is not None:
            with self.store.transaction() as tx:
                visitors.dismiss(tx, token)
        return trouble.stranger()

    def _touch(self, visitor: Visitor) -> None:
        if visitor.stale:
            with self.store.transaction() as tx:
                tx.sessions.touch(visitor.session.id)

    def around(self, reader: Reader) -> Around:
        clock = self.store.clock
        return Around(self.address.base, reader, clock.now(), clock.random(NONCE).hex())

    async def told(
        self, request: Request, wrong: Trouble, reader: Reader | None = None
    ) -> Response:
        """What went wrong, as a page: for a visitor in their language, else as `reader` reads."""
        visitor = await asyncio.to_thread(self.visitor, self.token(request))
        around = self.around(visitor.reader if visitor else reader or spoken(request))
        entrance = self._entrance(request) if visitor is None else ""
        around = replace(around, visitor=visitor, entrance=entrance)
        return HTMLResponse(showing.trouble(wrong, around), wrong.status)

    def _entrance(self, request: Request) -> str:
        """Where a stranger can sign in at the company's provider, to come back to this page."""
        if self.provider is None:
            return ""
        wanted = request.url.path.removeprefix(self.address.base)
        known = request.method == "GET" and BACK.fullmatch(wanted)
        return f"/enter?{urlencode({'to': wanted})}" if known else "/enter"

    def go(self, path: str) -> Response:
        return RedirectResponse(f"{self.address.base}{path}", 303)

    def token(self, request: Request) -> Token | None:
        return token_in(request.cookies.get(self.cookie, ""))

    def let_in(self, answer: Response, token: Token) -> None:
        answer.set_cookie(
            self.cookie,
            str(token),
            max_age=int(LONGEST.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.address.secure,
        )

    def let_out(self, answer: Response) -> None:
        answer.delete_cookie(self.cookie, httponly=True, samesite="lax", secure=self.address.secure)


def filling_view(filled: Filling, path: str) -> View:
    return View("filling.html", filled.form.title, path, {"filling": filled})


def _form(view: View | None) -> tuple[Form, ...]:
    """That a page of its own asks to be filled in."""
    found = view.values.get("filling") if view else None
    return (found.form,) if isinstance(found, Filling) else ()


def spoken(request: Request) -> Reader:
    """The first language a browser asks for that we have."""
    for part in request.headers.get("accept-language", "").split(","):
        name = part.partition(";")[0].strip()
        if name.casefold().startswith(("en", "zh")):
            return Reader(name)
    return Reader()
