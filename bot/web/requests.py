"""Requests as pages: the lists that `/duly requests` tells, and each one whole. Policy 3.2, 5.1.2.

Each with its words for those alone who have to do with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from bot.command import Refusal
from bot.handlers import requestcards, requestlists, threads
from bot.handlers.deeds import person_named
from bot.handlers.seating import Going
from bot.policy import forms
from bot.policy.approvals import Request as Approval
from bot.policy.approvals import State, Trace
from bot.policy.people import Person
from bot.policy.seats import Seat
from bot.store import Transaction
from bot.web import versions
from bot.web.showing import View
from bot.words import Code, Quoted, Ref, Say, Value, Who, say

HERE = "/requests"
SHOWN = 20  # requests on a page of a list
PAGES = 25
WORDS = 160  # characters of a text in a list
SOUGHT = 200  # characters of what is searched for
TABS = {
    "mine": (HERE, say("Mine")),
    "waiting": (f"{HERE}/waiting", say("Waiting for me")),
    "department": (f"{HERE}/department", say("My department's")),
}
EMPTY = {
    "mine": say("You have asked for no approval."),
    "waiting": say("Nothing waits for your decision."),
    "department": say("Nobody you lead has asked for an approval."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`path` is empty for who may know of it, and not read it."""

    number: Ref
    path: str
    kind: Say | Code
    who: Who
    at: datetime
    state: State
    stands: Say
    words: Quoted | None


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in a list, and which page of it."""

    words: str = ""
    page: int = 1


def sought(words: str, page: str) -> Sought:
    number = int(page) if page.isdecimal() and len(page) <= len(str(PAGES)) else 1
    return Sought(" ".join(words[:SOUGHT].split()), min(max(number, 1), PAGES))


def listed(tx: Transaction, person: Person, which: str, wanted: Sought) -> View | None:
    """None where it is not for them."""
    start = (wanted.page - 1) * SHOWN
    try:
        found = requestlists.of(tx, person, which, wanted.words, start + SHOWN + 1)
        counts = requestlists.counted(tx, person) if which == "department" else ()
    except Refusal:
        return None
    path, title = TABS[which]
    values = {
        "tabs": _tabs(tx, person, which),
        "rows": [_row(tx, each, person) for each in found[start : start + SHOWN]],
        "counts": counts,
        "words": wanted.words,
        "empty": say("No request has these words.") if wanted.words else EMPTY[which],
        "searched": say("The newest {count} are searched.", count=requestlists.SEARCHED),
        "before": _at(path, wanted, -1) if wanted.page > 1 else "",
        "after": _at(path, wanted, 1) if len(found) > start + SHOWN else "",
    }
    return View("requests.html", say("Requests: {list}", list=title), path, values)


def _at(path: str, wanted: Sought, step: int) -> str:
    """Another page of the same list."""
    query = {"words": wanted.words} if wanted.words else {}
    return f"{path}?{urlencode(query | {'page': str(wanted.page + step)})}"


def _tabs(tx: Transaction, person: Person, which: str) -> list[tuple[str, Say, bool]]:
    leads = bool(tx.people.snapshot().directory.leads(person))
    return [
        (path, title, name == which)
        for name, (path, title) in TABS.items()
        if name != "department" or leads
    ]


def _row(tx: Transaction, request: Approval, person: Person) -> Row:
    sees = requestcards.sees(tx, request, person)
    words = request.form.get(forms.TEXT, "") if sees else ""
    return Row(
        number=Ref(request.number),
        path=f"{HERE}/{request.number}" if sees else "",
        kind=requestcards.kind_of(request),
        who=person_named(tx, request.requester),
        at=request.at,
        state=request.state,
        stands=requestcards.STATES[request.state],
        words=Quoted(" ".join(words.split()), WORDS) if words else None,
    )


# One of them


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody on a step, and how that stands; `by` decided for them."""

    who: Who
    state: str
    stands: Say
    by: Who | None = None
    at: datetime | None = None


NOT_ASKED = say("not asked yet")


def one(tx: Transaction, person: Person, number: int) -> View | None:
    """As it stands, with everything that happened, for those alone who have to do with it."""
    found = tx.requests.find(number)
    if found is None or not requestcards.sees(tx, found, person):
        return None
    going = Going(tx, found)
    card = requestcards.card(going, person.id, lines=0)
    body: tuple[Say | Value, ...] = (*requestcards.text(found), *requestcards.outlook(going))
    trail = tx.requests.trail(found.id)
    code = tx.requests.code_of(found.id)
    values = {
        "card": replace(card, body=body),
        "buttons": card.buttons,
        "links": {Code(code): f"/certificates/{code}"} if code else {},
        "certificate": f"/certificates/{code}" if code else "",
        "steps": _steps(going),
        "told": [_told(tx, each) for each in trail],
        "versions": versions.of(tx, found, trail),
    }
    title = say("Request {number}", number=Ref(number))
    return View("request.html", title, f"{HERE}/{number}", values)


def _steps(going: Going) -> Sequence[tuple[bool, Sequence[Sitting]]]:
    """The way it takes; of each step whether it is the one that waits."""
    found = []
    for people in requestcards.way(going):
        sat = [_sitting(going, *each) for each in people]
        waits = going.request.state == "open" and any(each.state == "open" for each in sat)
        found.append((waits, sat))
    return found


def _sitting(going: Going, person: str, seat: Seat | None) -> Sitting:
    who = person_named(going.tx, person)
    if seat is None:
        return Sitting(who, "later", NOT_ASKED)
    other = seat.decided_by if seat.decided_by not in (None, seat.person) else None
    by = person_named(going.tx, other) if other else None
    return Sitting(who, seat.state, requestcards.SEATS[seat.state], by, seat.decided_at)


def _told(tx: Transaction, trace: Trace) -> tuple[Say, Value | None]:
    """What was done, and what was said with it, whole."""
    said = Quoted(trace.comment, forms.LONGEST) if trace.comment else None
    return threads.line(tx, replace(trace, comment="")), said
