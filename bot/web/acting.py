"""What people do on a page: the same command lines as in the chat, through the same inbox.

A press of a button or a form becomes a happening of the platform "web"; what comes of it is
delivered as a note (`adapter.py`), which the next page shows.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.card import Card, Form
from bot.clock import Clock
from bot.command import Refusal
from bot.effects import OpenForm, Whisper
from bot.events import Account, CommandInvoked, FormSubmitted, Happening, Place
from bot.port import Brought
from bot.reporting import is_private
from bot.store.notes import Note
from bot.web import filling, posting, trouble
from bot.web.filling import Filling
from bot.web.site import Posted, Site
from bot.web.visitors import Visitor
from bot.words import LANGUAGES, Say

PATIENCE = 3.0  # seconds a page waits for an answer
FIRST, SELDOM = 0.02, 0.2  # seconds between two looks whether it has come
NONCE = re.compile(r"[0-9a-f]{16}")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something somebody did on a page once. The same form sent again is the same deed."""

    actor: Account
    key: str
    handle: str  # by which its answer is known

    @property
    def place(self) -> Place:
        return Place(self.actor.platform, self.actor.realm, self.actor.id)


def deed(posted: Posted, what: str) -> Deed:
    """Raises Trouble where the form does not say from which page it is."""
    nonce, visitor = posted.fields.get("nonce", ""), posted.visitor
    if not NONCE.fullmatch(nonce):
        raise trouble.unreadable()
    content = hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
    actor = visitor.account
    key = f"{actor.platform}/{actor.realm}/{visitor.session.id}/{nonce}/{content[:32]}"
    return Deed(actor, key, hashlib.sha256(key.encode()).hexdigest())


class Acting:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/do", self.do, methods=["POST"]),
            Route("/notes/{note}/fill", self.fill, methods=["POST"]),
            Route("/notes/{note}/close", self.close, methods=["POST"]),
            Route("/language", self.speak, methods=["POST"]),
        )

    async def do(self, request: Request) -> Response:
        """A command line, from a button or typed."""
        posted = await self._site.posted(request)
        line = posted.fields.get("line", "").strip().removeprefix("/duly").strip()
        if is_private(line):
            return self._site.go("/report")
        made, event = self.typed(posted, line)
        return await self._taken(posted, made, event)

    def typed(self, posted: Posted, line: str) -> tuple[Deed, CommandInvoked]:
        """A command line as if they had typed it in the chat."""
        made = deed(posted, line)
        event = CommandInvoked(
            key=made.key,
            at=self._clock.now(),
            actor=made.actor,
            place=made.place,
            text=line,
            reply_handle=made.handle,
        )
        return made, event

    async def fill(self, request: Request) -> Response:
        """A form that Duly had asked to be filled in; with faults it is shown again as it was."""
        posted = await self._site.filled(request)
        note = await asyncio.to_thread(self._note, request, posted)
        if note is None or not isinstance(note.effect, OpenForm):
            raise trouble.missing()
        return await self.submit(posted, Filling(note.id, note.effect.form))

    async def submit(self, posted: Posted, asked: Filling, then: str = "") -> Response:
        """What was filled in, done; what is wrong with it or refused, shown in the form again."""
        form = asked.form
        given = filling.given(form, posted.fields)
        refused = await self._take_files(posted, form, given)
        made = deed(posted, f"{asked.action} {sorted(given.items())}")
        event = FormSubmitted(
            key=made.key,
            at=self._clock.now(),
            actor=made.actor,
            place=made.place,
            form=form.command,
            fields=tuple(given.items()),
            reply_handle=made.handle,
        )
        known = await asyncio.to_thread(self._faults, form, given)
        faults = {**known, **self._site.inbox.check(event), **refused}
        again = replace(asked, given=given, faults=faults)
        if faults:
            return await self._site.fill(posted, again)
        return await self._taken(posted, made, event, again, then)

    def _faults(self, form: Form, given: Mapping[str, str]) -> Mapping[str, Say]:
        with self._site.store.reading() as tx:
            return filling.faults(tx, form, given)

    async def _take_files(
        self, posted: Posted, form: Form, given: dict[str, str]
    ) -> dict[str, Say]:
        """Each is kept, and its reference given; or why not, by field."""
        refused: dict[str, Say] = {}
        for file in posted.files:
            field = filling.field_for_files(form, file.field)
            if field is None:
                raise trouble.unreadable()
            key = deed(posted, field).key
            try:
                one = Brought(posted.visitor.account, key, file.name, file.body)
                given[field] = f"{given[field]} {await self._kept(one)}".strip()
            except Refusal as refusal:
                refused[field] = refusal.why
        return refused

    async def _kept(self, brought: Brought) -> str:
        try:
            return await self._site.inbox.keep(brought)
        except Refusal:
            raise
        except Exception as error:
            log.warning("the inbox did not take a file: %s", type(error).__name__)
            raise trouble.not_taken() from None

    async def close(self, request: Request) -> Response:
        posted = await self._site.posted(request)
        await asyncio.to_thread(self._see, posting.note(request), posted.visitor)
        return self._site.go(posted.back)

    async def speak(self, request: Request) -> Response:
        """From now on in another language, in this session."""
        posted = await self._site.posted(request)
        language = posted.fields.get("language", "")
        if language not in LANGUAGES:
            raise trouble.unreadable()
        await asyncio.to_thread(self._speak, posted.visitor.session.id, language)
        return self._site.go(posted.back)

    @property
    def _clock(self) -> Clock:
        return self._site.store.clock

    async def _taken(
        self,
        posted: Posted,
        made: Deed,
        event: Happening,
        filled: Filling | None = None,
        then: str = "",
    ) -> Response:
        """Acknowledged once it is in the journal; then its answer is waited for, for a while."""
        try:
            await self._site.inbox.take([event])
        except Exception as error:
            log.warning("the inbox did not take a deed: %s", type(error).__name__)
            raise trouble.not_taken() from None
        answer = await self._answered(posted.visitor, made.handle)
        if filled is not None and (refused := _refused(answer)) is not None:
            return await self._site.fill(posted, replace(filled, refused=refused))
        return self._site.go(f"{then or posted.back}?answer={made.handle}")

    async def quietly(self, posted: Posted, made: Deed, event: Happening, then: str) -> Response:
        """Done, and on to another page: its answer is shown only where it was refused."""
        answer = await self._taken(posted, made, event, then=then)
        with_answer = f"{then}?answer={made.handle}"
        known = await asyncio.to_thread(self._known, posted.visitor, made.handle)
        if known is None or _refused(known) is not None:
            return self._site.go(with_answer)
        del answer
        return self._site.go(then)

    def _known(self, visitor: Visitor, handle: str) -> Note | None:
        with self._site.store.reading() as tx:
            return tx.notes.answer(visitor.person.id, handle)

    async def _answered(self, visitor: Visitor, handle: str) -> Note | None:
        until, pause = monotonic() + PATIENCE, FIRST
        while monotonic() < until:
            if note := await asyncio.to_thread(self._came, visitor, handle):
                return note
            await asyncio.sleep(pause)
            pause = min(2 * pause, SELDOM)
        return None

    def _came(self, visitor: Visitor, handle: str) -> Note | None:
        with self._site.store.reading() as tx:
            note = tx.notes.answer(visitor.person.id, handle)
        if note is not None:
            self._see(note.id, visitor)  # the page they are sent to shows it; no other needs to
        return note

    def _note(self, request: Request, posted: Posted) -> Note | None:
        with self._site.store.reading() as tx:
            return tx.notes.get(posting.note(request), posted.visitor.person.id)

    def _see(self, note: str, visitor: Visitor) -> None:
        with self._site.store.transaction() as tx:
            tx.notes.see(note, visitor.person.id)

    def _speak(self, session: str, language: str) -> None:
        with self._site.store.transaction() as tx:
            tx.sessions.speak(session, language)


def _refused(note: Note | None) -> Card | None:
    """Why what a form asked for was not done, where that can be mended in the form."""
    effect = note.effect if note else None
    if not isinstance(effect, Whisper) or effect.card.tone != "bad" or effect.card.buttons:
        return None
    return effect.card
