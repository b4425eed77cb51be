"""What stands in messages that should not: its author is told first, in private. Policy 4.2.1.

Also 2.1.1-rumour, 2.1.1-formal, 4.2.2 and 4.2.3. Of what is found only its kind, what may be shown
of it and a keyed hash are kept; an edit or a deletion that takes it away settles it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.card import Button, Card
from bot.effects import Send, Whisper
from bot.events import (
    Account,
    FilePublished,
    FileShared,
    MembershipChanged,
    MessageRef,
    Place,
    PlaceChanged,
    account_key,
    conversation,
)
from bot.handlers import deeds, findings, learning, looking, rules
from bot.handlers.deeds import person_named
from bot.handlers.findings import Suspected
from bot.handlers.judging import Message
from bot.policy.findings import SCREENED, Finding, How, Severity
from bot.policy.people import Person
from bot.policy.screening import barring, formality, links, screen, weigh, words
from bot.policy.screening.folding import fold
from bot.policy.screening.formality import Hint
from bot.policy.screening.rules import Hit, Kind, Room
from bot.store import Transaction
from bot.words import Code, Ref, Say, Value, say, say_many

SAME = timedelta(days=30)  # in which the same thing in the same room is told once
ROOM = "channel"
KEPT = ("marked-file", "outsider")  # an edit of a message's words does not mend them
ADVICE: dict[Kind, Say] = {
    "personal": say(
        "Please delete it, or take it out by an edit, and give it only to who needs it, in private."
    ),
    "credential": say(
        "Please delete it, and change it where it opens something: whoever has read it can use it."
    ),
    "confidential": say("Please delete it here, and share it where only those read it who may."),
    "link": say(
        "Please check where it leads before anybody opens it; if you do not know, delete it and "
        "tell IT."
    ),
    "term": say("If it is confirmed, please say by whom; if not, please take it back."),
}
HINTS = {
    Hint.EMPTY: say("Say in the same message what it is about, and what you need by when."),
    Hint.CAPITALS: say("Words in capitals alone read like shouting; mark what is urgent instead."),
    Hint.SLANG: say("Plain words are understood by everybody; slang is not."),
}


def look(message: Message) -> None:
    """At a message, new or edited."""
    tx, book = message.tx, message.tx.policies.current()
    rules_now = barring(book.screening, tx.people.snapshot().blocked)
    hits = screen(message.said.text, room(tx, message.place), rules_now)
    _remember_links(message)
    hashes = {(SCREENED + each.rule, _hash(tx, each)): each for each in hits}
    known = [each for each in tx.findings.of_message(message.ref) if each.screened]
    for old in known:
        kept = old.rule.removeprefix(SCREENED) in KEPT
        if not kept and (old.rule, old.hash) not in hashes:
            _gone(tx, old, "edited", message.said.author)
    there = {(each.rule, each.hash) for each in known if each.state != "settled"}
    told = [
        (finding, hit)
        for key, hit in hashes.items()
        if key not in there and (finding := _note(message, hit)) is not None
    ]
    if told:
        message.whisper(_told(tx, told, message.ref), "screening")
    if book.screening.formality:
        _hint(message)


def _remember_links(message: Message) -> None:
    """Where a link stood, under a key: who was shown it is warned if it turns out to be false."""
    if links.TRIGGER.search(message.said.text) is None:
        return
    found = {
        tail for host in links.hosts(fold(message.said.text).low) for tail in links.tails(host)
    }
    if found:
        message.tx.seen_links.add(message.ref, found)


def deleted(tx: Transaction, ref: MessageRef, by: str) -> None:
    """With the message goes what stood in it."""
    for finding in tx.findings.of_message(ref):
        if finding.screened:
            _gone(tx, finding, "deleted", by)


def room(tx: Transaction, place: Place) -> Room:
    """A place nobody told us of is taken for an open one."""
    row = tx.people.snapshot().places.get((place.platform, place.realm, place.id))
    if row is None:
        return Room("", open=True)
    return Room(row.name, open=row.kind == ROOM or row.outside, outside=row.outside)


def _hash(tx: Transaction, hit: Hit) -> bytes:
    return tx.findings.hashed(f"{hit.rule}\0{hit.secret}")


def _note(message: Message, hit: Hit) -> Finding | None:
    """Kept; returned where its author is to hear of it."""
    tx = message.tx
    person = tx.people.snapshot().directory.people.get(message.said.author)
    found = _suspected(tx, hit, person, message.ref)
    if hit.severity == "collect" or learning.collects(tx, found.rule):
        findings.open_(tx, found, "collected")
        return None
    since = tx.clock.now() - SAME
    before = tx.findings.alike(message.place, found.rule, _hash(tx, hit))
    recent = [each for each in before if each.at >= since]
    if any(each.how in ("fine", "false", "explained") for each in recent):
        return None
    if any(each.state == "open" for each in recent):
        findings.open_(tx, found, "repeat")
        return None
    return findings.open_(tx, found)


def _suspected(
    tx: Transaction, hit: Hit, person: Person | None, about: MessageRef | None
) -> Suspected:
    severity: Severity = "serious" if hit.severity == "serious" else "slight"
    return Suspected(
        rule=SCREENED + hit.rule,
        clause=hit.clause,
        person=person,
        about=about,
        severity=severity,
        hash=_hash(tx, hit),
        tail=hit.tail,
        heard=True,
    )


def _gone(tx: Transaction, finding: Finding, how: How, by: str) -> None:
    if finding.state == "settled" or not findings.mended(tx, finding, how, by):
        return
    if finding.state == "open" and finding.about is not None and finding.hash is not None:
        _still(tx, finding, finding.about.place, finding.hash)


def _still(tx: Transaction, finding: Finding, place: Place, hash: bytes) -> None:
    """The same stands in another message of that room: its author hears of that one now."""
    alike = tx.findings.alike(place, finding.rule, hash)
    other = next((each for each in alike if each.state == "repeat"), None)
    if other is None:
        return
    findings.close(tx, replace(other, how="again"), other.person or "")
    person = tx.people.snapshot().directory.people.get(other.person or "")
    opened = findings.open_(
        tx,
        Suspected(
            rule=other.rule,
            clause=other.clause,
            person=person,
            about=other.about,
            severity=other.severity,
            hash=other.hash,
            tail=other.tail,
            heard=True,
        ),
    )
    hit = Hit(other.rule.removeprefix(SCREENED), 0, 0, "", other.tail)
    deeds.tell(tx, other.person, _told(tx, [(opened, hit)], other.about), f"still/{opened.id}")


# What is said


def _told(tx: Transaction, told: list[tuple[Finding, Hit]], about: MessageRef | None) -> Card:
    """To its author alone: what it looks like, what to do, and how to say that it is not so."""
    kinds: dict[Kind, None] = dict.fromkeys(hit.kind for _, hit in told)
    first = told[0][0]
    serious = next((each for each, _ in told if each.severity == "serious"), None)
    return Card(
        say_many(
            "Please look again at what you have just posted: I found something in it",
            "Please look again at what you have just posted: I found {count} things in it",
            len(told),
        ),
        body=(
            *(_line(*each) for each in told),
            *(ADVICE[kind] for kind in kinds),
            say("Nobody else has been told. If it is gone, it is settled."),
            *(_reviewer(tx, serious) if serious else ()),
            say(
                "Is it meant, or no such thing? {explain} or {alarm}",
                explain=Code(f"/duly finding {first.number} explain WHY"),
                alarm=Code(f"/duly finding {first.number} false"),
            ),
        ),
        buttons=looking.authors(first) if len(told) == 1 else _each(told),
        why=say(
            "Clause {clause}: kept are its kind, its end and a keyed hash, not the thing itself.",
            clause=Code(first.clause),
        ),
        about=about,
        tone="bad" if serious else "plain",
    )


def _line(finding: Finding, hit: Hit) -> Say:
    values: dict[str, Value | Say] = {
        "number": Ref(finding.number),
        "what": rules.named(finding.rule),
    }
    if not hit.tail:
        return say("{number} {what}", **values)
    return say("{number} {what}: {tail}", tail=Code(hit.tail), **values)


def _each(told: Iterable[tuple[Finding, Hit]]) -> tuple[Button, ...]:
    return tuple(
        Button(
            say("{number} is a false alarm", number=Ref(each.number)),
            "🙅",
            f"finding {each.number} false",
        )
        for each, _ in list(told)[:3]
    )


def _reviewer(tx: Transaction, finding: Finding) -> tuple[Say, ...]:
    reviewer = findings.reviewer(tx, finding)
    if reviewer is None:
        return ()
    return (
        say(
            "While it stands, {person} will have a look, later: {number}.",
            person=person_named(tx, reviewer.id),
            number=Ref(finding.number),
        ),
    )


# How important messages are worded


def _hint(message: Message) -> None:
    """At most one a day, to its author alone; it is counted nowhere. Policy 2.1.1-formal."""
    tx, said = message.tx, message.said
    calls = message.priority or said.mentions or said.groups or said.everyone
    if not calls or said.author not in tx.people.snapshot().directory.people:
        return
    found = list(formality.hints(said.text, tx.policies.current().screening))
    if not found or not _important(message):
        return
    key = f"formal/{said.author}/{message.at:%Y-%m-%d}"
    if tx.outbox.keyed(key) is None:
        card = Card(
            say("A thought on your important message"),
            body=tuple(HINTS[each] for each in found),
            why=say(
                "Clause {clause}: only you see this, and it is counted nowhere.",
                clause=Code("2.1.1-formal"),
            ),
            about=message.ref,
        )
        tx.outbox.add(Whisper(message.author, message.place, card), key)


def _important(message: Message) -> bool:
    tx, book = message.tx, message.tx.policies.current()
    levels = (book.marks.level, book.emergencies.level)
    place = conversation(message.place)
    return message.priority or any(
        each.level in levels for each in tx.duties.of_message(place, message.ref.id)
    )


# Files and people in places that are not theirs


def shared(tx: Transaction, event: FileShared) -> None:
    """A file marked as confidential, put where everybody finds it."""
    where = room(tx, event.message.place)
    for file in event.files:
        _file(tx, event.actor, (file.name, file.id), where, event.message)


def published(tx: Transaction, event: FilePublished) -> None:
    """The same, where anybody can read it."""
    file = event.file.name, event.file.id
    _file(tx, event.actor, file, Room("", open=True, outside=True), None)


def _file(
    tx: Transaction,
    actor: Account,
    file: tuple[str, str],
    where: Room,
    about: MessageRef | None,
) -> None:
    settings = tx.policies.current().screening
    mark = words.marked(file[0], settings) if settings.rules["marked-file"] != "off" else None
    if mark is None:
        return
    hit = Hit("marked-file", 0, 0, file[1], mark)
    hit = replace(hit, severity=weigh(hit, where, settings))
    if hit.severity == "off":
        return
    person = tx.people.snapshot().directory.behind(actor)
    suspected = _suspected(tx, hit, person, about)
    before = (
        tx.findings.alike(about.place, suspected.rule, _hash(tx, hit))
        if about
        else tx.findings.of_file(suspected.rule, _hash(tx, hit))
    )
    if before:
        return
    silent = hit.severity == "collect" or learning.collects(tx, suspected.rule)
    found = findings.open_(tx, suspected, "collected" if silent else "open")
    if not silent:
        card = _told(tx, [(found, hit)], about)
        effect = Whisper(actor, about.place, card) if about else Send(actor, card)
        tx.outbox.add(effect, f"screened/{found.id}", urgent=True)


def moved(tx: Transaction, event: MembershipChanged) -> None:
    """Somebody from outside has come into an internal channel, or has left it."""
    settings, where = tx.policies.current().screening, room(tx, event.place)
    if where.name not in settings.internal or not tx.people.is_outsider(event.account):
        return
    if event.joined:
        _outside(tx, event.place, account_key(event.account))
    else:
        _inside(tx, event.place, account_key(event.account))


def changed(tx: Transaction, event: PlaceChanged) -> None:
    """An internal channel was opened to others, or closed again."""
    if event.name in tx.policies.current().screening.internal:
        (_outside if event.outside else _inside)(tx, event.place, "")


def _outside(tx: Transaction, place: Place, who: str) -> None:
    hit = _stranger(tx, who)
    found = _suspected(tx, hit, None, MessageRef(replace(place, thread=None), ""))
    before = tx.findings.alike(place, found.rule, _hash(tx, hit))
    if hit.severity == "off" or any(each.state != "settled" for each in before):
        return
    silent = hit.severity == "collect" or learning.collects(tx, found.rule)
    findings.open_(tx, found, "collected" if silent else "open")


def _inside(tx: Transaction, place: Place, who: str) -> None:
    hit = _stranger(tx, who)
    for each in tx.findings.alike(place, SCREENED + hit.rule, _hash(tx, hit)):
        _gone(tx, each, "edited", who)


def _stranger(tx: Transaction, who: str) -> Hit:
    severity = tx.policies.current().screening.rules["outsider"]
    return Hit("outsider", 0, 0, who, "", severity)
