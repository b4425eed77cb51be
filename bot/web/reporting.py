"""The page where anybody can report, and go on with their receipt code. Policy 5.1.3.

No sign-in, no cookie, no note of who asked: what is typed is sealed in the browser, and what
arrives here only those can open to whom it is sealed.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.command import Refusal
from bot.handlers import channel
from bot.handlers import sealedcases as cases
from bot.policy import reporting as rules
from bot.policy.casefile import REPORTER, STAFF, Case, Report, Said
from bot.policy.people import Directory
from bot.policy.reporting import Channel
from bot.reporting import elsewhere
from bot.store import Transaction
from bot.web import jsoned, sealed, showing
from bot.web.casewords import CONTINUED, PAGE
from bot.web.jsoned import HASH, ID
from bot.web.limits import Pace
from bot.web.scripts import scripts
from bot.web.sentences import OWN_NAMES
from bot.web.showing import View
from bot.web.site import Site, spoken
from bot.words import LANGUAGES, Reader, Say, render, say

BUSY, CHANGED, GONE = 503, 409, 404
SMALL = 2_000  # bytes of a question
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Near:
    """The tags of names, reckoned once for each state of the directory."""

    directory: Directory | None = None
    print: str = ""
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, now: Channel) -> Mapping[str, Sequence[str]]:
        if self.directory is not now.directory or self.print != now.print:
            self.tags = rules.tags(now)
            self.directory, self.print = now.directory, now.print
        return self.tags


class Reporting:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._pace = Pace(site.store)
        self._near = Near()

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/report", self.page),
            Route("/report", self.take, methods=["POST"]),
            Route("/report/channel", self.channel),
            Route("/report/continue", self.continued),
            Route("/report/read", self.read, methods=["POST"]),
            Route("/report/part", self.part, methods=["POST"]),
            Route("/report/write", self.write, methods=["POST"]),
        )

    async def page(self, request: Request) -> Response:
        now = await asyncio.to_thread(self._channel)
        title = say("Report a breach")
        facts = channel_facts(now, await asyncio.to_thread(self._near.of, now))
        values = {"channel": now, "elsewhere": elsewhere(now)}
        return self._shown(request, View("report.html", title, "/report", values), facts)

    async def channel(self, request: Request) -> Response:
        """The same facts again, for a page that was opened before they changed."""
        now = await asyncio.to_thread(self._channel)
        return jsoned.told(channel_facts(now, await asyncio.to_thread(self._near.of, now)))

    async def continued(self, request: Request) -> Response:
        now = await asyncio.to_thread(self._channel)
        view = View("continue.html", say("Go on with a report"), "/report/continue", {})
        facts = {"company": now.company, "files": now.file_bytes, "longest": rules.LONGEST}
        return self._shown(request, view, facts)

    def _shown(self, request: Request, view: View, facts: Mapping[str, Any]) -> Response:
        """For whoever looks, signed in or not: nobody is recognised here."""
        reader, file = asked_in(request), view.template.replace(".html", ".js")
        phrases = PAGE if file == "report.js" else CONTINUED
        more = {"base": self._site.address.base, "words": in_words(phrases, reader)}
        values = dict(view.values) | {
            "scripts": scripts("sealing.js", "sealed_pages.js", file),
            "facts": {**facts, **more},
            "tongues": [(each, OWN_NAMES[each]) for each in LANGUAGES],
            "w": phrases,
        }
        around = self._site.around(reader)
        return HTMLResponse(showing.page(replace(view, values=values), around))

    async def take(self, request: Request) -> Response:
        """Raises Trouble."""
        now = await asyncio.to_thread(self._channel)
        data = await jsoned.body(request, self._site.address, sealed.most(now.file_bytes))
        if wait := await self._pace.wait(now.per_hour):
            return busy(wait, asked_in(request))
        report = _with_keepers(sealed.report(data, now.file_bytes), now)
        try:
            number = await self._site.inbox.report(report)
        except Refusal as refusal:
            return jsoned.refused(refusal.why, asked_in(request), CHANGED)
        return jsoned.told({"number": number})

    async def read(self, request: Request) -> Response:
        """Everything in the case but its files, for whoever has its receipt code."""
        data = await jsoned.body(request, self._site.address, SMALL)
        found = await asyncio.to_thread(self._read, _receipt(data))
        return jsoned.told(found) if found else self._none(request)

    async def part(self, request: Request) -> Response:
        data = await jsoned.body(request, self._site.address, SMALL)
        found = await asyncio.to_thread(self._part, _receipt(data), jsoned.word(data, "id", ID))
        return jsoned.told(found) if found else self._none(request)

    async def write(self, request: Request) -> Response:
        now = await asyncio.to_thread(self._channel)
        data = await jsoned.body(request, self._site.address, sealed.most(now.file_bytes))
        if wait := await self._pace.wait(now.per_hour):
            return busy(wait, asked_in(request))
        parts = sealed.parts(data, now.file_bytes)
        try:
            done = await asyncio.to_thread(self._write, _receipt(data), parts)
        except Refusal as refusal:
            return jsoned.refused(refusal.why, asked_in(request))
        return jsoned.told({"ok": True}) if done else self._none(request)

    def _none(self, request: Request) -> Response:
        return jsoned.refused(
            say("No report has this receipt code. Look at each letter."), asked_in(request), GONE
        )

    def _channel(self) -> Channel:
        with self._site.store.reading() as tx:
            return channel.channel(tx)

    def _read(self, receipt: str) -> Mapping[str, Any] | None:
        with self._site.store.reading() as tx:
            case = tx.sealed.of_receipt(receipt)
            return told_reporter(tx, case) if case else None

    def _part(self, receipt: str, id: str) -> Mapping[str, Any] | None:
        with self._site.store.reading() as tx:
            case = tx.sealed.of_receipt(receipt)
            found = tx.sealed.part(case.id, id) if case else None
            return said(found) if found else None

    def _write(self, receipt: str, parts: Any) -> bool:
        """Who looks after the case is told that something waits there."""
        with self._site.store.transaction(hurry=True) as tx:
            case = tx.sealed.of_receipt(receipt)
            if case is None:
                return False
            cases.add(tx, case, REPORTER, parts)
            cases.heard(tx, case)
            return True


def _receipt(data: Mapping[str, Any]) -> str:
    """What we know a receipt code by, from what only follows from the code."""
    token = jsoned.word(data, "token", HASH)
    return hashlib.sha256(bytes.fromhex(token)).hexdigest()


def _with_keepers(report: Report, now: Channel) -> Report:
    """A browser knows keepers by their places alone."""
    people = {str(n): each.person for n, each in enumerate(now.keepers) if each.person}
    return replace(report, tell=tuple(people[each] for each in report.tell if each in people))


def told_reporter(tx: Transaction, case: Case) -> Mapping[str, Any]:
    """Who of the investigators wrote what is not theirs to know: there is one other side."""
    return {
        "case": case.id,
        "number": case.number,
        "state": case.state,
        "outcome": case.outcome,
        "at": case.at.isoformat(),
        "code": jsoned.unblob(case.code),
        "said": [said(each) for each in tx.sealed.said(case.id)],
    }


def said(each: Said) -> Mapping[str, Any]:
    """`side` is bound into what is sealed; which of our people it was stays here."""
    side = REPORTER if each.side == REPORTER else STAFF
    return {**sealed.written(each.part), "side": side, "at": each.at.isoformat()}


def channel_facts(now: Channel, near: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    """To whom a browser seals, and how it finds out to whom it must not."""
    holders = [
        {"id": x.id, "name": x.name, "public": jsoned.unblob(x.public), "outside": x.outside}
        for x in now.holders
    ]
    recovery = now.recovery
    return {
        "company": now.company,
        "print": now.print,
        "open": now.open,
        "holders": holders,
        "recovery": recovery and {"id": recovery.id, "public": jsoned.unblob(recovery.public)},
        "keepers": [each.name for each in now.keepers],
        "told": [n for n, each in enumerate(now.keepers) if each.person],
        "near": near,
        "files": now.file_bytes,
        "longest": rules.LONGEST,
        "parts": rules.PARTS,
    }


def in_words(phrases: Mapping[str, Say], reader: Reader) -> Mapping[str, str]:
    return {name: render(each, reader, str) for name, each in phrases.items()}


def busy(wait: timedelta, reader: Reader) -> Response:
    minutes = int(wait / MINUTE) + 1
    why = say(
        "Much is being sent just now. Nothing is lost: this page sends it again by itself in "
        "{minutes} minutes. Leave it open.",
        minutes=minutes,
    )
    return jsoned.refused(why, reader, BUSY, again=int(wait.total_seconds()) + 1)


def asked_in(request: Request) -> Reader:
    """The language that was chosen on the page, else that of the browser."""
    chosen = request.query_params.get("language", "")
    return Reader(chosen) if chosen in LANGUAGES else spoken(request)
