"""Search as pages: what was said, found again; other people's records with a reason. Policy 3.3.2.

A look into other people's records is written down before it is shown: it is asked for by a form
each time, never by a link.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.command import Refusal, Words, number_in
from bot.handlers import inquiring, searching, seeking
from bot.handlers.classes import CLASSES
from bot.handlers.inquiring import Reason
from bot.handlers.seeking import KINDS, Found, Hit
from bot.handlers.sight import Sight, may_look, oversees
from bot.policy.lookup.query import LONGEST, read, written
from bot.store import Transaction
from bot.store.looks import Look
from bot.web import showing, trouble
from bot.web.showing import View
from bot.web.site import Posted, Site
from bot.web.visitors import Visitor
from bot.words import Code, Quoted, Say, Value, Who, say, say_many, seen

HERE, OTHERS, LOOKS = "/search", "/search/others", "/looks"
PAGES = 500
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Result:
    """Its words in three parts, the middle one is what was looked for."""

    id: str
    who: Who
    facts: Sequence[Say | Value]
    before: str
    hit: str
    after: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was looked for, and what came of it."""

    words: str = ""
    why: str = ""
    found: Found | None = None
    look: Look | None = None
    parent: int = 0  # the number of the search it belongs to
    refused: Say | None = None
    notes: tuple[Say, ...] = field(default=())


class Finding:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(HERE, self.own),
            Route(OTHERS, self.ask),
            Route(OTHERS, self.look, methods=["POST"]),
            Route("/search/records/{record}", self.record),
            Route("/search/records/{record}", self.open, methods=["POST"]),
            Route(LOOKS, self.looks),
        )

    async def own(self, request: Request) -> Response:
        words, before = request.query_params.get("words", ""), request.query_params.get("before")
        return await self._site.show(
            request, lambda tx, one: page(tx, one, _own(tx, one, words, _number(before)))
        )

    async def ask(self, request: Request) -> Response:
        """The form that asks why."""
        words = request.query_params.get("words", "")[:LONGEST]
        return await self._site.show(request, lambda tx, one: _form(tx, one, words))

    async def look(self, request: Request) -> Response:
        posted = await self._site.posted(request)
        return await asyncio.to_thread(self._look, posted)

    def _look(self, posted: Posted) -> Response:
        """Found, then written down, then shown: nothing is shown of which nothing was written."""
        visitor, fields = posted.visitor, posted.fields
        with self._site.store.reading() as tx:
            if not may_look(tx.policies.current().search, visitor.person):
                raise trouble.missing()
            asked = _others(tx, visitor, fields.get("words", ""), fields)
        if asked.found is not None:
            with self._site.store.transaction() as tx:
                asked = _written_down(tx, visitor, asked)
        with self._site.store.reading() as tx:
            view = page(tx, visitor, asked, wide=True)
        return self._shown(visitor, view, UNPROCESSABLE if asked.refused else 200)

    async def record(self, request: Request) -> Response:
        """One of what they may see themselves."""
        id, words = _id(request), request.query_params.get("words", "")[:LONGEST]
        return await self._site.show(request, lambda tx, one: _record(tx, one, id, words))

    async def open(self, request: Request) -> Response:
        """One of other people's, by a search with a reason."""
        posted = await self._site.posted(request)
        return await asyncio.to_thread(self._open, posted, _id(request))

    def _open(self, posted: Posted, id: str) -> Response:
        visitor, number = posted.visitor, number_in(posted.fields.get("look", "")) or 0
        try:
            with self._site.store.transaction() as tx:
                look = inquiring.continued(tx, visitor.person, number)
                sight = Sight(tx, visitor.person, wide=True)
                hit = searching.one(sight, id, look.words)
                reason = Reason(look.why, "", look)
                inquiring.record(tx, visitor.person, "open", reason, [hit])
        except Refusal as refusal:
            raise trouble.Trouble(404, refusal.why, say("Go back to your pages.")) from None
        return self._shown(visitor, _whole(hit, "", number))

    async def looks(self, request: Request) -> Response:
        number = number_in(request.query_params.get("page", "")) or 1
        wanted = min(max(number, 1), PAGES)
        return await self._site.show(request, lambda tx, one: _looks(tx, one, wanted))

    def _shown(self, visitor: Visitor, view: View, status: int = 200) -> Response:
        around = replace(self._site.around(visitor.reader), visitor=visitor)
        return HTMLResponse(showing.page(view, around), status)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 20 else None  # noqa: PLR2004


def _id(request: Request) -> str:
    id = str(request.path_params["record"])
    if len(id) != 32 or not id.isalnum():  # noqa: PLR2004
        raise trouble.missing()
    return id


def _words(tx: Transaction, visitor: Visitor, text: str) -> Words:
    directory = tx.people.snapshot().directory
    return Words(text=text, now=tx.clock.now(), zone=visitor.reader.zone, directory=directory)


def _own(tx: Transaction, visitor: Visitor, text: str, before: int | None) -> Asked:
    if not text.strip():
        return Asked()
    if seeking.too_long(text):
        return Asked(text[:LONGEST], refused=_long(len(text)))
    try:
        sight = Sight(tx, visitor.person)
        search = seeking.prepared(sight, read(text), _words(tx, visitor, text))
        return Asked(text, found=seeking.find(search, before))
    except Refusal as refusal:
        return Asked(text, refused=refusal.why)


def _long(count: int) -> Say:
    return say("That is too long: {count} characters, at most {most}.", count=count, most=LONGEST)


def _others(tx: Transaction, visitor: Visitor, text: str, fields: Any) -> Asked:
    why, number = fields.get("why", ""), number_in(fields.get("look", ""))
    if seeking.too_long(text):
        return Asked(text[:LONGEST], why, refused=_long(len(text)))
    try:
        look = inquiring.continued(tx, visitor.person, number) if number else None
        why = look.why if look else inquiring.checked(tx, visitor.person, why)
        text = look.words if look else text
        sight = Sight(tx, visitor.person, wide=True)
        search = seeking.prepared(sight, read(text), _words(tx, visitor, text))
        found = seeking.find(search, _number(fields.get("before")))
        return Asked(text, why, found, look)
    except Refusal as refusal:
        return Asked(text, why, refused=refusal.why)


def _written_down(tx: Transaction, visitor: Visitor, asked: Asked) -> Asked:
    assert asked.found is not None
    reason = Reason(asked.why, written(read(asked.words)), asked.look)
    look = inquiring.record(tx, visitor.person, "search", reason, asked.found.hits)
    return replace(asked, look=look, parent=asked.look.number if asked.look else look.number)


def page(tx: Transaction, visitor: Visitor, asked: Asked, *, wide: bool = False) -> View:
    found = asked.found
    values = {
        "tabs": tabs(tx, visitor, OTHERS if wide else HERE),
        "query": asked,
        "wide": wide,
        "results": [_result(each) for each in found.hits] if found else None,
        "count": _count(found) if found else None,
        "cut": say("I have looked back to {at} so far.", at=found.cut)
        if found and found.cut
        else None,
        "behind": searching.behind(found.behind) if found and found.behind else None,
        "empty": say("Nothing found for {words}.", words=Quoted(asked.words, 120)),
        "example": Code('in:#room from:@ann since:2026-01-31 class:notice "two words"'),
        "longest": LONGEST,
    }
    title = say("Search other people's records") if wide else say("Search")
    return View("search.html", title, OTHERS if wide else HERE, values)


def _form(tx: Transaction, visitor: Visitor, words: str) -> View | None:
    if not may_look(tx.policies.current().search, visitor.person):
        return None
    return page(tx, visitor, Asked(words), wide=True)


def tabs(tx: Transaction, visitor: Visitor, here: str) -> list[tuple[str, Say, bool]]:
    rules, found = tx.policies.current().search, [(HERE, say("What I can see"))]
    if may_look(rules, visitor.person):
        found.append((OTHERS, say("Other people's records")))
    found.append((LOOKS, say("Looks") if oversees(rules, visitor.person) else say("Looks at mine")))
    return [(path, name, path == here) for path, name in found]


def _count(found: Found) -> Say:
    if found.more is not None:
        return say("The newest {count}; there are more", count=len(found.hits))
    return say_many(
        "{count} record found, the newest first",
        "{count} records found, the newest first",
        len(found.hits),
    )


def _result(hit: Hit) -> Result:
    facts: list[Say | Value] = [Quoted(hit.place, 80)] if hit.place else [KINDS[hit.kind]]
    facts += [hit.at, CLASSES.get(hit.class_name) or Code(hit.class_name)]
    if hit.since is not None:
        facts.append(hit.since)
    part = hit.part
    return Result(hit.id, hit.who, facts, seen(part.before), seen(part.hit), seen(part.after))


def _record(tx: Transaction, visitor: Visitor, id: str, words: str) -> View | None:
    try:
        return _whole(searching.one(Sight(tx, visitor.person), id, words), words)
    except Refusal:
        return None


def _whole(hit: Hit, words: str, look: int = 0) -> View:
    """`words`, or the number of a search with a reason: what it was found by."""
    values = {"card": searching.whole(hit), "words": words, "look": look}
    return View("record.html", say("A record"), OTHERS if look else HERE, values)


def _looks(tx: Transaction, visitor: Visitor, number: int) -> View:
    lines, more = inquiring.lines(tx, visitor.person, number)
    values = {
        "tabs": tabs(tx, visitor, LOOKS),
        "lines": lines,
        "empty": inquiring.none(tx, visitor.person),
        "why": inquiring.why(tx, visitor.person),
        "before": f"{LOOKS}?page={number - 1}" if number > 1 else "",
        "after": f"{LOOKS}?page={number + 1}" if more else "",
    }
    return View("looks.html", say("Looks into records"), LOOKS, values)
