"""Findings: opened for who must look at them, shown, and settled once. Policy 3.2.

Who must look is the head of its author's department, never the author: else who stands above
them, else HR. The author is told first, kindly, and what to do next.
"""

from dataclasses import dataclass, replace

from bot.card import Card
from bot.command import Call, Refusal
from bot.events import MessageRef
from bot.handlers import deeds, learning, looking, rules, showing
from bot.handlers.deeds import person_named
from bot.policy import forms, releases
from bot.policy.differing import Piece
from bot.policy.duties import Duty
from bot.policy.people import Directory, Person
from bot.policy.releases import Claim, Finding, How, Severity, State
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

SHOWN = 20  # lines of a list
CHANGES = 8  # of what differs
PIECE = 200  # characters of one of them
PLACE = 80
STATES = {
    "": say("Somebody is to look at it"),
    "fine": say("It was fine"),
    "settled": say("It has been put right"),
    "edited": say("Its author has put it right"),
    "deleted": say("The message has been deleted"),
    "false": say("A false alarm"),
    "explained": say("Its author has explained it"),
    "again": say("It still stood in another message"),
}
HOW = {  # as a duty's end says it
    "fine": "fine",
    "settled": "put right",
    "edited": "put right",
    "deleted": "put right",
    "false": "false alarm",
}
CLAIMS = {
    "false": say("Its author calls it a false alarm"),
    "explained": say("Its author says that it is meant"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """What appears to break a rule."""

    rule: str
    clause: str
    person: Person | None
    about: MessageRef | None
    request: str | None = None
    severity: Severity = "serious"
    hash: bytes | None = None  # of what was found
    tail: str = ""  # what may be shown of it


def open_(tx: Transaction, found: Suspected, state: State = "open") -> Finding:
    """It goes by the number of the duty to look at it.

    What stands in a message and is slight, or is not told to its author, nobody has to look at.
    """
    id, directory = tx.new_id(), tx.people.snapshot().directory
    looked_at = state == "open" and (found.severity == "serious" or found.hash is None)
    reviewer = reviewer_of(directory, found.person) if looked_at else None
    duty = _owe(tx, found, id, reviewer) if reviewer else None
    finding = Finding(
        id=id,
        number=duty.number if duty else tx.duties.number(),
        rule=found.rule,
        clause=found.clause,
        severity=found.severity,
        person=found.person.id if found.person else None,
        about=found.about,
        request=found.request,
        at=tx.clock.now(),
        state=state,
        hash=found.hash,
        tail=found.tail,
    )
    tx.findings.add(finding)
    return finding


def _owe(tx: Transaction, found: Suspected, id: str, reviewer: Person) -> Duty:
    book, screened = tx.policies.current(), found.hash is not None
    level = book.screening.level if screened else book.approvals.review_level
    return deeds.open_duty(
        tx,
        deeds.Opening(
            kind="review",
            owed_by=reviewer.id,
            owed_to=None,
            level=book.levels[level],
            clause=found.clause,
            rule=found.rule if screened else f"releases.{found.rule}",
            start=tx.clock.now(),
            subject=looking.SUBJECT + id,
        ),
    )


def reviewer_of(directory: Directory, person: Person | None) -> Person | None:
    """The head of their department, who stands above them, or HR; never they themselves."""
    above = [directory.head_of(person), *directory.above(person)] if person else []
    hr = sorted(directory.with_role("hr"), key=lambda each: each.id)
    fit = (each for each in (*above, *hr) if each and each.active and not each.partner)
    return next((each for each in fit if person is None or each.id != person.id), None)


# Looked at


def settle(call: Call, number: int, how: How, why: str) -> Card:
    """Once; what came of it never changes. Its author is told."""
    finding = _found(call, number)
    if finding.person == call.person.id:
        return _answered(call, finding, how, why)
    if how == "explained":
        raise Refusal(
            say(
                "Only its author can explain it. Say what came of it: {fine} or {settled}",
                fine=Code(f"/duly finding {number} fine WHY"),
                settled=Code(f"/duly finding {number} settled WHY"),
            )
        )
    if not may_review(call.tx, finding, call.person):
        raise _none(number)
    settled = replace(finding, how=how, note=why)
    if not close(call.tx, settled, call.person.id):
        raise _settled(call, number)
    call.tell(finding.person, _outcome(call, settled))
    return Card(
        say("{number} is settled.", number=Ref(number)),
        facts=((say("State"), STATES[how]),),
        tone="good",
        about=where(finding),
    )


def _settled(call: Call, number: int) -> Refusal:
    by = call.tx.findings.find(number)
    return Refusal(
        say(
            "{number} was already settled by {person}.",
            number=Ref(number),
            person=call.who(by.settled_by if by else None),
        )
    )


def _answered(call: Call, finding: Finding, how: How, why: str) -> Card:
    """What its author says: of something slight it is the last word, else its reviewer reads it."""
    number = Ref(finding.number)
    if not finding.screened or how not in CLAIMS:
        raise Refusal(
            say(
                "{number} is about your own message; somebody else has to look at it.",
                number=number,
            )
        )
    claim: Claim = "false" if how == "false" else "explained"
    if finding.state != "open" or not call.tx.findings.claim(
        replace(finding, claim=claim, reply=why)
    ):
        raise _settled(call, finding.number)
    if finding.severity == "slight":
        close(call.tx, replace(finding, how=how), call.person.id)
        return Card(
            say("Noted: {number} is settled.", number=number),
            facts=((say("State"), STATES[how]),),
            tone="good",
            about=where(finding),
        )
    return Card(
        say("Noted on {number}; whoever looks at it reads what you say.", number=number),
        facts=((say("Your word"), CLAIMS[claim]),),
        about=where(finding),
    )


def where(finding: Finding) -> MessageRef | None:
    """The message it is about; None where it is a room or a file."""
    return finding.about if finding.about is not None and finding.about.id else None


def close(tx: Transaction, finding: Finding, by: str) -> bool:
    """False where somebody else came first."""
    now = tx.clock.now()
    if not tx.findings.settle(replace(finding, state="settled", settled_by=by, settled_at=now)):
        return False
    for duty in tx.duties.about(looking.SUBJECT + finding.id):
        deeds.settle(tx, duty, "done", deeds.Ending(HOW[finding.how], now))
    learning.learn(tx, finding)
    return True


def _outcome(call: Call, finding: Finding) -> Card:
    values: dict[str, Value] = {
        "person": call.who(call.person.id),
        "number": Ref(finding.number),
    }
    title = say("{person} has looked at what you posted: it was fine ({number})", **values)
    if finding.how == "false":
        title = say(
            "{person} has looked at what you posted: it was a false alarm ({number})", **values
        )
    elif finding.how != "fine":
        title = say(
            "{person} has looked at what you posted: it has been put right ({number})", **values
        )
    note = (Quoted(finding.note, forms.LONGEST),) if finding.note else ()
    return Card(title, body=note, about=where(finding), tone="good")


def may_review(tx: Transaction, finding: Finding, person: Person) -> bool:
    """Who was asked or stands in, whoever leads its author, and HR; never its author."""
    if finding.person == person.id:
        return False
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    own = {person.id, *directory.stands_in_for(person.id, now)}
    asked = any(each.owed_by in own for each in tx.duties.about(looking.SUBJECT + finding.id))
    return asked or "hr" in person.roles or deeds.leads(tx, person, finding.person)


def _found(call: Call, number: int) -> Finding:
    found = call.tx.findings.find(number)
    if found is None:
        raise _none(number)
    return found


def _none(number: int) -> Refusal:
    return Refusal(
        say(
            "There is no finding {number} for you to look at. Yours: {command}",
            number=Ref(number),
            command=Code("/duly finding"),
        )
    )


# Shown


def listed(call: Call) -> Card:
    """What is still to be looked at, by them or for whom they stand in, the most urgent first."""
    own = (call.person.id, *call.directory.stands_in_for(call.person.id, call.now))
    owed = [each for each in call.tx.duties.owed_by_any(own) if looking.is_finding(each)]
    if not owed:
        return Card(say("There is nothing for you to look at."), tone="good")
    shown = tuple(showing.line(call.tx, each, call.person.id) for each in owed[:SHOWN])
    more = len(owed) - SHOWN
    rest = (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()
    return Card(
        say("For you to look at:"),
        body=(*shown, *rest),
        buttons=looking.exits(owed[0].number) if len(owed) == 1 else (),
        why=say("Look at one: {command}", command=Code("/duly finding NUMBER")),
    )


def show(call: Call, number: int) -> Card:
    """For who may look at it, and for its author, who reads and cannot settle it."""
    finding = _found(call, number)
    if finding.person != call.person.id and not may_review(call.tx, finding, call.person):
        raise _none(number)
    return card(call.tx, finding, call.person)


def reminder(tx: Transaction, duty: Duty, reader: str) -> Card:
    """The finding, for who still has to look at it."""
    finding = looking.of(tx, duty)
    known = tx.people.snapshot().directory.people[reader]
    shown = card(tx, finding, known)
    return replace(shown, facts=(*shown.facts, (say("Due"), duty.due)))


def card(tx: Transaction, finding: Finding, reader: Person) -> Card:
    may = finding.state == "open" and may_review(tx, finding, reader)
    mine = finding.state == "open" and finding.screened and finding.person == reader.id
    exits = looking.exits_of(finding) if may else looking.authors(finding) if mine else ()
    return Card(
        looking.title(tx, finding),
        body=(*_words(tx, finding, reader), *_note(finding)),
        facts=_facts(tx, finding),
        buttons=exits,
        why=_why(finding),
        about=where(finding),
    )


def _why(finding: Finding) -> Say:
    clause = Code(finding.clause)
    if finding.screened:
        return say(
            "Clause {clause}: kept are its kind, its end and a keyed hash, not the thing itself.",
            clause=clause,
        )
    return say("Clause {clause}: what is released is what was approved.", clause=clause)


def _facts(tx: Transaction, finding: Finding) -> tuple[tuple[Say, Say | Value], ...]:
    facts: list[tuple[Say, Say | Value]] = [(say("Number"), Ref(finding.number))]
    if finding.screened:
        facts.append((say("What"), rules.named(finding.rule)))
    if finding.tail:
        facts.append((say("It ends in, or is"), Code(finding.tail)))
    if finding.about is not None:
        facts.append((say("Where"), Quoted(tx.people.place_name(finding.about.place), PLACE)))
    facts += [(say("Noticed at"), finding.at), (say("State"), STATES[finding.how])]
    if finding.claim:
        facts.append((say("Its author's word"), CLAIMS[finding.claim]))
    if finding.settled_by is not None and finding.settled_at is not None:
        facts.append((say("Looked at by"), person_named(tx, finding.settled_by)))
        facts.append((say("Looked at on"), finding.settled_at))
    return tuple(facts)


def _note(finding: Finding) -> tuple[Value, ...]:
    words = (finding.reply, finding.note)
    return tuple(Quoted(each, forms.LONGEST) for each in words if each)


def _words(tx: Transaction, finding: Finding, reader: Person) -> tuple[Say | Value, ...]:
    """What was posted, and what differs, for who may read that place; no secret is repeated."""
    if finding.screened:
        return (say("I do not repeat what stands there."),)
    if finding.about is None or not tx.people.sees(reader.id, finding.about.place):
        return (say("You are not in that place, so I show you only that something was posted."),)
    text = deeds.excerpt(tx, finding.about, reader.id)
    if not text:
        return (say("It has been deleted since."),)
    return (Quoted(text, forms.LONGEST), *differences(tx, finding, text))


def differences(tx: Transaction, finding: Finding, text: str) -> tuple[Say, ...]:
    """Before against after, the first of them."""
    if finding.request is None:
        return ()
    request = tx.requests.get(finding.request)
    pairs = changes(releases.what_differs(request, text))
    if not pairs:
        return ()
    more = len(pairs) - CHANGES
    rest = (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()
    head = say("What differs from {number}:", number=Ref(request.number))
    return (head, *(_change(*each) for each in pairs[:CHANGES]), *rest)


def changes(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    """What was taken away and what stands in its place, one change after another."""
    found: list[tuple[str, str]] = []
    before = ""
    for piece in (*pieces, Piece("kept", "")):
        if piece.change == "removed":
            before = piece.text
        elif piece.change == "added" or before:
            found.append((before, piece.text if piece.change == "added" else ""))
            before = ""
    return [(old, new) for old, new in found if old.strip() or new.strip()]


def _change(before: str, after: str) -> Say:
    if not before.strip():
        return say("Added: “{words}”", words=Quoted(after, PIECE))
    if not after.strip():
        return say("Left out: “{words}”", words=Quoted(before, PIECE))
    return say(
        "Approved: “{before}” Posted: “{after}”",
        before=Quoted(before, PIECE),
        after=Quoted(after, PIECE),
    )
