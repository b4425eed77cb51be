"""What happens of itself about a meeting: the reminder to prepare, its beginning, its end.

Policy 2.2.2-book, 2.2.2-order. What was missed while we were down is one card a person, and
nobody is told to prepare for what has begun.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.card import Button, Card
from bot.effects import Send
from bot.events import Place, account_of
from bot.handlers import deeds, invitations, times
from bot.handlers.deeds import Opening
from bot.handlers.invitations import AGENDA
from bot.policy import meetings
from bot.policy.duties import Duty
from bot.policy.meetings import Meeting
from bot.store import Transaction
from bot.store.duties import Due
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

PREPARE, MEETING = "prepare", "meeting"  # the kinds of due
BEGINS, ENDS = 1, 2  # steps of a meeting
MISSED = timedelta(minutes=15)  # so long after it began nobody needs its ground rules …
LATE = timedelta(hours=1)  # … and so long after its end the clock for its minutes begins now
RULE = "meetings.minutes"


def expect(tx: Transaction, meeting: Meeting) -> None:
    """Put on the clock what will happen of itself, for its time as it is now."""
    book, now = tx.policies.version(meeting.policy).meetings, tx.clock.now()
    whole = f"{meeting.id}/{meeting.sequence}"
    tx.dues.add(meeting.start, MEETING, whole, BEGINS)
    tx.dues.add(meeting.end, MEETING, whole, ENDS)
    for person in meeting.invited:
        calendar, away = times.calendar_of(tx, person), times.away_of(tx, person)
        at = meetings.earlier(meeting.start, book.prepare_before, calendar, away)
        if at > now:  # else the invitation itself is early enough
            tx.dues.add(at, PREPARE, f"{whole}/{person}")


def forget(tx: Transaction, meeting: Meeting) -> None:
    """It was moved or cancelled."""
    whole = f"{meeting.id}/{meeting.sequence}"
    tx.dues.cancel(MEETING, whole)
    for person in meeting.invited:
        tx.dues.cancel(PREPARE, f"{whole}/{person}")


def _current(tx: Transaction, due: Due) -> Meeting | None:
    """The meeting, unless it was moved, cancelled or closed since."""
    id, sequence, *_ = due.subject.split("/", 2)
    found = tx.meetings.get(id)
    here = found is not None and found.state == "booked" and str(found.sequence) == sequence
    return found if here else None


# To prepare


def prepare(tx: Transaction, fallen: Iterable[Due]) -> None:
    """One card a person, whatever fell due; it is put off until they are at work."""
    now = tx.clock.now()
    ready: dict[str, list[Meeting]] = {}
    for due in fallen:
        meeting, person = _current(tx, due), due.subject.split("/", 2)[2]
        if meeting is None or meeting.start <= now or person not in meeting.coming:
            continue
        opens = times.opening(tx, person, now)
        if opens is None or opens >= meeting.start:
            continue
        if opens > now:
            tx.dues.add(opens, PREPARE, due.subject, due.step)
        else:
            ready.setdefault(person, []).append(meeting)
    for person, theirs in ready.items():
        _remind(tx, person, sorted(theirs, key=lambda each: each.start))


def _remind(tx: Transaction, person: str, theirs: Sequence[Meeting]) -> None:
    first = theirs[0]
    card = _to_prepare(tx, first) if len(theirs) == 1 else _several(theirs)
    what = invitations.key(first, "prepare", person)
    deeds.tell(tx, person, card, what, subject=invitations.subject(first, "prepare"))


def _to_prepare(tx: Transaction, meeting: Meeting) -> Card:
    return Card(
        say("Soon: {number}, {start}", number=Ref(meeting.number), start=meeting.start),
        body=invitations.words(meeting),
        facts=invitations.facts(tx, meeting),
        why=_why(tx, meeting),
    )


def _why(tx: Transaction, meeting: Meeting) -> Say:
    return say(
        "Clause {clause}: a reminder, so that you can prepare.",
        clause=Code(tx.policies.version(meeting.policy).meetings.clause),
    )


def _several(theirs: Sequence[Meeting]) -> Card:
    return Card(
        say_many("{count} meeting is soon", "{count} meetings are soon", len(theirs)),
        body=tuple(_line(each) for each in theirs),
        why=say("One of them: {command}", command=Code("/duly meeting NUMBER")),
    )


def _line(meeting: Meeting) -> Say:
    return say(
        "{number} {start}: “{topic}”",
        number=Ref(meeting.number),
        start=meeting.start,
        topic=Quoted(meeting.topic, 80),
    )


# Its beginning and its end


def happen(tx: Transaction, fallen: Iterable[Due]) -> None:
    over: dict[str, list[tuple[Meeting, Duty]]] = {}
    for due in fallen:
        meeting = _current(tx, due)
        if meeting is None:
            continue
        if due.step == BEGINS:
            _begin(tx, meeting)
        else:
            duty = close(tx, meeting)
            over.setdefault(meeting.organiser, []).append((meeting, duty))
    for organiser, theirs in over.items():
        _ask(tx, organiser, theirs)


def _begin(tx: Transaction, meeting: Meeting) -> None:
    """Ground rules and agenda: in its room, where nobody else is in it, else to each."""
    now = tx.clock.now()
    if now - meeting.start > MISSED or now >= meeting.end:
        return
    card = _rules(tx, meeting)
    everybody = (meeting.organiser, *meeting.coming)
    room = _room(tx, meeting, everybody)
    if room is not None:
        what = invitations.key(meeting, "rules", "")
        tx.outbox.add(Send(room, card), what, subject=invitations.subject(meeting, "rules"))
        return
    for person in everybody:
        what = invitations.key(meeting, "rules", person)
        deeds.tell(tx, person, card, what, subject=invitations.subject(meeting, "rules"))


def _room(tx: Transaction, meeting: Meeting, people: Sequence[str]) -> Place | None:
    if meeting.place is None:
        return None
    at = account_of(meeting.place)
    known = tx.people.snapshot().places.get((at.platform, at.realm, at.id))
    place = Place(at.platform, at.realm, at.id)
    if known is None or known.kind == "direct" or not tx.people.is_among(place, people):
        return None
    return place


def _rules(tx: Transaction, meeting: Meeting) -> Card:
    book = tx.policies.version(meeting.policy).meetings
    agenda: tuple[Say | Value, ...] = (
        (say("On the agenda:"), Quoted(meeting.agenda, AGENDA)) if meeting.agenda else ()
    )
    return Card(
        say("It begins: {topic}", topic=Quoted(meeting.topic)),
        body=(Quoted(book.ground_rules, AGENDA), *agenda),
        facts=((say("Number"), Ref(meeting.number)), (say("Until"), meeting.end)),
        buttons=(Button(say("I am here"), "🙋", f"meeting {meeting.number} here", "good"),),
        why=say("Clause {clause}: order in the meeting.", clause=Code("2.2.2-order")),
    )


def close(tx: Transaction, meeting: Meeting) -> Duty:
    """It was held: whoever called it owes the minutes. Policy 2.2.2-minutes."""
    now, book = tx.clock.now(), tx.policies.current()
    tx.meetings.save(replace(meeting, state="held"))
    forget(tx, meeting)
    level = book.levels[book.meetings.level]
    return deeds.open_duty(
        tx,
        Opening(
            kind="minutes",
            owed_by=meeting.organiser,
            owed_to=None,
            level=level,
            clause=level.clause,
            rule=RULE,
            start=_clock_begins(meeting.end, now),
            subject=f"{MEETING}/{meeting.id}",
            within=book.meetings.minutes_within,
        ),
    )


def _clock_begins(end: datetime, now: datetime) -> datetime:
    """After an outage of ours they have only just heard of it."""
    return end if abs(now - end) <= LATE else now


def _ask(tx: Transaction, organiser: str, theirs: Sequence[tuple[Meeting, Duty]]) -> None:
    """Who was there, and the minutes: one card, however many are over."""
    meeting, duty = theirs[0]
    card = _over(meeting, duty) if len(theirs) == 1 else _all_over(theirs)
    subject = deeds.subject(duty) if len(theirs) == 1 else ""
    deeds.tell(tx, organiser, card, invitations.key(meeting, "over", organiser), subject=subject)


def _over(meeting: Meeting, duty: Duty) -> Card:
    number = meeting.number
    return Card(
        say("It is over: {number}. Who was there?", number=Ref(number)),
        body=(
            Quoted(meeting.topic),
            say("Please send the participants the minutes by {due}.", due=duty.due),
        ),
        buttons=(
            Button(say("All were there"), "✅", f"meeting {number} attended all", "good"),
            Button(say("Not all"), "👥", f"meeting {number} attended"),
            Button(say("Write the minutes"), "📝", f"minutes {number}"),
        ),
        why=say(
            "Clause {clause}: minutes are written and sent to the participants to confirm.",
            clause=Code(duty.clause),
        ),
    )


def _all_over(theirs: Sequence[tuple[Meeting, Duty]]) -> Card:
    return Card(
        say_many(
            "{count} meeting of yours is over", "{count} meetings of yours are over", len(theirs)
        ),
        body=tuple(_line(meeting) for meeting, _ in theirs),
        why=say(
            "Say who was there, and send the minutes: {attended}, {minutes}",
            attended=Code("/duly meeting NUMBER attended all"),
            minutes=Code("/duly minutes NUMBER"),
        ),
    )
