"""What somebody set for themselves, and where they are signed in. Policy 1.3-moderate."""

import re
from datetime import datetime

from bot.card import Button
from bot.handlers import digests
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.sessions import Session
from bot.web.sentences import OWN_NAMES
from bot.web.showing import View
from bot.web.visitors import Visitor
from bot.words import Code, Quoted, Say, Value, Who, say
from bot.words.language import language

BROWSERS = (  # the first that is in the name is meant: most browsers name others as well
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
ODD = re.compile(r"[^\w ./()-]+")


def _for_hr(visitor: Visitor) -> tuple[Button, ...]:
    if "hr" not in visitor.person.roles:
        return ()
    return (Button(say("A code for somebody's account"), "🔑", "link for"),)


def settings(tx: Transaction, visitor: Visitor) -> View:
    sessions = [(_session(each), each.id == visitor.session.id) for each in _open(tx, visitor)]
    values = {
        "facts": _facts(tx, visitor),
        "buttons": (
            Button(say("Another hour for the digest"), "🕐", "settings digest"),
            _nudges(tx, visitor.person),
            Button(say("Add another account of mine"), "🔗", "link"),
            Button(say("All that Duly holds about you"), "🗂️", "mydata"),
            *_for_hr(visitor),
        ),
        "from_directory": say(
            "Time zone and language come from the directory; HR can change them."
        ),
        "sessions": sessions,
        "signed_in": say("Where you are signed in"),
        "this_one": say("(this browser)"),
        "everywhere": say("Sign out everywhere"),
    }
    return View("settings.html", say("Settings"), "/settings", values)


def _open(tx: Transaction, visitor: Visitor) -> list[Session]:
    return tx.sessions.open_of(visitor.person.id)


def _facts(tx: Transaction, visitor: Visitor) -> tuple[tuple[Say, Say | Value], ...]:
    name = str(language(visitor.reader.language).locale)
    return (
        (say("Time zone"), Code(visitor.reader.zone)),
        (say("Language"), Code(OWN_NAMES[name])),
        (say("Daily digest"), _digest(tx, visitor.person)),
        (say("Pause"), _pause(tx, visitor.person)),
        (say("Away"), _absence(tx, visitor.person)),
    )


def _nudges(tx: Transaction, person: Person) -> Button:
    if _paused(tx, person) is None:
        return Button(say("Pause your nudges"), "⏸️", "pause")
    return Button(say("End the pause"), "▶️", "pause off")


def _digest(tx: Transaction, person: Person) -> Say | Code:
    if not tx.policies.current().nudges.digest:
        return say("Switched off for the whole company")
    return Code(f"{digests.hour_of(tx, person.id):%H:%M}")


def _pause(tx: Transaction, person: Person) -> Say:
    until = _paused(tx, person)
    return say("until {until}", until=until) if until else say("None")


def _paused(tx: Transaction, person: Person) -> datetime | None:
    until = tx.preferences.paused_until(person.id)
    return until if until is not None and until > tx.clock.now() else None


def _absence(tx: Transaction, person: Person) -> Say:
    """Now, else the next, and who stands in."""
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    ahead = [each for each in directory.absences.get(person.id, ()) if each.end > now]
    if not ahead:
        return say("Not noted; type {command}", command=Code("/duly away DATES @COLLEAGUE"))
    one = min(ahead, key=lambda each: each.start)
    told = say("{start} to {end}", start=one.start, end=one.end)
    instead = directory.people.get(one.delegate or "")
    if instead is None:
        return told
    return say("{when}; {person} stands in", when=told, person=Who(instead.id, instead.name))


def _session(session: Session) -> Say:
    return say(
        "{browser}, signed in {since}, last used {seen}",
        browser=Quoted(browser(session.browser)),
        since=session.made_at,
        seen=session.seen_at,
    )


def browser(named: str) -> str:
    """What people call it: "Firefox, Windows"."""
    parts = [
        next((name for mark, name in marks if mark in named), "") for marks in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, parts)) or ODD.sub("", named)[:40] or "?"
