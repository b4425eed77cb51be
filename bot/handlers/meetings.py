"""Meetings: booked with everybody's time in view, moved, cancelled, answered, attested.

Policy 2.2.2-book, 2.2.2-order, 2.2.2-care.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.events import conversation
from bot.handlers import convening, deeds, diary, invitations, suiting
from bot.handlers.deeds import person_named
from bot.handlers.invitations import facts, key, words
from bot.handlers.pledging import NOTES
from bot.policy import meetings
from bot.policy.booking import Span
from bot.policy.meetings import MOST, Answer, Invitee, Meeting
from bot.policy.people import Person
from bot.words import Code, Quoted, Ref, Say, say, say_many

TOPIC = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A meeting that somebody wants to book; outsiders by the name or address that was typed."""

    topic: str
    people: tuple[Person, ...]
    outsiders: tuple[str, ...]
    when: Span
    agenda: str
    link: str


def book(call: Call, wanted: Wanted) -> Card:
    """It is booked whatever stands against its time; the organiser reads what does."""
    _refuse_unless_possible(call, wanted)
    people = [each.id for each in wanted.people if each.id != call.person.id]
    invited = tuple(Invitee(person=each) for each in dict.fromkeys(people))
    outside = tuple(Invitee(name=each) for each in dict.fromkeys(wanted.outsiders))
    if not invited and not outside:
        raise Refusal(_nobody())
    if len(invited) + len(outside) > MOST:
        raise Refusal(
            say(
                "{count} people are too many; at most {most} fit.",
                count=len(invited) + len(outside),
                most=MOST,
            )
        )
    meeting = Meeting(
        id=call.tx.new_id(),
        number=call.tx.duties.number(),
        organiser=call.person.id,
        topic=wanted.topic,
        agenda=wanted.agenda,
        link=wanted.link,
        start=wanted.when.start,
        end=wanted.when.end,
        place=conversation(call.place),
        policy=call.book.version,
        booked_at=call.now,
        invitees=(*invited, *outside),
    )
    call.tx.meetings.add(meeting)
    return _announce(
        call,
        meeting,
        say("Booked: {number}, {start}.", number=Ref(meeting.number), start=meeting.start),
        wanted.when,
    )


def _refuse_unless_possible(call: Call, wanted: Wanted) -> None:
    if call.person.partner:
        raise Refusal(say("Ask the colleague you work with to book it."))
    if not wanted.topic:
        raise Refusal(say("Say what it is about: a meeting has a topic."))
    for text, most in ((wanted.topic, TOPIC), (wanted.agenda, invitations.AGENDA)):
        if len(text) > most:
            raise Refusal(
                say("This has {count} characters; at most {most} fit.", count=len(text), most=most)
            )
    if why := meetings.why_not_then(wanted.when.start, wanted.when.end, call.now):
        raise Refusal(why)


def _nobody() -> Say:
    return say(
        "Name who is to come, for example: {example}",
        example=Code("/duly meeting Budget @ann @bob Thu 14:00 for 45m"),
    )


def _announce(call: Call, meeting: Meeting, title: Say, when: Span) -> Card:
    """Everybody is invited to it as it is now, and told in time."""
    tx = call.tx
    found = suiting.against(tx, meeting)
    for person in meeting.invited:
        invitations.invite(tx, meeting, person, found.to(person))
    convening.expect(tx, meeting)
    notes = (*found.said(), *(_noted(when)), *_tell_office(call, meeting))
    return Card(
        title,
        body=(*words(meeting), *notes),
        facts=facts(tx, meeting),
        buttons=(
            Button(say("Move"), "🕐", f"meeting {meeting.number} move"),
            Button(say("Cancel the meeting"), "🚫", f"meeting {meeting.number} cancel"),
        ),
        why=say(
            "Clause {clause}: they are invited, and reminded to prepare.",
            clause=Code(call.book.meetings.clause),
        ),
        tone="good",
    )


def _noted(when: Span) -> tuple[Say, ...]:
    """What to know about an hour, where clocks are changed."""
    known = when.note in ("ambiguous_hour", "skipped_hour")
    return (NOTES[when.note],) if known else ()


def _tell_office(call: Call, meeting: Meeting) -> tuple[Say, ...]:
    """A meeting with outsiders is made known to the office; what came late says so."""
    if not diary.outside(call.tx, meeting):
        return ()
    notice = call.book.meetings.outsiders_notice
    late = (
        (say("That is less than {span} ahead, which the policy asks for.", span=notice),)
        if meeting.start - call.now < notice
        else ()
    )
    offices = [each.id for each in call.directory.with_role(diary.OFFICE)]
    for each in offices:
        card = Card(
            say(
                "{person} expects people from outside: {number}",
                person=person_named(call.tx, meeting.organiser),
                number=Ref(meeting.number),
            ),
            body=(Quoted(meeting.topic), *late),
            facts=facts(call.tx, meeting),
            why=say("Clause {clause}.", clause=Code("2.2.2-care")),
        )
        what = key(meeting, "office", each)
        deeds.tell(call.tx, each, card, what, subject=invitations.subject(meeting))
    told = (say("The administration office hears of the people from outside."),) if offices else ()
    unreached = (
        (say("I cannot write to people from outside: invite them yourself."),)
        if meeting.outsiders
        else ()
    )
    return (*told, *late, *unreached)


def _own(call: Call, number: int) -> Meeting:
    """One that the caller has booked, and that is still to come."""
    meeting = diary.of_caller(call, number)
    if meeting.organiser != call.person.id:
        raise Refusal(
            say("Only {person} can do this.", person=person_named(call.tx, meeting.organiser))
        )
    if why := _why_over(call, meeting):
        raise Refusal(why)
    return meeting


def _why_over(call: Call, meeting: Meeting) -> Say | None:
    if meeting.state == "cancelled":
        return say("{number} was cancelled.", number=Ref(meeting.number))
    if meeting.state == "held" or meeting.end <= call.now:
        return say("{number} is over.", number=Ref(meeting.number))
    return None


def move(call: Call, number: int, when: Span) -> Card:
    """Who was invited is asked again, for the new time."""
    before = _own(call, number)
    if why := meetings.why_not_then(when.start, when.end, call.now):
        raise Refusal(why)
    again = tuple(replace(each, answer="asked") for each in before.invitees)
    meeting = replace(
        before, start=when.start, end=when.end, sequence=before.sequence + 1, invitees=again
    )
    call.tx.meetings.save(meeting)
    call.tx.meetings.ask_again(meeting.id)
    convening.forget(call.tx, before)
    invitations.amend(call.tx, before, invitations.moved(meeting, before))
    title = say("Moved: {number}, {start}.", number=Ref(number), start=meeting.start)
    return _announce(call, meeting, title, when)


def cancel(call: Call, number: int, why: str) -> Card:
    meeting = _own(call, number)
    call.tx.meetings.save(replace(meeting, state="cancelled"))
    convening.forget(call.tx, meeting)
    card = invitations.cancelled(call.tx, meeting, why)
    invitations.amend(call.tx, meeting, card)
    for person in meeting.coming:
        what = key(meeting, "told", person)
        deeds.tell(call.tx, person, card, what)
        invitations.send_file(call.tx, meeting, person, "CANCEL")
    if diary.outside(call.tx, meeting):
        for office in call.directory.with_role(diary.OFFICE):
            deeds.tell(call.tx, office.id, card, key(meeting, "told office", office.id))
    return Card(
        say("Cancelled: {number}. The participants are told.", number=Ref(number)), tone="good"
    )


def answer(call: Call, number: int, given: Answer, why: str) -> Card:
    """Who was invited comes or does not; the organiser hears of who does not."""
    meeting = diary.of_caller(call, number)
    if meeting.invitee(call.person.id) is None:
        raise Refusal(say("It is your own meeting: you come, or you cancel it."))
    if over := _why_over(call, meeting):
        raise Refusal(over)
    known = meeting.invitee(call.person.id)
    call.tx.meetings.answer(meeting.id, call.person.id, given)
    meeting = call.tx.meetings.get(meeting.id) or meeting
    card = invitations.answered(call.tx, meeting, call.person.id)
    invitations.amend(call.tx, meeting, card, only=call.person.id)
    if given == "declined" and known is not None and known.answer != given:
        call.tell(meeting.organiser, _declined(call, meeting, why))
    return Card(card.title, body=(Quoted(meeting.topic),), tone=card.tone)


def _declined(call: Call, meeting: Meeting, why: str) -> Card:
    return Card(
        say(
            "{person} does not come to {number}, {start}.",
            person=call.who(call.person.id),
            number=Ref(meeting.number),
            start=meeting.start,
        ),
        body=(Quoted(meeting.topic), *((Quoted(why),) if why else ())),
        buttons=(Button(say("Move"), "🕐", f"meeting {meeting.number} move"),),
    )


def attended(call: Call, number: int, people: Sequence[Person] | None) -> Card:
    """The organiser's word on who was there; None: all. Policy 2.2.2-order: attested only."""
    meeting = diary.of_caller(call, number)
    if meeting.organiser != call.person.id:
        raise Refusal(
            say(
                "Who was there is for {person} to say. For yourself: {command}",
                person=person_named(call.tx, meeting.organiser),
                command=Code(f"/duly meeting {number} here"),
            )
        )
    _refuse_unless_begun(call, meeting)
    there = _expected(meeting) if people is None else tuple(each.id for each in people)
    strangers = [each for each in there if each not in (*meeting.invited, meeting.organiser)]
    if strangers:
        raise Refusal(
            say("{person} was not invited to it.", person=person_named(call.tx, strangers[0]))
        )
    call.tx.meetings.attend(meeting.id, there)
    return Card(
        say_many(
            "Noted: {count} participant was there.",
            "Noted: {count} participants were there.",
            len([each for each in there if each != meeting.organiser]),
        ),
        buttons=(Button(say("Write the minutes"), "📝", f"minutes {meeting.number}"),),
        tone="good",
    )


def _expected(meeting: Meeting) -> tuple[str, ...]:
    """Who had not declined, and who came all the same."""
    return tuple(
        each.person
        for each in meeting.invitees
        if each.person and (each.answer != "declined" or each.attested is not None)
    )


def here(call: Call, number: int) -> Card:
    """A participant's own word that they were there."""
    meeting = diary.of_caller(call, number)
    if meeting.invitee(call.person.id) is None:
        raise Refusal(say("You have called the meeting; who was there you say by “attended”."))
    _refuse_unless_begun(call, meeting)
    call.tx.meetings.attest(meeting.id, call.person.id, call.now)
    return Card(say("Noted: you were there, in {number}.", number=Ref(number)), tone="good")


def _refuse_unless_begun(call: Call, meeting: Meeting) -> None:
    if meeting.state == "cancelled":
        raise Refusal(say("{number} was cancelled.", number=Ref(meeting.number)))
    if call.now < meeting.start:
        raise Refusal(
            say("{number} begins at {start}.", number=Ref(meeting.number), start=meeting.start)
        )
