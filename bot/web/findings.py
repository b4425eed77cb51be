"""The queue of findings as pages: a list with filters, and one with all that was done. 5.1.1."""

from bot.card import Button
from bot.handlers import casework, findingcards, findings, happened, queue
from bot.handlers.queue import Which
from bot.policy.cases import Case
from bot.policy.people import Person
from bot.store import Transaction
from bot.web.listing import Entry, Section
from bot.web.showing import View
from bot.words import Ref, Say, say, say_many

HERE = "/findings"
SHOWN = 100  # lines of a list
TABS: dict[Which, tuple[str, Say]] = {
    "mine": (HERE, say("For you")),
    "open": (f"{HERE}/open", say("Still open")),
    "department": (f"{HERE}/department", say("Your people")),
    "closed": (f"{HERE}/closed", say("Closed")),
}


def listed(tx: Transaction, person: Person, which: Which) -> View | None:
    """None for who has nothing to do with it."""
    found = queue.items(tx, person, which)
    if not found and not queue.offered(tx, person):
        return None
    entries = [Entry(each.line, f"{HERE}/{each.finding.number}") for each in found[:SHOWN]]
    more = len(found) - SHOWN
    rest = say_many("… and {count} more", "… and {count} more", more) if more > 0 else None
    path, _ = TABS[which]
    section = Section(None, entries, say("There is nothing for you to look at."), rest)
    values = {"tabs": _tabs(tx, person, which), "sections": (section, *_cases(tx, person, which))}
    return View("findings.html", say("Findings"), path, values)


def _tabs(tx: Transaction, person: Person, which: Which) -> list[tuple[str, Say, bool]]:
    leads = bool(tx.people.snapshot().directory.leads(person))
    return [
        (path, title, name == which)
        for name, (path, title) in TABS.items()
        if name != "department" or leads
    ]


def _cases(tx: Transaction, person: Person, which: Which) -> tuple[Section, ...]:
    """What waits for IT, beside what is open."""
    if "it" not in person.roles or which != "open":
        return ()
    found = [each for each in tx.cases.open_ones(SHOWN) if each.reporter != person.id]
    entries = [_case(tx, each) for each in found]
    return (Section(say("Cases of IT"), entries, say("No case is open.")),)


def cases(tx: Transaction, person: Person) -> View:
    """What they brought to IT; for who is in IT, what waits for it as well."""
    own = [_case(tx, each) for each in tx.cases.of(person.id, SHOWN)]
    mine = Section(say("Brought by you"), own, say("You have brought nothing to IT."))
    sections = (*_cases(tx, person, "open"), mine)
    ask = Button(say("My account has trouble"), "🆘", "help-account")
    values = {"sections": sections, "buttons": (ask,)}
    return View("list.html", say("Help from IT"), "/cases", values)


def _case(tx: Transaction, case: Case) -> Entry:
    return Entry(casework.title(tx, case), f"/cases/{case.number}")


def one(tx: Transaction, person: Person, number: int) -> View | None:
    """As it stands, with everything that was done; None for who may not read it."""
    finding = tx.findings.find(number)
    if finding is None:
        return None
    case = findings.docket(tx, finding)
    mine, reads = finding.person == person.id, case.may_read(person, tx.clock.now())
    if not mine and not reads:
        return None
    inside = not mine and finding.reporter != person.id
    trail = tx.findings.trail.all(finding.id) if inside else []
    card = findingcards.card(tx, finding, person, lines=0)
    files = queue.attached(tx, case, person)
    in_hand = inside and finding.state == "open" and card.buttons
    more = _more(number) if in_hand else ()
    values = {
        "card": card,
        "told": [line for each in trail for line in happened.line(tx, each)],
        "more": (*more, *_files(number, len(files))),
    }
    title = say("Finding {number}", number=Ref(number))
    return View("finding.html", title, f"{HERE}/{number}", values)


def _more(number: int) -> tuple[Button, ...]:
    """What is rarer, below what ends it."""
    return (
        Button(say("Ask the person concerned"), "💬", f"finding {number} ask"),
        Button(say("Add a note or file"), "📎", f"finding {number} note"),
    )


def _files(number: int, count: int) -> tuple[Button, ...]:
    if not count:
        return ()
    label = say_many("Send me its file", "Send me its {count} files", count)
    return (Button(label, "📥", f"finding {number} files"),)


def case(tx: Transaction, person: Person, number: int) -> View | None:
    found = tx.cases.find(number)
    if found is None or not casework.may_see(tx, found, person):
        return None
    title = say("Case {number}", number=Ref(number))
    cards = {"cards": [casework.card(tx, found, person)]}
    return View("cards.html", title, f"/cases/{number}", cards)
