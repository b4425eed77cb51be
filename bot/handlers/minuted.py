"""Minutes as cards: their items, how everybody stands to them, what is objected to.

Policy 2.2.2-minutes: explicit and silent confirmation are counted apart.
"""

from collections.abc import Iterable, Sequence

from bot.card import Button, Card
from bot.handlers.deeds import person_named
from bot.policy import minutes as rules
from bot.policy.duties import Duty
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Kind, Minutes, Response
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

TEXT = rules.LONGEST
CONFIRM, OBJECTION, ACTION = "minutes", "objection", "action"  # of a duty's subject
KINDS: dict[Kind, Say] = {
    "decision": say("Decision"),
    "action": say("Action"),
    "note": say("Note"),
}


def confirming(minutes: Minutes) -> str:
    """What a duty to confirm them is about."""
    return f"{CONFIRM}/{minutes.meeting}/{minutes.id}"


def line(tx: Transaction, item: Item) -> Say:
    text = Quoted(item.text, TEXT)
    number = Code(str(item.number))
    if item.kind != "action":
        return say("{number}. {kind}: {text}", number=number, kind=KINDS[item.kind], text=text)
    owner = person_named(tx, item.owner)
    if item.due is None:
        return say("{number}. Action of {owner}: {text}", number=number, owner=owner, text=text)
    return say(
        "{number}. Action of {owner} by {due}: {text}",
        number=number,
        owner=owner,
        due=item.due,
        text=text,
    )


def facts(meeting: Meeting, minutes: Minutes) -> tuple[tuple[Say, Say | Value], ...]:
    return (
        (say("Number"), Ref(meeting.number)),
        (say("Meeting"), meeting.start),
        (say("Version"), minutes.version),
    )


def to_confirm(
    tx: Transaction, meeting: Meeting, minutes: Minutes, duty: Duty, before: Minutes | None = None
) -> Card:
    """What somebody is to confirm: what they have not answered yet, and how it read before."""
    said = tx.meetings.responses(meeting.id)
    items = rules.unanswered(minutes, said, duty.owed_by or "")
    silent = tx.policies.version(duty.policy).meetings.silent_confirms
    return Card(
        _asks(tx, meeting, minutes),
        body=(
            Quoted(meeting.topic),
            *(each for item in items for each in _with_before(tx, item, before)),
        ),
        facts=(*facts(meeting, minutes), (say("Please confirm by"), duty.due)),
        buttons=(
            Button(say("Confirm all"), "✅", f"minutes {meeting.number} confirm", "good"),
            Button(say("Object or amend"), "✋", f"minutes {meeting.number} object"),
            Button(say("I was there"), "🙋", f"meeting {meeting.number} here"),
        ),
        why=_why(duty, silent=silent),
    )


def _asks(tx: Transaction, meeting: Meeting, minutes: Minutes) -> Say:
    number, person = Ref(meeting.number), person_named(tx, minutes.by)
    if minutes.version == 1:
        return say("{person} sends you the minutes of {number}", person=person, number=number)
    return say("{person} has changed the minutes of {number}", person=person, number=number)


def _why(duty: Duty, *, silent: bool) -> Say:
    if silent:
        return say(
            "Clause {clause}: the participants confirm them. What nobody objects to by then "
            "counts as confirmed by silence.",
            clause=Code(duty.clause),
        )
    return say("Clause {clause}: the participants confirm them.", clause=Code(duty.clause))


def _with_before(tx: Transaction, item: Item, before: Minutes | None) -> tuple[Say, ...]:
    old = before.item(item.number) if before else None
    if old is None or old == item:
        return (line(tx, item),)
    return line(tx, item), say("It read before: “{words}”", words=Quoted(old.text, TEXT))


def responded(tx: Transaction, meeting: Meeting, minutes: Minutes, person: str) -> Card:
    """A participant's own card once they have answered: what they said of each item."""
    said = tx.meetings.responses(meeting.id)
    return Card(
        say("The minutes of {number}: you have answered", number=Ref(meeting.number)),
        body=(
            Quoted(meeting.topic),
            *(own_line(tx, item, said, person) for item in minutes.items),
        ),
        facts=facts(meeting, minutes),
        tone="good",
    )


STANDS: dict[str, Say] = {
    "waiting": say("not answered yet"),
    "confirmed": say("confirmed"),
    "silent": say("confirmed by silence"),
    "objected": say("objected"),
    "dissent": say("objected; the words were kept"),
}


def own_line(tx: Transaction, item: Item, said: Sequence[Response], person: str) -> Say:
    stands = rules.standing(item, said, person)
    return say("{line} ({stands})", line=line(tx, item), stands=STANDS[stands])


def people(tx: Transaction, minutes: Minutes, said: Iterable[Response]) -> tuple[str, ...]:
    """Who was asked: who has answered, by words or silence, and who still owes an answer."""
    live = (duty.owed_by for duty in tx.duties.about(confirming(minutes)))
    return tuple(dict.fromkeys((*(each.person for each in said), *filter(None, live))))


def shown(tx: Transaction, meeting: Meeting, minutes: Minutes, reader: str) -> Card:
    """As they stand, with the count of each item, and to the organiser who objects."""
    said = tx.meetings.responses(meeting.id)
    asked = people(tx, minutes, said)
    body: list[Say | Value] = [Quoted(meeting.topic)]
    for item in minutes.items:
        body += [line(tx, item), counted(item, said, asked)]
    body += objections(tx, meeting)
    return Card(
        say("The minutes of {number}", number=Ref(meeting.number)),
        body=tuple(body),
        facts=facts(meeting, minutes),
        buttons=_buttons(tx, meeting, minutes, reader),
        why=say(
            "Written by {person} at {at}; fingerprint {digest}.",
            person=person_named(tx, minutes.by),
            at=minutes.at,
            digest=Code(minutes.digest[:12]),
        ),
    )


def _buttons(
    tx: Transaction, meeting: Meeting, minutes: Minutes, reader: str
) -> tuple[Button, ...]:
    if any(duty.owed_by == reader for duty in tx.duties.about(confirming(minutes))):
        return (
            Button(say("Confirm all"), "✅", f"minutes {meeting.number} confirm", "good"),
            Button(say("Object or amend"), "✋", f"minutes {meeting.number} object"),
        )
    return ()


def counted(item: Item, said: Sequence[Response], asked: Iterable[str]) -> Say:
    tally = rules.tally(item, said, asked)
    return say(
        "— {confirmed} confirmed, {silent} by silence, {objected} objected, {waiting} not yet",
        confirmed=tally.confirmed,
        silent=tally.silent,
        objected=tally.objected,
        waiting=tally.waiting,
    )


def _is_shown(response: Response) -> bool:
    return response.said in ("object", "amend")


def objections(tx: Transaction, meeting: Meeting) -> tuple[Say, ...]:
    """What was objected to, and which other words were asked for."""
    said = tx.meetings.responses(meeting.id)
    return tuple(_objection(tx, each) for each in said if _is_shown(each))


def _objection(tx: Transaction, each: Response) -> Say:
    item, person = Code(str(each.item)), person_named(tx, each.person)
    words = Quoted(each.words, TEXT)
    if each.late:
        return say("Late, to {item}, {person}: “{words}”", item=item, person=person, words=words)
    if each.said == "amend":
        return say(
            "{person} would have {item} read: “{words}”", item=item, person=person, words=words
        )
    return say("{person} objects to {item}: “{words}”", item=item, person=person, words=words)


def objection(
    tx: Transaction, meeting: Meeting, item: Item, response: Response, duty: Duty
) -> Card:
    """What the organiser is to look at: take the other words, or keep one's own."""
    number = duty.number
    take = Button(say("Take these words"), "✅", f"minutes {number} accept", "good")
    return Card(
        say(
            "{person} objects to the minutes of {number}",
            person=person_named(tx, response.person),
            number=Ref(meeting.number),
        ),
        body=(line(tx, item), _objection(tx, response)),
        facts=((say("Number"), Ref(number)), (say("Due"), duty.due)),
        buttons=(
            *((take,) if response.said == "amend" else ()),
            Button(say("Change the words"), "✏️", f"minutes {number} amend {item.number}"),
            Button(say("Keep my words"), "📌", f"minutes {number} keep"),
        ),
        why=say(
            "Clause {clause}: what you keep stays with the objection beside it.",
            clause=Code(duty.clause),
        ),
    )


def late(tx: Transaction, meeting: Meeting, item: Item, response: Response) -> Card:
    return Card(
        say(
            "{person} objects to the minutes of {number}, after the deadline",
            person=person_named(tx, response.person),
            number=Ref(meeting.number),
        ),
        body=(line(tx, item), _objection(tx, response)),
        why=say("It is kept beside them and changes nothing by itself."),
    )


def finished(tx: Transaction, meeting: Meeting, minutes: Minutes) -> Card:
    said = tx.meetings.responses(meeting.id)
    asked = people(tx, minutes, said)
    return Card(
        say("The minutes of {number} are settled", number=Ref(meeting.number)),
        body=(
            Quoted(meeting.topic),
            say_many("{count} participant answered.", "{count} participants answered.", len(asked)),
            *(
                each
                for item in minutes.items
                for each in (line(tx, item), counted(item, said, asked))
            ),
        ),
        facts=facts(meeting, minutes),
        tone="good",
    )
