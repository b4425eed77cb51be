"""The directory: who is in it, with which roles, who is away; and HR's table, taken in. Policy 1.2.

A table is looked over first: what it would change, line by line, or everything that is wrong with
it. Only what was looked over can then be done, and only as it was shown.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.command import number_in
from bot.handlers import enrolling
from bot.intake import people as intake
from bot.intake.notes import Fault
from bot.intake.plans import Plan
from bot.intake.template import template
from bot.policy import hours
from bot.policy.people import Absence, Directory, Person
from bot.store import Transaction
from bot.store.sessions import Token
from bot.web import showing, trouble
from bot.web.rolewords import named
from bot.web.showing import View
from bot.web.site import Posted, Site
from bot.web.trouble import Trouble
from bot.web.visitors import Visitor
from bot.words import Code, Quoted, Reader, Say, Value, Who, render, say, say_many
from bot.words.language import language

HERE = "/people"
SHOWN = 100  # people on a page
LINES, FAULTS = 500, 200  # of what would change, and of what is wrong
LONGEST = 100  # characters of what is looked for
KEPT = timedelta(hours=1)  # between looking a table over and doing it
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAVED = {"Content-Disposition": 'attachment; filename="people.xlsx"'}
ID_BYTES = 16
FILE = re.compile(r"[0-9a-f]{32}")
UNPROCESSABLE = 422

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    who: Who
    id: Quoted
    email: Quoted | None
    department: Quoted | None
    manager: Who | None
    roles: Sequence[Say]
    calendar: Code
    accounts: int
    away: Say | None
    standing: Say | None  # partner, has left


@dataclass(frozen=True, slots=True)
class Looked:
    """A table that was looked over: its plan, or why there is none."""

    file: str  # by which it is kept until it is done
    complete: bool
    plan: Plan | None = None
    faults: Sequence[Fault] = ()
    unreadable: Say | None = None

    @property
    def lines(self) -> list[Say]:
        return intake.describe(self.plan) if self.plan else []

    @property
    def print(self) -> str:
        """What was shown, so that nothing else is done."""
        told = "\n".join(render(each, Reader("en"), str) for each in self.lines)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


class PeoplePage:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(HERE, self.people),
            Route(f"{HERE}/template", self.template),
            Route(f"{HERE}/check", self.check, methods=["POST"]),
            Route(f"{HERE}/import", self.take_in, methods=["POST"]),
        )

    async def people(self, request: Request) -> Response:
        query = request.query_params
        words, page = query.get("words", "")[:LONGEST], number_in(query.get("page", "")) or 1
        return await self._site.show(request, lambda tx, one: people(tx, one, words, page))

    async def template(self, request: Request) -> Response:
        body = await asyncio.to_thread(self._template, self._site.token(request))
        return Response(body, media_type=XLSX, headers=SAVED)

    def _template(self, token: Token | None) -> bytes:
        visitor, made = self._site.visitor(token), BytesIO()
        if visitor is None:
            raise trouble.stranger()
        _keeper(visitor)
        template(made, str(language(visitor.reader.language).locale))
        return made.getvalue()

    async def check(self, request: Request) -> Response:
        """Looked over; nothing changes."""
        posted = await self._site.filled(request)
        _keeper(posted.visitor)
        if not posted.files:
            raise Trouble(400, say("No file was chosen"), say("Go back, and choose a table."))
        return await asyncio.to_thread(self._check, posted)

    def _check(self, posted: Posted) -> Response:
        file, visitor = posted.files[0], posted.visitor
        complete = posted.fields.get("complete") == "yes"
        with self._site.store.reading() as tx:
            looked = looked_over(tx, visitor, file.body, complete=complete)
        if looked.plan is not None and not looked.plan.empty:
            with self._site.store.transaction() as tx:
                id = tx.clock.random(ID_BYTES).hex()
                tx.files.keep(id, file.name[:LONGEST], visitor.person.id, file.body, KEPT)
            looked = replace(looked, file=id)
        return self._shown(visitor, checked(looked))

    async def take_in(self, request: Request) -> Response:
        """What was looked over, done; where it would be something else by now, shown again."""
        posted = await self._site.posted(request)
        _keeper(posted.visitor)
        return await asyncio.to_thread(self._take_in, posted)

    def _take_in(self, posted: Posted) -> Response:
        visitor, fields = posted.visitor, posted.fields
        id, complete = fields.get("file", ""), fields.get("complete") == "yes"
        with self._site.store.transaction() as tx:
            looked = looked_over(tx, visitor, _kept(tx, visitor, id), complete=complete)
            if looked.plan is None or looked.print != fields.get("print", ""):
                looked, linked = replace(looked, file=id), None
            else:
                linked = enrolling.enrol(tx, looked.plan)
                tx.files.drop([id])
        if linked is None:
            return self._shown(visitor, checked(looked, moved=True))
        log.info("people were taken in by session %s", visitor.session.id)
        return self._shown(visitor, done(looked, linked))

    def _shown(self, visitor: Visitor, view: View) -> Response:
        around = replace(self._site.around(visitor.reader), visitor=visitor)
        status = UNPROCESSABLE if view.values.get("faulty") else 200
        return HTMLResponse(showing.page(view, around), status)


def _keeper(visitor: Visitor) -> None:
    """Raises Trouble: for others there is no such page."""
    if not visitor.keeps:
        raise trouble.missing()


def _kept(tx: Transaction, visitor: Visitor, id: str) -> bytes:
    """The table they had looked over. Raises Trouble."""
    stored = tx.files.stored(id) if FILE.fullmatch(id) else None
    if stored is None or stored.owner != visitor.person.id:
        title = say("This table is no longer here")
        raise Trouble(404, title, say("It is kept for an hour. Choose it again."))
    return tx.files.read(id)


def looked_over(tx: Transaction, visitor: Visitor, body: bytes, *, complete: bool) -> Looked:
    try:
        table = intake.read(body)
        plan = enrolling.planned(tx, table, complete=complete)
    except intake.Unreadable as error:
        return Looked("", complete, unreadable=error.what)
    except intake.Faults as error:
        return Looked("", complete, faults=error.found)
    own = [after for before, after in plan.changed if after.id == visitor.person.id]
    held = visitor.person.roles
    if any(after.roles != held or not after.active for after in own):
        what = say("Your own roles, and whether you are there, are for a colleague to change.")
        return Looked("", complete, faults=(Fault(0, "", what),))
    return Looked("", complete, plan=plan)


def checked(looked: Looked, *, moved: bool = False) -> View:
    """`moved`: the directory is not as it was when the table was looked over."""
    lines, faults = looked.lines, looked.faults
    values = {
        "faulty": bool(faults or looked.unreadable),
        "moved": moved,
        "unreadable": looked.unreadable,
        "faults": [_placed(each) for each in faults[:FAULTS]],
        "faults_more": _more(len(faults) - FAULTS),
        "sum": lines[0] if lines else None,
        "lines": lines[1 : LINES + 1],
        "lines_more": _more(len(lines) - 1 - LINES),
        "file": looked.file,
        "print": looked.print,
        "complete": looked.complete,
        "w": WORDS,
    }
    return View("people_check.html", say("The table, looked over"), HERE, values)


def done(looked: Looked, linked: int) -> View:
    told = looked.lines[:1]
    if linked:
        told.append(
            say_many(
                "One account linked by its e-mail.",
                "{count} accounts linked by their e-mail.",
                linked,
            )
        )
    return View("people_done.html", say("The table was taken in"), HERE, {"told": told, "w": WORDS})


def _placed(fault: Fault) -> tuple[Say | None, Say]:
    where = say("Row {row}, {column}", row=Code(str(fault.row)), column=Quoted(fault.column))
    return (where if fault.row else None), fault.what


def _more(count: int) -> Say | None:
    return say("… and {count} more", count=count) if count > 0 else None


def people(tx: Transaction, visitor: Visitor, words: str, page: int) -> View | None:
    if not visitor.keeps:
        return None
    directory = tx.people.snapshot().directory
    found = _sought(directory, words)
    pages = max(1, -(-len(found) // SHOWN))
    page = min(page, pages)
    here = found[(page - 1) * SHOWN : page * SHOWN]
    values = {
        "entries": [_entry(tx, directory, each) for each in here],
        "count": say_many("{count} person", "{count} people", len(found)),
        "words": words,
        "page": page,
        "pages": pages,
        "calendars": list(_calendars(tx)),
        "strangers": len(tx.people.strangers()),
        "w": WORDS,
    }
    return View("people.html", say("People"), HERE, values)


def _sought(directory: Directory, words: str) -> list[Person]:
    """Those of whom each of the words is in the name, number, address, department or a role."""
    wanted = words.casefold().split()
    everybody = sorted(directory.people.values(), key=lambda one: (not one.active, one.id))
    return [one for one in everybody if all(word in _said_of(one) for word in wanted)]


def _said_of(one: Person) -> str:
    return " ".join((one.id, one.name, one.email, one.department or "", *one.roles)).casefold()


def _entry(tx: Transaction, directory: Directory, one: Person) -> Entry:
    boss = directory.people.get(one.manager or "")
    left = say("has left") if not one.active else None
    return Entry(
        who=Who(one.id, one.name),
        id=Quoted(one.id),
        email=Quoted(one.email) if one.email else None,
        department=Quoted(one.department) if one.department else None,
        manager=Who(boss.id, boss.name) if boss else None,
        roles=named(one.roles),
        calendar=Code(one.calendar),
        accounts=len(directory.accounts_of(one.id)),
        away=_away(tx, directory.absences.get(one.id, ())),
        standing=left or (say("partner") if one.partner else None),
    )


def _away(tx: Transaction, absences: Sequence[Absence]) -> Say | None:
    """The absence that is now, else the next one."""
    now = tx.clock.now()
    ahead = sorted((each for each in absences if each.end > now), key=lambda each: each.start)
    if not ahead:
        return None
    one = ahead[0]
    if one.start <= now:
        return say("until {until}", until=one.end)
    return say("{start} to {end}", start=one.start, end=one.end)


def _calendars(tx: Transaction) -> Iterator[tuple[Say | Value, Say | Value]]:
    """Each with its zone, how many days HR has said, and whether a year is only predicted."""
    book, year = tx.policies.current(), tx.clock.now().year
    for name in book.calendars:
        calendar = tx.policies.calendar(name, book)
        told = say_many(
            "{zone}; {count} day set by HR",
            "{zone}; {count} days set by HR",
            len(calendar.overrides),
            zone=Code(calendar.zone),
        )
        if hours.provisional(year, calendar):
            year_ = Code(str(year))
            told = say("{told}; the holidays of {year} are only predicted", told=told, year=year_)
        yield Code(name), told


WORDS = {
    "import": say("Take in a table of people"),
    "explain": say(
        "An .xlsx or .csv file, as HR keeps it. It is looked over first: nothing changes until you "
        "have seen what would."
    ),
    "template": say("A workbook to fill in"),
    "file": say("The table"),
    "complete": say("The table is complete: who is not in it has left"),
    "check": say("Look it over"),
    "do": say("Take it in"),
    "again": say("Another table"),
    "moved": say("The directory has changed meanwhile. Look at it once more."),
    "none": say("Nothing would change."),
    "wrong": say("Nothing can be taken in yet. Mend these, and look it over again:"),
    "would": say("What would change"),
    "where": say("Cell"),
    "what": say("What is wrong"),
    "back": say("To the directory"),
    "list": say("Who is in the directory"),
    "name": say("Name"),
    "number": say("Number"),
    "department": say("Department"),
    "manager": say("Manager"),
    "roles": say("Roles"),
    "calendar": say("Calendar"),
    "accounts": say("Accounts"),
    "away": say("Away"),
    "calendars": say("Working calendars"),
    "nobody": say("Nobody is found by that."),
    "strangers": say("Accounts that are nobody's"),
    "find": say("A name, number, department or role"),
}
