"""Minutes: written by who called the meeting, and confirmed item by item.

Policy 2.2.2-minutes. What is objected to is in `objections.py`.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.card import Button, Card, Form
from bot.command import Call, Refusal, Words, number_in
from bot.handlers import agreed, consent, convening, deeds, diary, minuted, rights, versions
from bot.handlers.deeds import Ending
from bot.handlers.objections import FIELD, LONGEST
from bot.policy import minutes as rules
from bot.policy.booking import Unclear
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Line, Minutes
from bot.words import Code, Quoted, Ref, Rows, Say, render, say, say_many

FIELDS = (FIELD,)


def show(call: Call, number: int) -> Card | Form:
    """The minutes or, for who is to write them, the form to do so."""
    found = rights.find(call, number)
    meeting, minutes = found.meeting, call.tx.meetings.minutes(found.meeting.id)
    if minutes is not None:
        return _objected(call, found, minutes) or minuted.shown(
            call.tx, meeting, minutes, call.person.id
        )
    _refuse_unless_theirs(call, meeting)
    return Form(
        f"minutes {meeting.number}",
        say("Minutes of {number}", number=Ref(meeting.number)),
        (replace(FIELD, initial=_template(call, meeting)),),
        say("Send to the participants"),
        intro=(Quoted(meeting.topic), _how()),
    )


def _how() -> Say:
    return say(
        "A line for each item: {decision}, {action}, {note}",
        decision=Code("Decision: …"),
        action=Code("Action: @name … by Fri"),
        note=Code("Note: …"),
    )


def _template(call: Call, meeting: Meeting) -> str:
    """A heading for each point of the agenda, and the words that begin an item."""
    reader = call.tx.people.reader(call.account, call.tx.home())
    begin = (say("Decision:"), say("Action: @"), say("Note:"))
    words = [f"{render(each, reader, str)} " for each in begin]
    points = [f"# {line.strip()}" for line in meeting.agenda.splitlines() if line.strip()]
    return "\n".join((*points, *words))[:LONGEST]


def _objected(call: Call, found: rights.Found, minutes: Minutes) -> Card | None:
    """What the organiser is to look at, when they name it by its own number."""
    if found.duty is None or found.duty.kind != "review" or not found.duty.live:
        return None
    response = call.tx.meetings.response(agreed.last_of(found.duty))
    item = minutes.item(response.item) if response else None
    if response is None or item is None:
        return None
    return minuted.objection(call.tx, found.meeting, item, response, found.duty)


def _refuse_unless_theirs(call: Call, meeting: Meeting) -> None:
    if not rights.writes(call, meeting):
        raise Refusal(
            say(
                "The minutes of {number} are still to come; {person} writes them.",
                number=Ref(meeting.number),
                person=call.who(meeting.organiser),
            )
        )
    if meeting.state == "cancelled":
        raise Refusal(say("{number} was cancelled.", number=Ref(meeting.number)))
    if call.now < meeting.start:
        raise Refusal(
            say("{number} begins at {start}.", number=Ref(meeting.number), start=meeting.start)
        )


def file(call: Call, number: int, text: str, words: Words) -> Card:
    """They are kept, sent to the participants to confirm, and their actions owed."""
    meeting = rights.find(call, number).meeting
    if call.tx.meetings.minutes(meeting.id) is not None:
        raise Refusal(
            say(
                "The minutes of {number} were sent. To change an item: {command}",
                number=Ref(meeting.number),
                command=Code(f"/duly minutes {meeting.number} amend 3 TEXT"),
            )
        )
    _refuse_unless_theirs(call, meeting)
    lines = _read(call, text, words)
    if meeting.state == "booked":
        convening.close(call.tx, meeting)
    items = tuple(
        versions.act(call, meeting, _item(each, number, words))
        for number, each in enumerate(lines, 1)
    )
    minutes = versions.keep(call, meeting, items, 1, text)
    for duty in rights.to_write(call, meeting):
        deeds.settle(call.tx, duty, "done", Ending("minuted", call.now))
    asked = versions.send(call, meeting, minutes, None)
    return _sent(call, meeting, minutes, asked)


def _read(call: Call, text: str, words: Words) -> Sequence[Line]:
    try:
        return rules.read(text, rights.speaking(call, words))
    except Unclear as unclear:
        raise Refusal(unclear.why) from None


def _item(line: Line, number: int, words: Words) -> Item:
    owner = words.person(line.owner).id if line.owner else None
    return Item(number=number, kind=line.kind, text=line.text, owner=owner, due=line.due)


def _sent(call: Call, meeting: Meeting, minutes: Minutes, asked: Sequence[str]) -> Card:
    people = tuple(call.who(each) for each in asked)
    told = (
        (say("They are with {people} to confirm.", people=Rows(people)),)
        if people
        else (say("There is nobody to confirm them."),)
    )
    outside = (
        (say("I cannot write to people from outside: send them the minutes yourself."),)
        if diary.outside(call.tx, meeting)
        else ()
    )
    unsaid = all(each.attended is None for each in meeting.invitees if each.person)
    attend = Button(say("All were there"), "✅", f"meeting {meeting.number} attended all")
    return Card(
        say_many(
            "Sent: the minutes of {number}, {count} item.",
            "Sent: the minutes of {number}, {count} items.",
            len(minutes.items),
            number=Ref(meeting.number),
        ),
        body=(*told, *outside, *(minuted.line(call.tx, each) for each in minutes.items)),
        buttons=(attend,) if unsaid and meeting.invited else (),
        tone="good",
    )


def confirm(call: Call, number: int, words: str) -> Card | None:
    """All that is not answered yet, or the items named; None: there are no such minutes."""
    found = rights.sought(call, number)
    minutes = call.tx.meetings.minutes(found.meeting.id) if found else None
    if found is None or minutes is None:
        return None
    meeting, person = found.meeting, rights.whose(call, found.meeting, minutes)
    said = call.tx.meetings.responses(meeting.id)
    waiting = rules.unanswered(minutes, said, person)
    chosen = _numbers(words)
    items = [each for each in waiting if not chosen or each.number in chosen]
    if not items:
        return Card(
            say("You have answered that already."),
            body=tuple(
                minuted.own_line(call.tx, item, said, person)
                for item in minutes.items
                if not chosen or item.number in chosen
            ),
        )
    for each in items:
        consent.note(call, minutes, rights.response(call, minutes, each.number, person, "confirm"))
    consent.answered(call.tx, meeting, minutes, person)
    count = len(items)
    return Card(
        say_many("Confirmed: {count} item.", "Confirmed: {count} items.", count),
        tone="good",
    )


def _numbers(words: str) -> frozenset[int]:
    """3, 3 5 or 3,5; none means all."""
    parts = words.replace(",", " ").replace("，", " ").replace("、", " ").split()
    found = (number_in(each) for each in parts if each.isascii() and each.isdigit())
    return frozenset(each for each in found if each is not None)
