"""One queue of findings: theirs, what is open, of whom they lead, what was closed. 5.1.1."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.card import Card
from bot.command import Call, Refusal
from bot.effects import Upload
from bot.handlers import findingcards, findings, looking, rules, showing, verdicts
from bot.handlers.deeds import person_named
from bot.policy.duties import Duty
from bot.policy.findings import SEVERITIES, Docket, Finding
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Ref, Say, Value, say, say_many

Which = Literal["mine", "open", "department", "closed"]
SHOWN = 20  # lines of a list
READ = 200  # findings gone through for one
WIDE = frozenset({"hr", "it", "auditor"})  # who has more to see than what is theirs


@dataclass(frozen=True, slots=True)
class Item:
    finding: Finding
    line: Say


def offered(tx: Transaction, person: Person) -> bool:
    """There is something in it for them, or may be."""
    return bool(WIDE & person.roles) or bool(tx.people.snapshot().directory.leads(person))


def mine(tx: Transaction, person: Person) -> list[Duty]:
    """What they are to look at, or for whom they stand in; nothing of what is kept from them."""
    now = tx.clock.now()
    own = (person.id, *tx.people.snapshot().directory.stands_in_for(person.id, now))
    owed = [each for each in tx.duties.owed_by_any(own) if looking.is_finding(each)]
    return looking.shown(tx, owed, person.id)


def items(tx: Transaction, person: Person, which: Which) -> list[Item]:
    """What they may read of it, the gravest and oldest first; what is closed, the newest first."""
    if which == "mine":
        owed = [looking.of(tx, duty) for duty in mine(tx, person)]
        known = {each.id: each for each in (*owed, *_claimed(tx, person))}
        return [Item(each, line(tx, each)) for each in known.values()]
    wanted = tx.findings.closed_ones(READ) if which == "closed" else tx.findings.open_ones(READ)
    if which == "department":
        led = {each.id for each in tx.people.snapshot().directory.leads(person)}
        wanted = [each for each in wanted if each.person in led]
    found = _readable(tx, person, wanted)
    if which != "closed":
        found = sorted(found, key=lambda each: (-SEVERITIES.index(each.severity), each.at, each.id))
    return [Item(each, line(tx, each)) for each in found]


def _claimed(tx: Transaction, person: Person) -> list[Finding]:
    now = tx.clock.now()
    return [each for each in tx.findings.open_ones(READ) if each.claimant(now) == person.id]


def _readable(tx: Transaction, person: Person, wanted: Iterable[Finding]) -> list[Finding]:
    now = tx.clock.now()
    return [each for each in wanted if findings.docket(tx, each).may_read(person, now)]


def line(tx: Transaction, finding: Finding) -> Say:
    values: dict[str, Value] = {
        "number": Ref(finding.number),
        "weight": findingcards.SEVERITIES[finding.severity],
        "what": rules.named(finding.rule),
        "at": finding.at,
        "state": _state(tx, finding),
    }
    if finding.person is None:
        return say("{number} {weight}: {what}, noticed at {at}. {state}", **values)
    person = person_named(tx, finding.person)
    return say(
        "{number} {weight}: {what}, of {person}, noticed at {at}. {state}", person=person, **values
    )


def _state(tx: Transaction, finding: Finding) -> Say:
    claimant = finding.claimant(tx.clock.now())
    if finding.state == "open" and claimant:
        return say("In the hands of {person}", person=person_named(tx, claimant))
    if finding.state == "open":
        reviewer = findings.reviewer(tx, finding)
        if reviewer is not None:
            return say("Waits for {person}", person=person_named(tx, reviewer.id))
    return findingcards.STATES[finding.how]


def listed(call: Call) -> Card:
    """What is still to be looked at, by them or for whom they stand in, the most urgent first."""
    owed = mine(call.tx, call.person)
    if not owed:
        return Card(say("There is nothing for you to look at."), tone="good")
    shown = tuple(showing.line(call.tx, each, call.person.id) for each in owed[:SHOWN])
    alone = looking.of(call.tx, owed[0]) if len(owed) == 1 else None
    case = findings.docket(call.tx, alone) if alone else None
    return Card(
        say("For you to look at:"),
        body=(*shown, *_more(len(owed))),
        buttons=findingcards.buttons(call.tx, case, call.person) if case else (),
        why=say("Look at one: {command}", command=Code("/duly finding NUMBER")),
    )


def filtered(call: Call, which: Which) -> Card:
    """By filter; nobody sees what they may not read, nor that it is there."""
    found = items(call.tx, call.person, which)
    if not found:
        return Card(say("There is nothing for you to look at."), tone="good")
    return Card(
        TITLES[which],
        body=(*(each.line for each in found[:SHOWN]), *_more(len(found))),
        why=say("Look at one: {command}", command=Code("/duly finding NUMBER")),
    )


def _more(count: int) -> tuple[Say, ...]:
    more = count - SHOWN
    return (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()


def show(call: Call, number: int) -> Card:
    """For who may look at it, and for its author, who reads and cannot settle it."""
    finding, _ = verdicts.readable(call, number)
    return findingcards.card(call.tx, finding, call.person)


def files(call: Call, number: int) -> Card:
    """What was added to it, to who may look at it."""
    finding, case = verdicts.readable(call, number)
    sent = attached(call.tx, case, call.person)
    if not sent:
        raise Refusal(say("There are no files with {number}.", number=Ref(finding.number)))
    for place, (file, name) in enumerate(sent):
        title = say("File {place} of {number}", place=place + 1, number=Ref(finding.number))
        call.also(Upload(call.account, file, name, Card(title)))
    return Card(
        say_many(
            "{count} file of {number} is on its way to you.",
            "{count} files of {number} are on their way to you.",
            len(sent),
            number=Ref(finding.number),
        )
    )


def attached(tx: Transaction, case: Docket, person: Person) -> list[tuple[str, str]]:
    """Their ids and names, for reviewers and auditors alone."""
    finding = case.finding
    if person.id in (finding.person, finding.reporter):
        return []
    trail = tx.findings.trail.all(finding.id)
    return [(one.more["file"], one.more["name"]) for one in trail if "file" in one.more]


TITLES: dict[Which, Say] = {
    "mine": say("For you to look at:"),
    "open": say("Findings that are open:"),
    "department": say("Findings of your people:"),
    "closed": say("Findings that were closed:"),
}
