"""Whose minutes these are: who may read them, who writes them, who answers to them.

Policy 2.2.2-minutes. Minutes go by the number of their meeting, or of a duty about them.
"""

from dataclasses import dataclass

from bot.command import Call, Refusal, Words
from bot.handlers import agreed, convening, minuted, times
from bot.policy import minutes as rules
from bot.policy.booking import Speaking
from bot.policy.duties import Duty
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Minutes, Response
from bot.words import Code, Ref, say


@dataclass(frozen=True, slots=True)
class Found:
    """A meeting the caller may see the minutes of, and the duty they named, if they did."""

    meeting: Meeting
    duty: Duty | None


def find(call: Call, number: int) -> Found:
    """By the number of the meeting, or of a duty about it. Raises Refusal."""
    found = sought(call, number)
    if found is None:
        raise Refusal(
            say(
                "There are no minutes {number} for you. Your meetings: {command}",
                number=Ref(number),
                command=Code("/duly meeting list"),
            )
        )
    return found


def sought(call: Call, number: int) -> Found | None:
    duty = call.tx.duties.find(number)
    of_meeting = duty is not None and agreed.is_agreed(duty)
    meeting = (
        call.tx.meetings.get(agreed.meeting_of(duty))
        if duty is not None and of_meeting
        else call.tx.meetings.find(number)
    )
    if meeting is None or not _may_read(call, meeting, duty if of_meeting else None):
        return None
    return Found(meeting, duty if of_meeting else None)


def own(call: Call) -> tuple[str, ...]:
    return (call.person.id, *call.directory.stands_in_for(call.person.id, call.now))


def _may_read(call: Call, meeting: Meeting, duty: Duty | None) -> bool:
    """Who was invited, who writes them; who owns an action alone reads only that."""
    named = {duty.owed_by} if duty and duty.kind != "act" else set()
    writers = {each.owed_by for each in to_write(call, meeting)}
    return bool({*own(call)} & {meeting.organiser, *meeting.invited, *named, *writers})


def to_write(call: Call, meeting: Meeting) -> list[Duty]:
    return call.tx.duties.about(f"{convening.MEETING}/{meeting.id}")


def writes(call: Call, meeting: Meeting) -> bool:
    """Who called it, who took the minutes over, and who stands in for them."""
    minutes = call.tx.meetings.minutes(meeting.id)
    writers = {each.owed_by for each in to_write(call, meeting)} | {meeting.organiser}
    return bool(set(own(call)) & (writers | ({minutes.by} if minutes else set())))


def sent(call: Call, meeting: Meeting) -> Minutes:
    minutes = call.tx.meetings.minutes(meeting.id)
    if minutes is None:
        raise Refusal(
            say(
                "The minutes of {number} are still to come; {person} writes them.",
                number=Ref(meeting.number),
                person=call.who(meeting.organiser),
            )
        )
    return minutes


def item_of(minutes: Minutes, number: int) -> Item:
    item = minutes.item(number)
    if item is None:
        raise Refusal(
            say(
                "There is no item {item}; there are {count}.",
                item=Code(str(number)),
                count=len(minutes.items),
            )
        )
    return item


def whose(call: Call, meeting: Meeting, minutes: Minutes) -> str:
    """For whom the caller answers: for themselves, or for who is away and named them."""
    said = call.tx.meetings.responses(meeting.id)
    asked = minuted.people(call.tx, minutes, said)
    for each in own(call):
        if each in asked or (each == call.person.id and each in meeting.invited):
            return each
    raise Refusal(
        say("The participants of {number} confirm its minutes.", number=Ref(meeting.number))
    )


def response(call: Call, minutes: Minutes, item: int, person: str, said: rules.Said) -> Response:
    return Response(
        id=call.tx.clock.new_id(),
        version=minutes.version,
        item=item,
        person=person,
        by=call.person.id,
        said=said,
        at=call.now,
    )


def speaking(call: Call, words: Words) -> Speaking:
    calendar = times.calendar_of(call.tx, call.person.id)
    return Speaking(call.now, words.zone, tuple(token for token, _ in words.people), calendar)
