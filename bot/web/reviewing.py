"""A sample one message at a time, with a word on each, and the days IT signs. 5.1.1, 5.1.2.

To open a message is to look at it, which is recorded: so these pages, alone of all, write when they
are read, and once only.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.card import Card
from bot.command import number_in
from bot.handlers import lists, points, samples, signing
from bot.handlers.deeds import person_named
from bot.handlers.samples import Turn
from bot.policy import sampling
from bot.policy.sampling import Verdict
from bot.store import Transaction
from bot.store.dailies import Daily
from bot.store.samples import Drawn, Sample
from bot.web import trouble, visitors
from bot.web.acting import Acting
from bot.web.listing import Entry, Section
from bot.web.showing import View
from bot.web.site import Site
from bot.web.visitors import Visitor
from bot.words import Code, Quoted, Ref, Say, Value, Who, say

PAGES = "/samples/"  # whose keys a script of ours listens to
KEYS: Mapping[Verdict, str] = {"fine": "f", "word": "w", "breach": "b", "skip": "s"}
SHOWN = 50  # samples of a list
DAYS = 30  # that are told of


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be said of a message, by a button or a key."""

    verdict: Verdict
    label: Say
    key: str
    chosen: bool


class Reviewing:
    def __init__(self, site: Site, doing: Acting) -> None:
        self._site, self._acting = site, doing

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/daily", self.daily),
            Route("/daily", self.sign, methods=["POST"]),
            Route("/samples", self.samples),
            Route("/samples/{number}", self.sample),
            Route("/samples/{number}", self.judge, methods=["POST"]),
        )

    async def daily(self, request: Request) -> Response:
        return await self._site.show(request, daily)

    async def sign(self, request: Request) -> Response:
        posted = await self._site.posted(request)
        remark = posted.fields.get("remark", "").strip()
        made, event = self._acting.typed(posted, f"daily sign {remark}".strip())
        return await self._acting.quietly(posted, made, event, "/daily")

    async def samples(self, request: Request) -> Response:
        return await self._site.show(request, listed)

    async def sample(self, request: Request) -> Response:
        number, query = _number(request), request.query_params
        place, lacks = number_in(query.get("message", "")), query.get("why") == "breach"
        visitor = await asyncio.to_thread(self._site.visitor, self._site.token(request))
        if visitor is not None:
            await asyncio.to_thread(self._look, visitor, number, place)
        return await self._site.show(request, lambda tx, one: sample(tx, one, number, place, lacks))

    def _look(self, visitor: Visitor, number: int, place: int | None) -> None:
        with self._site.store.reading() as tx:
            found = _before(tx, visitor, number, place)
            if found is None or samples.looked(visitors.looking(tx, visitor), *found):
                return
        with self._site.store.transaction() as tx:
            samples.look(visitors.looking(tx, visitor), *found)

    async def judge(self, request: Request) -> Response:
        """What they say of one; the page then shows the next."""
        number, posted = _number(request), await self._site.posted(request)
        place, verdict = number_in(posted.fields.get("place", "")), posted.fields.get("verdict", "")
        why = posted.fields.get("why", "").strip()[: samples.LONGEST]
        if place is None or verdict not in sampling.VERDICTS:
            raise trouble.unreadable()
        if verdict == "breach" and not why:
            return self._site.go(f"/samples/{number}?message={place}&why=breach")
        made, event = self._acting.typed(posted, f"sample {number} {place} {verdict} {why}".strip())
        return await self._acting.quietly(posted, made, event, f"/samples/{number}")


def listed(tx: Transaction, visitor: Visitor) -> View | None:
    """What they are to look at, also for whom they stand in, and what they looked at before."""
    if not visitor.samples:
        return None
    owed = [each for each in lists.owed_by(tx, visitor.person) if samples.is_sample(each)]
    to_do = [
        Entry(
            say("{number} {what} by {due}", number=Ref(n), what=samples.what(tx, d), due=d.due),
            f"{PAGES}{n}",
        )
        for d in owed
        for n in (samples.of(tx, d).number,)
    ]
    waiting = {each.path for each in to_do}
    known = [_seen(tx, each) for each in tx.samples.of(visitor.person.id, SHOWN)]
    sections = (
        Section(say("For you to look at"), to_do, say("There is no sample for you to look at.")),
        Section(
            say("Looked at"),
            [each for each in known if each.path not in waiting],
            say("You have looked at none yet."),
        ),
    )
    return View("list.html", say("Samples"), "/samples", {"sections": sections})


def _seen(tx: Transaction, sample: Sample) -> Entry:
    line = say(
        "{number} {department}, {period}",
        number=Ref(sample.number),
        department=Quoted(samples.department(tx, sample)),
        period=Code(sample.period),
    )
    return Entry(line, f"{PAGES}{sample.number}")


def _before(
    tx: Transaction, visitor: Visitor, number: int, place: int | None
) -> tuple[Turn, Drawn] | None:
    """Which message stands before them: that one of theirs, else the next."""
    one = samples.turn(tx, visitor.person.id, number)
    if one is None:
        return None
    chosen = one.message(place) if place is not None else None
    message = chosen or next(iter(one.left), None)
    return (one, message) if message is not None else None


def sample(
    tx: Transaction, visitor: Visitor, number: int, place: int | None, lacks: bool
) -> View | None:
    """None for whom it does not concern."""
    path, title = f"{PAGES}{number}", say("Sample {number}", number=Ref(number))
    found = _before(tx, visitor, number, place)
    if found is None:
        end = _ended(tx, visitor, number)
        ended = {"end": end, "message": None}
        return View("sample.html", title, path, ended) if end is not None else None
    one, message = found
    judged = one.judged.get(message.number)
    values = {
        "end": None,
        "message": message.number,
        "what": samples.what(tx, one.duty),
        "progress": say(
            "Message {place} of {all}", place=one.place_of(message), all=len(one.messages)
        ),
        "done": len(one.judged),
        "all": len(one.messages),
        "content": samples.content(tx, message),
        "facts": samples.facts(tx, message),
        "drawn": samples.drawn_why(message),
        "seed": say("Drawn by the seed {seed}.", seed=Code(one.sample.seed)),
        "own": message.author == visitor.person.id,
        "choices": _choices(judged.verdict if judged else None),
        "why": judged.why if judged else "",
        "lacks": lacks,
        "longest": samples.LONGEST,
        "earlier": _earlier(one, message),
    }
    return View("sample.html", title, path, values)


def _choices(chosen: Verdict | None) -> list[Choice]:
    return [
        Choice(verdict, samples.SAID[verdict], KEYS[verdict], verdict == chosen)
        for verdict in sampling.VERDICTS
    ]


def _earlier(one: Turn, message: Drawn) -> int | None:
    """The one before it, to say something else of it."""
    at = one.messages.index(message)
    return one.messages[at - 1].number if at else None


def _ended(tx: Transaction, visitor: Visitor, number: int) -> Card | None:
    """What they said of it altogether, for who went through it."""
    known = tx.samples.find(number)
    if known is None or visitor.person.id not in (known.reviewer, known.seconder):
        return None
    said = tx.samples.judged(known.id, visitor.person.id)
    if not said:
        return None
    counts = [sum(each.verdict == one for each in said.values()) for one in sampling.VERDICTS]
    told = zip(sampling.VERDICTS, counts, strict=True)
    return Card(
        say("You have looked at all of it. Thank you."),
        facts=tuple((samples.SAID[v], Code(str(n))) for v, n in told if n),
    )


# The days that IT signs


@dataclass(frozen=True, slots=True)
class Day:
    day: str
    by: Who | None
    at: Value | None
    missed: bool
    remark: str


def daily(tx: Transaction, visitor: Visitor) -> View | None:
    """For IT, which signs, and for auditors, who look."""
    if not visitor.oversees:
        return None
    day = signing.today(tx)
    known = tx.dailies.get(day.isoformat())
    signed = known is not None and known.signed_at is not None
    before = tx.dailies.latest(DAYS, day.isoformat())
    values = {
        "points": points.of(tx),
        "signs": "it" in visitor.person.roles and not signed,
        "longest": signing.LONGEST,
        "days": _days(tx, [*([known] if known and signed else ()), *before]),
    }
    return View("daily.html", say("The state of things"), "/daily", values)


def _days(tx: Transaction, known: Sequence[Daily]) -> list[Day]:
    return [
        Day(
            each.day,
            person_named(tx, each.signed_by) if each.signed_by else None,
            each.signed_at,
            not signing.on_day(tx, each),
            each.remark,
        )
        for each in known
    ]


def _number(request: Request) -> int:
    return number_in(request.path_params["number"]) or 0
