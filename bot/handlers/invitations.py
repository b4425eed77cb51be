"""What is said about a meeting: the invitation with its calendar file, and what becomes of it.

Policy 2.2.2-book.
"""

from dataclasses import replace
from datetime import timedelta

from bot.card import Button, Card
from bot.effects import Amend, Upload
from bot.handlers import deeds
from bot.handlers.deeds import person_named
from bot.policy import ics
from bot.policy.ics import Attendee, Method
from bot.policy.meetings import Meeting
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Rows, Say, Value, say

AGENDA = 3000  # characters of an agenda that are shown: all of it
LINK = 500
KEEP = timedelta(days=7)  # that a calendar file outlives its meeting
ANSWERS = {
    "asked": say("not answered yet"),
    "accepted": say("accepted"),
    "declined": say("declined"),
}


def subject(meeting: Meeting, kind: str = "invitation") -> str:
    """Under which a card is found again, and seen to be out of date."""
    return f"{kind}/{meeting.id}/{meeting.sequence}"


def key(meeting: Meeting, what: str, person: str) -> str:
    return f"meeting/{meeting.id}/{meeting.sequence}/{what}/{person}"


def invite(tx: Transaction, meeting: Meeting, person: str, troubles: tuple[Say, ...]) -> None:
    deeds.tell(
        tx,
        person,
        invitation(tx, meeting, troubles=troubles),
        key(meeting, "invitation", person),
        subject=subject(meeting),
    )
    send_file(tx, meeting, person, "REQUEST")


def invitation(tx: Transaction, meeting: Meeting, *, troubles: tuple[Say, ...] = ()) -> Card:
    return Card(
        say(
            "{person} invites you to a meeting: {number}",
            person=person_named(tx, meeting.organiser),
            number=Ref(meeting.number),
        ),
        body=(*words(meeting), *troubles),
        facts=facts(tx, meeting),
        buttons=(
            Button(say("I will come"), "✅", f"meeting {meeting.number} accept", "good"),
            Button(say("I cannot come"), "❌", f"meeting {meeting.number} decline"),
        ),
        why=say(
            "Clause {clause}: meetings are booked ahead, so that everybody can prepare.",
            clause=Code(tx.policies.version(meeting.policy).meetings.clause),
        ),
    )


def words(meeting: Meeting) -> tuple[Quoted, ...]:
    """Topic and agenda, as they were typed."""
    agenda = (Quoted(meeting.agenda, AGENDA),) if meeting.agenda else ()
    return (Quoted(meeting.topic), *agenda)


def facts(tx: Transaction, meeting: Meeting) -> tuple[tuple[Say, Say | Value], ...]:
    found: tuple[tuple[Say, Say | Value], ...] = (
        (say("Number"), Ref(meeting.number)),
        (say("From"), meeting.start),
        (say("Until"), meeting.end),
        (say("Organiser"), person_named(tx, meeting.organiser)),
    )
    if meeting.invited:
        people = tuple(person_named(tx, each) for each in meeting.invited)
        found += ((say("Participants"), Rows(people)),)
    if meeting.outsiders:
        names = tuple(Quoted(each, 80) for each in meeting.outsiders)
        found += ((say("From outside"), Rows(names)),)
    if meeting.link:
        found += ((say("Link"), Quoted(meeting.link, LINK)),)
    return found


def send_file(tx: Transaction, meeting: Meeting, person: str, method: Method) -> None:
    """The calendar file; it waits for their working time as the card does."""
    account, now = tx.people.reached_at(person), tx.clock.now()
    if account is None:
        return
    name = f"meeting-{meeting.number}.ics"
    body = calendar_file(tx, meeting, method)
    file = tx.files.add(name, person, body, max(meeting.end - now, timedelta()) + KEEP)
    number, topic = Ref(meeting.number), Quoted(meeting.topic, 80)
    card = Card(
        say("For your calendar: {number}, {topic}", number=number, topic=topic)
        if method == "REQUEST"
        else say("Out of your calendar: {number}, {topic}", number=number, topic=topic)
    )
    kind = "calendar" if method == "REQUEST" else "cancelled"
    effect = Upload(account, file, name, card)
    tx.outbox.add(effect, key(meeting, kind, person), subject=subject(meeting, kind))


def calendar_file(tx: Transaction, meeting: Meeting, method: Method) -> bytes:
    people = [_attendee(tx, each) for each in meeting.invited]
    people += [Attendee(each, each) for each in meeting.outsiders]
    organiser = _attendee(tx, meeting.organiser)
    return ics.write(meeting, organiser, people, tx.clock.now(), method)


def _attendee(tx: Transaction, person: str) -> Attendee:
    known = tx.people.snapshot().directory.people.get(person)
    return Attendee(known.name, known.email) if known else Attendee(person)


def amend(tx: Transaction, meeting: Meeting, card: Card, *, only: str | None = None) -> None:
    """Invitations that have arrived say how it stands now: all of them, or one person's."""
    directory = tx.people.snapshot().directory
    theirs = directory.accounts_of(only) if only else None
    for arrival in tx.outbox.told(subject(meeting)):
        if arrival.message is not None and (theirs is None or arrival.to in theirs):
            fresh = f"invitation/{tx.clock.new_id()}"
            tx.outbox.add(Amend(arrival.to, arrival.message, card), fresh)


def answered(tx: Transaction, meeting: Meeting, person: str) -> Card:
    """The invitation once somebody has answered it; they may think better of it."""
    known = meeting.invitee(person)
    accepted = known is not None and known.answer == "accepted"
    title = (
        say("You come to {number}, {start}.", number=Ref(meeting.number), start=meeting.start)
        if accepted
        else say("You do not come to {number}.", number=Ref(meeting.number))
    )
    card = invitation(tx, meeting)
    left = card.buttons[1:] if accepted else card.buttons[:1]
    return replace(card, title=title, buttons=left, tone="good" if accepted else "plain")


def moved(meeting: Meeting, before: Meeting) -> Card:
    return Card(
        say("{number} was moved.", number=Ref(meeting.number)),
        body=(Quoted(meeting.topic),),
        facts=((say("It was to begin"), before.start), (say("It begins"), meeting.start)),
    )


def cancelled(tx: Transaction, meeting: Meeting, why: str) -> Card:
    return Card(
        say(
            "{person} has cancelled {number}, {start}.",
            person=person_named(tx, meeting.organiser),
            number=Ref(meeting.number),
            start=meeting.start,
        ),
        body=(Quoted(meeting.topic), Quoted(why)),
        tone="bad",
    )
