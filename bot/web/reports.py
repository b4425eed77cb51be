"""The workbooks: to ask for one, how far it is, to take it, and who took which. Policy 5.2.1.

One is for who asked for it, and for as long as they may have its edition. HR and auditors see which
there are and who took them, and can take none but their own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.command import number_in
from bot.figuring import as_edition
from bot.handlers.deeds import person_named
from bot.policy.people import Person
from bot.report import Progress, why_not
from bot.store import Transaction
from bot.store.sessions import WEB, Token
from bot.web import choosing, trouble
from bot.web.acting import Acting
from bot.web.fetching import Fetched, fetched, streamed
from bot.web.render import Tongue
from bot.web.scripts import scripts
from bot.web.showing import View
from bot.web.site import Site
from bot.web.visitors import Visitor
from bot.words import Code, Ref, Say, Who, say
from bot.workshop import far

HERE = "/reports"
ALL = f"{HERE}/all"
SHOWN = 100  # lines of a list
OVERSEERS = frozenset({"hr", "auditor"})  # see who took which
CHANNELS = {WEB: say("taken from this page")}
SENT = say("sent to them in the chat")


@dataclass(frozen=True, slots=True)
class Row:
    """One workbook in a list. `file`: where its owner takes it, while it is there."""

    number: int
    period: str
    edition: Say
    asked_at: datetime
    state: str
    stands: Say
    version: Say | None = None
    who: Who | None = None
    file: str = ""
    done: int = 0
    of: int = 0


class Reports:
    def __init__(self, site: Site, acting: Acting) -> None:
        self._site, self._acting = site, acting

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(HERE, self.mine),
            Route(HERE, self.order, methods=["POST"]),
            Route(ALL, self.all),
            Route(f"{HERE}/progress", self.progress),
            Route(f"{HERE}/{{number}}", self.one),
            Route(f"{HERE}/{{number}}/file", self.file),
        )

    async def mine(self, request: Request) -> Response:
        asked = dict(request.query_params)
        return await self._site.show(request, lambda tx, one: mine(tx, one, asked))

    async def all(self, request: Request) -> Response:
        return await self._site.show(request, lambda tx, one: everybodys(tx, one.person))

    async def order(self, request: Request) -> Response:
        """The same command as in the chat; what is made stands in the list."""
        posted = await self._site.posted(request)
        line = await asyncio.to_thread(self._line, posted.visitor, posted.fields)
        made, event = self._acting.typed(posted, line)
        return await self._acting.quietly(posted, made, event, HERE)

    def _line(self, visitor: Visitor, asked: Mapping[str, str]) -> str:
        with self._site.store.reading() as tx:
            chosen = _choice(tx, visitor.person, asked)
        if (chosen.period.label, chosen.edition) != (asked.get("period"), asked.get("edition")):
            raise trouble.unreadable()
        return f"report {chosen.edition} {chosen.period.label}"

    async def one(self, request: Request) -> Response:
        number = _number(request)
        return await self._site.show(request, lambda tx, visitor: one(tx, visitor.person, number))

    async def progress(self, request: Request) -> Response:
        """What our script asks for while workbooks of theirs are made."""
        found = await asyncio.to_thread(self._progress, self._site.token(request))
        return JSONResponse(found)

    def _progress(self, token: Token | None) -> Mapping[str, Any]:
        visitor = self._site.visitor(token)
        if visitor is None:
            raise trouble.stranger()
        with self._site.store.reading() as tx:
            rows = [_row(tx, each) for each in tx.orders.of(visitor.person.id, SHOWN)]
        tongue = Tongue(visitor.reader)
        under_way = {
            str(row.number): {"words": tongue.plain(row.stands), "done": row.done, "of": row.of}
            for row in rows
            if row.state == "waiting"
        }
        return {"under_way": under_way}

    async def file(self, request: Request) -> Response:
        number, token = _number(request), self._site.token(request)
        taken = request.method == "GET"
        found = await asyncio.to_thread(self._take, token, number, taken=taken)
        return streamed(self._site.store, found)

    def _take(self, token: Token | None, number: int, *, taken: bool) -> Fetched:
        visitor = self._site.visitor(token)
        if visitor is None:
            raise trouble.stranger()
        with self._site.store.transaction() as tx:
            order = tx.orders.find(number)
            if order is None or order.file is None or not may_take(tx, order, visitor.person):
                raise trouble.missing()
            return of_order(tx, order, taken=taken)


def of_order(tx: Transaction, order: Any, *, taken: bool) -> Fetched:
    """To be sent now; it is written down that it was taken. Raises Trouble where it expired."""
    found = fetched(tx, order.file, f"duly-{order.edition}-{order.period}.xlsx")
    if taken:
        tx.downloads.add(order.file, order.person, WEB)
    return found


def may_take(tx: Transaction, order: Any, person: Person) -> bool:
    """It was made for them, and they may still have its edition."""
    if order.person != person.id:
        return False
    directory = tx.people.snapshot().directory
    return why_not(as_edition(order.edition), person, directory) is None


def _choice(tx: Transaction, person: Person, asked: Mapping[str, str]) -> choosing.Choice:
    directory, zone = tx.people.snapshot().directory, tx.home().zone
    return choosing.choice(person, directory, tx.clock.now(), zone, asked)


# The lists


def mine(tx: Transaction, visitor: Visitor, asked: Mapping[str, str]) -> View:
    person = visitor.person
    orders = tx.orders.of(person.id, SHOWN)
    rows = [_row(tx, each, person) for each in orders]
    values = {
        "tabs": _tabs(person, HERE),
        "chosen": _choice(tx, person, asked),
        "names": choosing.NAMES,
        "rows": rows,
        "empty": say("You have asked for no report yet."),
        "under_way": any(each.state == "waiting" for each in rows),
        "watch": f"{HERE}/progress",
        "scripts": scripts("watch.js"),
    }
    return View("reports.html", say("Reports"), HERE, values)


def everybodys(tx: Transaction, person: Person) -> View | None:
    """None for who does not look after them."""
    if person.roles.isdisjoint(OVERSEERS):
        return None
    rows = [_row(tx, each, who=True) for each in tx.orders.newest(SHOWN)]
    values = {
        "tabs": _tabs(person, ALL),
        "chosen": None,
        "rows": rows,
        "empty": say("Nobody has asked for a report yet."),
        "under_way": False,
        "scripts": (),
        "watch": "",
    }
    return View("reports.html", say("Everybody's reports"), ALL, values)


def _tabs(person: Person, here: str) -> Sequence[tuple[str, Say, bool]]:
    if person.roles.isdisjoint(OVERSEERS):
        return ()
    known = ((HERE, say("Mine")), (ALL, say("Everybody's")))
    return [(path, name, path == here) for path, name in known]


def _row(tx: Transaction, order: Any, owner: Person | None = None, *, who: bool = False) -> Row:
    """`owner`: who looks at their own."""
    state, stands = _stands(tx, order)
    takes = state == "made" and owner is not None and may_take(tx, order, owner)
    return Row(
        number=order.number or 0,
        period=order.period,
        edition=choosing.NAMES[as_edition(order.edition)],
        asked_at=order.asked_at,
        state=state,
        stands=stands,
        version=say("version {number}", number=order.version) if order.version > 1 else None,
        who=person_named(tx, order.person) if who else None,
        file=f"{HERE}/{order.number}/file" if takes else "",
        done=order.done,
        of=order.sheets,
    )


def _stands(tx: Transaction, order: Any) -> tuple[str, Say]:
    match order.state:
        case "waiting" if order.stage == "waiting":
            return "waiting", say("It waits for its turn.")
        case "waiting":
            return "waiting", far(Progress(order.stage, order.done, order.sheets, order.written))
        case "made" if _is_there(tx, order.file):
            return "made", say("ready")
        case "made":
            return "expired", say("expired, and removed")
        case _:
            return "failed", say("could not be made")


def _is_there(tx: Transaction, file: str) -> bool:
    try:
        return tx.files.size(file) >= 0
    except LookupError:
        return False


# One of them


def one(tx: Transaction, person: Person, number: int) -> View | None:
    """For whom it was made, with its file; for HR and auditors without."""
    order = tx.orders.find(number)
    owns = order is not None and order.person == person.id
    if order is None or not (owns or OVERSEERS & person.roles):
        return None
    row = _row(tx, order, person if owns else None, who=True)
    taken = tx.downloads.of(order.file) if order.file else ()
    values = {
        "row": row,
        "facts": (
            (say("Period"), Code(order.period)),
            (say("Edition"), row.edition),
            (say("Made for"), row.who),
            (say("Asked for"), order.asked_at),
            (say("State"), row.stands),
        ),
        "taken": [
            (person_named(tx, each.person), each.at, CHANNELS.get(each.channel, SENT))
            for each in taken
        ],
        "under_way": owns and row.state == "waiting",
        "watch": f"{HERE}/progress",
        "scripts": scripts("watch.js"),
    }
    return View("workbook.html", say("Report {number}", number=Ref(number)), _at(number), values)


def _at(number: int) -> str:
    return f"{HERE}/{number}"


def _number(request: Request) -> int:
    return number_in(request.path_params["number"]) or 0
