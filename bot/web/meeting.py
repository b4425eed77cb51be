"""One meeting as a page, with its minutes item by item, for who takes part. Policy 2.2.2."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.handlers import diary, minuted, rights
from bot.policy import minutes as rules
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Minutes
from bot.store import Transaction
from bot.web import visitors
from bot.web.listing import Entry, Section
from bot.web.showing import View
from bot.web.visitors import Visitor
from bot.words import Ref, Say, say

HERE = "/meetings"
SHOWN = 100  # lines of a list
PAST = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Point:
    """An item of the minutes: how it reads, how all stand to it, what is left to say of it."""

    line: Say
    counted: Say
    own: Say | None
    buttons: tuple[Button, ...]


def listed(tx: Transaction, visitor: Visitor) -> View:
    """What they have booked or are invited to: what is ahead, and the last weeks."""
    call = visitors.looking(tx, visitor)
    found = tx.meetings.of(visitor.person.id, call.now - PAST, SHOWN)
    ahead = [each for each in found if each.end > call.now]
    sections = (
        Section(None, _entries(call, ahead), say("You have no meeting ahead.")),
        Section(
            say("The last four weeks"),
            _entries(call, [each for each in reversed(found) if each.end <= call.now]),
            say("You had none."),
        ),
    )
    values = {
        "sections": sections,
        "buttons": (Button(say("Book a meeting"), "📅", "meeting"),),
    }
    return View("list.html", say("Meetings"), HERE, values)


def _entries(call: Call, found: Sequence[Meeting]) -> list[Entry]:
    return [Entry(diary.line(call, each), f"{HERE}/{each.number}") for each in found]


def view(tx: Transaction, visitor: Visitor, number: int) -> View | None:
    """None for whom it does not concern."""
    meeting, call = tx.meetings.find(number), visitors.looking(tx, visitor)
    if meeting is None:
        return None
    card = _card(call, meeting)
    found = rights.sought(call, number)
    if card is None and found is None:
        return None
    minutes = tx.meetings.minutes(meeting.id) if found else None
    shown = card or _bare(meeting)
    values = {
        "cards": [replace(shown, buttons=()) if minutes else shown],  # they stand below
        "minutes": _shown(call, meeting, minutes) if minutes else None,
        "points": _points(call, meeting, minutes) if minutes else (),
    }
    title = say("Meeting {number}", number=Ref(number))
    return View("meeting.html", title, f"/meetings/{number}", values)


def _card(call: Call, meeting: Meeting) -> Card | None:
    try:
        return diary.show(call, meeting.number)
    except Refusal:
        return None


def _bare(meeting: Meeting) -> Card:
    """For who stands in for somebody, and so has to do with the minutes alone."""
    button = Button(say("The minutes"), "📝", f"minutes {meeting.number}")
    return Card(
        say("Meeting {number}, {start}", number=Ref(meeting.number), start=meeting.start),
        buttons=(button,),
    )


def _shown(call: Call, meeting: Meeting, minutes: Minutes) -> Card:
    """Their items stand below it, each by itself; what is objected to stays."""
    reader = _answers(call, meeting, minutes) or call.person.id
    card = minuted.shown(call.tx, meeting, minutes, reader)
    return replace(card, body=minuted.objections(call.tx, meeting))


def _answers(call: Call, meeting: Meeting, minutes: Minutes) -> str | None:
    """For whom they answer; None for who is not asked."""
    try:
        return rights.whose(call, meeting, minutes)
    except Refusal:
        return None


def _points(call: Call, meeting: Meeting, minutes: Minutes) -> Sequence[Point]:
    said = call.tx.meetings.responses(meeting.id)
    asked, person = minuted.people(call.tx, minutes, said), _answers(call, meeting, minutes)
    open_ones = rules.unanswered(minutes, said, person) if person in asked else ()
    return [
        Point(
            line=minuted.line(call.tx, item),
            counted=minuted.counted(item, said, asked),
            own=minuted.STANDS[rules.standing(item, said, person)] if person in asked else None,
            buttons=_buttons(meeting, item) if item in open_ones else (),
        )
        for item in minutes.items
    ]


def _buttons(meeting: Meeting, item: Item) -> tuple[Button, ...]:
    one = f"minutes {meeting.number}"
    return (
        Button(say("Confirm"), "✅", f"{one} confirm {item.number}", "good"),
        Button(say("Other words"), "✏️", f"{one} amend {item.number}"),
    )
