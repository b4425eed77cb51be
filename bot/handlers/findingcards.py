"""A finding as a card: for who looks at it, whom it concerns, and who reported it. Policy 5.1.1.

No secret is repeated; what reviewers note is for reviewers.
"""

from dataclasses import replace

from bot.card import Button, Card
from bot.events import MessageRef, Place, account_of
from bot.handlers import correcting, deeds, findings, happened, looking, rules
from bot.handlers.deeds import person_named
from bot.handlers.findings import where
from bot.policy import forms, releases
from bot.policy.differing import Piece
from bot.policy.duties import Duty
from bot.policy.findings import Docket, Finding, Severity, Trace
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

CHANGES = 8  # of what differs
PIECE = 200  # characters of one of them
PLACE = 80
LINES = 6  # of its trail, on a card
STATES = {
    "": say("Somebody is to look at it"),
    "fine": say("It was fine"),
    "settled": say("It has been put right"),
    "edited": say("Its author has put it right"),
    "deleted": say("The message has been deleted"),
    "false": say("A false alarm"),
    "explained": say("Its author has explained it"),
    "again": say("It still stood in another message"),
    "upheld": say("Upheld"),
}
SEVERITIES: dict[Severity, Say] = {
    "slight": say("Slight"),
    "moderate": say("Moderate"),
    "serious": say("Serious"),
    "critical": say("Critical"),
}
CLAIMS = {
    "false": say("Its author calls it a false alarm"),
    "explained": say("Its author says that it is meant"),
}


def reminder(tx: Transaction, duty: Duty, reader: str) -> Card:
    """The finding, for who still has to look at it."""
    finding = looking.of(tx, duty)
    known = tx.people.snapshot().directory.people[reader]
    shown = card(tx, finding, known)
    return replace(shown, facts=(*shown.facts, (say("Due"), duty.due)))


def card(tx: Transaction, finding: Finding, reader: Person, lines: int = LINES) -> Card:
    """`reader` may see it; the last `lines` of what was done about it."""
    case = findings.docket(tx, finding)
    mine, reported = finding.person == reader.id, finding.reporter == reader.id
    inside = not mine and not reported
    trail = tx.findings.trail.all(finding.id) if inside else []
    return Card(
        looking.title(tx, finding),
        body=(
            *(_words(tx, finding, reader) if not reported else ()),
            *(_evidence(tx, trail, reader, finding)),
            *(_said(finding) if not reported else ()),
            *happened.last(tx, trail, lines),
            *(correcting.recommended(tx, finding) if inside else ()),
        ),
        facts=_facts(tx, finding),
        buttons=buttons(tx, case, reader),
        why=_why(finding),
        about=where(finding),
    )


def buttons(tx: Transaction, case: Docket, reader: Person) -> tuple[Button, ...]:
    """What `reader` can do about it now."""
    finding, now = case.finding, tx.clock.now()
    if finding.person == reader.id:
        return _own(tx, finding, reader)
    if finding.state == "open":
        if not case.may_look(reader, now) or finding.claimant(now) not in (None, reader.id):
            return ()
        return looking.exits_of(finding, claimed=finding.claimant(now) == reader.id)
    found: tuple[Button, ...] = ()
    if correcting.open_for(tx, case, reader):
        found += correcting.buttons(tx, finding)
    if finding.state == "settled" and case.may_reopen(reader):
        found += _again(tx, finding)
    return found


def _own(tx: Transaction, finding: Finding, reader: Person) -> tuple[Button, ...]:
    if finding.state == "open":
        return looking.authors(finding)
    if happened.why_no_contest(tx, finding, reader) is None:
        return happened.contesting(finding)
    return ()


def _again(tx: Transaction, finding: Finding) -> tuple[Button, ...]:
    reopen = Button(say("Open it again"), "↩️", f"finding {finding.number} reopen")
    if happened.contested(tx, finding) is None:
        return (reopen,)
    return (reopen, Button(say("It stays as it is"), "📌", f"finding {finding.number} stays"))


def _why(finding: Finding) -> Say:
    clause = Code(finding.clause)
    if finding.screened:
        return say(
            "Clause {clause}: kept are its kind, its end and a keyed hash, not the thing itself.",
            clause=clause,
        )
    if finding.rule in ("differs", "unapproved"):
        return say("Clause {clause}: what is released is what was approved.", clause=clause)
    return say("Clause {clause}.", clause=clause)


def _facts(tx: Transaction, finding: Finding) -> tuple[tuple[Say, Say | Value], ...]:
    facts: list[tuple[Say, Say | Value]] = [(say("Number"), Ref(finding.number))]
    if finding.rule not in ("differs", "unapproved"):
        facts.append((say("What"), rules.named(finding.rule)))
    facts.append((say("Weight"), SEVERITIES[finding.severity]))
    if finding.tail:
        facts.append((say("It ends in, or is"), Code(finding.tail)))
    if finding.about is not None:
        facts.append((say("Where"), Quoted(tx.people.place_name(finding.about.place), PLACE)))
    facts += [(say("Noticed at"), finding.at), (say("State"), STATES[finding.how])]
    if finding.round > 1:
        facts.append((say("Round"), finding.round))
    if finding.claim:
        facts.append((say("Its author's word"), CLAIMS[finding.claim]))
    claimant = finding.claimant(tx.clock.now()) if finding.state == "open" else None
    if claimant and finding.claimed_until:
        who, until = person_named(tx, claimant), finding.claimed_until
        held = say("{person}, until {until}", person=who, until=until)
        facts.append((say("In the hands of"), held))
    if finding.settled_by is not None and finding.settled_at is not None:
        facts.append((say("Looked at by"), person_named(tx, finding.settled_by)))
        facts.append((say("Looked at on"), finding.settled_at))
    return tuple(facts)


def _said(finding: Finding) -> tuple[Value, ...]:
    words = (finding.reply, finding.note)
    return tuple(Quoted(each, forms.LONGEST) for each in words if each)


def _words(tx: Transaction, finding: Finding, reader: Person) -> tuple[Say | Value, ...]:
    """What was posted, and what differs, for who may read that place; no secret is repeated."""
    if finding.screened:
        return (say("I do not repeat what stands there."),)
    if finding.about is None:
        return ()
    if not tx.people.sees(reader.id, finding.about.place):
        return (say("You are not in that place, so I show you only that something was posted."),)
    text = deeds.excerpt(tx, finding.about, reader.id)
    if not text:
        return (say("It has been deleted since."),)
    return (Quoted(text, forms.LONGEST), *differences(tx, finding, text))


def _evidence(
    tx: Transaction, trail: list[Trace], reader: Person, finding: Finding
) -> tuple[Say | Value, ...]:
    """What it rests on, each for who may read it."""
    found: list[Say | Value] = []
    for more in (each.more for each in trail if each.deed == "noted"):
        if "fact" in more:
            found.append(say("It rests on: {what}", what=Code(more["fact"])))
        if "account" in more:
            found.append(say("It rests on the account {account}", account=Code(more["account"])))
        if "message" in more:
            found.append(_message(tx, more["place"], more["message"], reader, finding))
    return tuple(found)


def _message(tx: Transaction, conversation: str, id: str, reader: Person, finding: Finding) -> Say:
    at = account_of(conversation)
    place = Place(at.platform, at.realm, at.id)
    name = Quoted(tx.people.place_name(place), PLACE)
    words = "" if finding.screened else deeds.excerpt(tx, MessageRef(place, id), reader.id)
    if not words:
        return say("It rests on a message in {place}", place=name)
    return say("It rests on a message in {place}: “{words}”", place=name, words=Quoted(words))


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
