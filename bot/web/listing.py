"""What `/duly mine`, `waiting` and `team` say, as pages: each line with what can be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.card import Button
from bot.handlers import (
    agreed,
    casework,
    lists,
    looking,
    notice_cards,
    overseeing,
    requestcards,
    sealedwork,
    showing,
)
from bot.handlers.deeds import person_named
from bot.policy.approvals import Request
from bot.policy.duties import Duty
from bot.policy.people import Person
from bot.store import Transaction
from bot.web.showing import View
from bot.words import Ref, Say, say, say_many

SHOWN = 100  # lines of a list
MINUTED = ("minutes", "confirm")  # kinds of duties that are about the minutes of a meeting


@dataclass(frozen=True, slots=True)
class Entry:
    line: Say
    path: str  # of the page about it
    buttons: tuple[Button, ...] = ()
    why: Say | None = None
    more: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: Say | None
    entries: Sequence[Entry]
    empty: Say
    more: Say | None = None  # what is left out


def mine(tx: Transaction, person: Person) -> View:
    """What they owe, and what those owe for whom they stand in."""
    owed = lists.owed_by(tx, person)
    entries = [_owed(tx, duty, person) for duty in owed[:SHOWN]]
    section = _section(None, entries, say("You owe nothing. Enjoy it."), len(owed))
    return View("list.html", say("What I owe"), "/mine", {"sections": (section,)})


def _owed(tx: Transaction, duty: Duty, person: Person) -> Entry:
    other = duty.owed_by if duty.owed_by != person.id else None
    return Entry(
        showing.line(tx, duty, person.id),
        path_of(tx, duty, person),
        showing.buttons(tx, duty, person.id),
        showing.reason(tx, duty),
        (say("You stand in for {person}, who is away.", person=person_named(tx, other)),)
        if other
        else (),
    )


def waiting(tx: Transaction, person: Person) -> View:
    """What others owe them, their own requests, and what waits for their decision."""
    owed = [duty for duty in tx.duties.owed_to(person.id) if duty.kind in lists.AWAITED]
    to_decide = lists.decisions(tx, person, SHOWN)
    requests = tx.requests.of(person.id)
    sections = (
        _section(
            say("For you to decide"),
            [_owed(tx, duty, person) for duty in to_decide[:SHOWN]],
            say("Nothing waits for your decision."),
            len(to_decide),
        ),
        _section(
            say("Others owe you"),
            [_awaited(tx, duty, person) for duty in owed[:SHOWN]],
            say("You wait for nobody."),
            len(owed),
        ),
        _section(
            say("Your requests"),
            [_request(each) for each in requests],
            say("You have asked for no approval."),
            len(requests),
        ),
    )
    return View("list.html", say("Waiting"), "/waiting", {"sections": sections})


def _awaited(tx: Transaction, duty: Duty, person: Person) -> Entry:
    line = showing.waiting_line(tx, duty, person.id)
    return Entry(line, path_of(tx, duty, person), askers(tx, duty), showing.reason(tx, duty))


def askers(tx: Transaction, duty: Duty) -> tuple[Button, ...]:
    """What who waits for it can do: give it up or, where its owner wants to drop it, object."""
    if duty.held_why == "drop":
        return (Button(say("I do need one"), "↩️", f"reopen {duty.number}"),)
    offered = showing.buttons(tx, duty, duty.owed_to or "")
    return tuple(each for each in offered if each.action.startswith("drop "))


def _request(request: Request) -> Entry:
    line = say(
        "{number} {kind}, asked for at {at}: {state}",
        number=Ref(request.number),
        kind=requestcards.kind_of(request),
        at=request.at,
        state=requestcards.STATES[request.state],
    )
    return Entry(line, f"/requests/{request.number}", recalling(request))


def recalling(request: Request) -> tuple[Button, ...]:
    """Its requester can take it back until it is decided."""
    if request.state != "open":
        return ()
    return (Button(say("Recall"), "↩️", f"recall {request.number}"),)


def team(tx: Transaction, person: Person) -> View | None:
    """Only what is late, of those they lead; None for who leads nobody."""
    people = tx.people.snapshot().directory.leads(person)
    if not people:
        return None
    late = lists.overdue(tx, person, people)
    entries = [_late(tx, duty, person) for duty in late[:SHOWN]]
    section = _section(None, entries, say("Nothing is late in your team."), len(late))
    return View("list.html", say("My team"), "/team", {"sections": (section,)})


def _late(tx: Transaction, duty: Duty, person: Person) -> Entry:
    buttons = showing.buttons(tx, duty, person.id)
    path = "" if duty.kind == "decide" else path_of(tx, duty, person)
    return Entry(showing.team_line(tx, duty), path, buttons, showing.reason(tx, duty))


def path_of(tx: Transaction, duty: Duty, person: Person) -> str:
    """Who is to decide reads the request itself; who is to confirm, the notice or the minutes."""
    if duty.kind == "decide":
        return f"/requests/{tx.requests.get(duty.subject.partition('/')[2]).number}"
    if (own := _own_path(tx, duty)) is not None:
        return own
    if duty.noticed:
        return f"/notices/{notice_cards.of(tx, duty).number}"
    meeting = tx.meetings.get(agreed.meeting_of(duty)) if duty.kind in MINUTED else None
    if meeting is not None and person.id in (meeting.organiser, *meeting.invited):
        return f"/meetings/{meeting.number}"
    return f"/duties/{duty.number}"


def _own_path(tx: Transaction, duty: Duty) -> str | None:
    """What somebody looks at for others; empty where it has no page of its own."""
    if duty.custody:
        return ""
    if duty.secret:
        return f"/sealed/{sealedwork.number(tx, duty).number}"
    if overseeing.is_ours(duty):
        return overseeing.path_of(tx, duty)
    if looking.is_finding(duty):
        return f"/findings/{looking.of(tx, duty).number}"
    return f"/cases/{casework.of(tx, duty).number}" if casework.is_case(duty) else None


def _section(title: Say | None, entries: Iterable[Entry], empty: Say, count: int) -> Section:
    shown = tuple(entries)
    more = count - len(shown)
    return Section(
        title,
        shown,
        empty,
        say_many("… and {count} more", "… and {count} more", more) if more > 0 else None,
    )
