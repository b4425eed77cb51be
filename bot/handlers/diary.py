"""Meetings as lists and cards: what somebody has ahead, who comes, and who was there.

Policy 2.2.2-book, 2.2.2-order, 2.2.2-care. Nobody learns of other people's.
"""

from dataclasses import replace

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.handlers import invitations
from bot.handlers.deeds import person_named
from bot.handlers.invitations import ANSWERS, facts, words
from bot.policy.meetings import Invitee, Meeting
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

OFFICE = "admin_office"  # the role that looks after meetings with outsiders: 2.2.2-care
LISTED = 20


def of_caller(call: Call, number: int) -> Meeting:
    """One that concerns the caller. Nobody learns of other people's."""
    found = call.tx.meetings.find(number)
    if found is None or not concerns(call, found):
        raise Refusal(
            say(
                "There is no meeting {number} of yours. Yours: {command}",
                number=Ref(number),
                command=Code("/duly meeting list"),
            )
        )
    return found


def concerns(call: Call, meeting: Meeting) -> bool:
    return call.person.id == meeting.organiser or call.person.id in meeting.invited


def mine(call: Call) -> Card:
    """What they have booked or are invited to, and is not over."""
    found = call.tx.meetings.of(call.person.id, call.now, LISTED)
    if not found:
        return Card(
            say("You have no meeting ahead."),
            buttons=(Button(say("Book a meeting"), "📅", "meeting"),),
        )
    return Card(
        say_many("{count} meeting ahead", "{count} meetings ahead", len(found)),
        body=tuple(line(call, each) for each in found),
        why=say("One of them: {command}", command=Code("/duly meeting NUMBER")),
    )


def line(call: Call, meeting: Meeting) -> Say:
    topic = Quoted(meeting.topic, 80)
    number, start = Ref(meeting.number), meeting.start
    known = meeting.invitee(call.person.id)
    if known is None:
        return say("{number} {start}, yours: “{topic}”", number=number, start=start, topic=topic)
    return say(
        "{number} {start}, with {person}, {answer}: “{topic}”",
        number=number,
        start=start,
        person=person_named(call.tx, meeting.organiser),
        answer=ANSWERS[known.answer],
        topic=topic,
    )


def show(call: Call, number: int) -> Card:
    meeting = call.tx.meetings.find(number)
    office = meeting and OFFICE in call.person.roles and outside(call.tx, meeting)
    if meeting is None or not office or concerns(call, meeting):
        meeting = of_caller(call, number)
        return _card(call, meeting)
    return Card(
        _titled(meeting),
        body=(Quoted(meeting.topic),),
        facts=facts(call.tx, replace(meeting, link="")),
    )


def _card(call: Call, meeting: Meeting) -> Card:
    own = meeting.organiser == call.person.id
    people: list[Say | Value] = [
        _stands(call.tx, each) for each in meeting.invitees if each.person is not None
    ]
    return Card(
        _titled(meeting),
        body=(*words(meeting), *people),
        facts=facts(call.tx, meeting),
        buttons=_buttons(call, meeting, own=own),
    )


def _titled(meeting: Meeting) -> Say:
    number, start = Ref(meeting.number), meeting.start
    match meeting.state:
        case "booked":
            return say("Meeting {number}, {start}", number=number, start=start)
        case "held":
            return say("Meeting {number}, held {start}", number=number, start=start)
        case "cancelled":
            return say("Meeting {number}, cancelled", number=number)


def _stands(tx: Transaction, each: Invitee) -> Say:
    """Their answer, and afterwards who says that they were there."""
    person, answer = person_named(tx, each.person), ANSWERS[each.answer]
    if each.attested is not None:
        return say("{person}: there, by their own word", person=person)
    if each.attended is not None:
        return (
            say("{person}: there", person=person)
            if each.attended
            else say("{person}: not there", person=person)
        )
    return say("{person}: {answer}", person=person, answer=answer)


def _buttons(call: Call, meeting: Meeting, *, own: bool) -> tuple[Button, ...]:
    number = meeting.number
    if meeting.state == "cancelled":
        return ()
    if meeting.state == "held" or meeting.end <= call.now:
        return (Button(say("The minutes"), "📝", f"minutes {number}"),)
    if own:
        return (
            Button(say("Move"), "🕐", f"meeting {number} move"),
            Button(say("Cancel the meeting"), "🚫", f"meeting {number} cancel"),
        )
    return invitations.invitation(call.tx, meeting).buttons


def outside(tx: Transaction, meeting: Meeting) -> bool:
    people = tx.people.snapshot().directory.people
    partners = [each for each in meeting.invited if each in people and people[each].partner]
    return bool(meeting.outsiders or partners)
