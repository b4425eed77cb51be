"""Who owes an answer to minutes, until when, and what silence means. Policy 2.2.2-minutes.

Silence confirms only what has reached its reader, and only where the policy says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.card import Card
from bot.command import Call
from bot.effects import Amend
from bot.events import conversation
from bot.handlers import deeds, ladder, minuted
from bot.handlers.deeds import Ending, Opening
from bot.handlers.minuted import OBJECTION, confirming
from bot.policy import minutes as rules
from bot.policy.duties import Duty
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Minutes, Response
from bot.store import Transaction
from bot.store.duties import Due

MINUTES = "minutes"  # the kind of due at which silence confirms
RULE = "meetings.confirm"


def ask(
    call: Call, meeting: Meeting, minutes: Minutes, person: str, before: Minutes | None
) -> Duty:
    """`person` owes an answer to what they have not answered yet."""
    tx, book = call.tx, call.book
    level = book.levels[book.meetings.level]
    duty = deeds.open_duty(
        tx,
        Opening(
            kind="confirm",
            owed_by=person,
            owed_to=meeting.organiser,
            level=level,
            clause=level.clause,
            rule=RULE,
            start=call.now,
            subject=confirming(minutes),
            within=book.meetings.confirm_within,
        ),
    )
    tx.dues.add(duty.due, MINUTES, duty.id)
    card = minuted.to_confirm(tx, meeting, minutes, duty, before)
    call.tell(person, card, deeds.subject(duty))
    return duty


def note(call: Call, minutes: Minutes, response: Response) -> None:
    call.tx.meetings.respond(minutes.meeting, response)


def of(tx: Transaction, minutes: Minutes, person: str) -> Duty | None:
    """What they still owe an answer to."""
    live = tx.duties.about(confirming(minutes))
    return next((duty for duty in live if duty.owed_by == person), None)


def answered(tx: Transaction, meeting: Meeting, minutes: Minutes, person: str) -> None:
    """Their duty ends with the last item they answer."""
    said = tx.meetings.responses(meeting.id)
    duty = of(tx, minutes, person)
    if duty is not None and not rules.unanswered(minutes, said, person):
        end(tx, meeting, minutes, duty, "confirmed")
    finish(tx, meeting, minutes)


def end(tx: Transaction, meeting: Meeting, minutes: Minutes, duty: Duty, how: str) -> None:
    tx.dues.cancel(MINUTES, duty.id)
    deeds.settle(tx, duty, "done", Ending(how, tx.clock.now()))
    _amend(tx, duty, minuted.responded(tx, meeting, minutes, duty.owed_by or ""))


def _amend(tx: Transaction, duty: Duty, card: Card) -> None:
    for arrival in tx.outbox.told(deeds.subject(duty)):
        if arrival.message is not None:
            where = conversation(arrival.message.place)
            key = f"minutes/{tx.clock.new_id()}/{where}/{arrival.message.id}"
            tx.outbox.add(Amend(arrival.to, arrival.message, card), key)


def is_late(tx: Transaction, minutes: Minutes, said: Sequence[Response], person: str) -> bool:
    """Their time to object is over: it was spent in silence, or the last deadline has passed."""
    if of(tx, minutes, person) is not None:
        return False
    spent = any(each.person == person and each.said == "silent" for each in said)
    return spent or tx.clock.now() > minutes.confirm_by


def review(call: Call, meeting: Meeting, item: Item, response: Response) -> Duty:
    """The organiser is to look at an objection; an older one of the same person is overtaken."""
    tx, book = call.tx, call.book
    _withdraw(tx, meeting, item.number, response.person)
    level = book.levels[book.meetings.level]
    duty = deeds.open_duty(
        tx,
        Opening(
            kind="review",
            owed_by=meeting.organiser,
            owed_to=response.person,
            level=level,
            clause=level.clause,
            rule="meetings.review",
            start=call.now,
            subject=f"{OBJECTION}/{meeting.id}/{response.id}",
        ),
    )
    card = minuted.objection(tx, meeting, item, response, duty)
    call.tell(meeting.organiser, card, deeds.subject(duty))
    return duty


def reviews(tx: Transaction, meeting: Meeting) -> list[Duty]:
    """The objections that are still to be looked at."""
    about = f"{OBJECTION}/{meeting.id}/"
    owed = tx.duties.owed_by(meeting.organiser)
    return [duty for duty in owed if duty.kind == "review" and duty.subject.startswith(about)]


def _withdraw(tx: Transaction, meeting: Meeting, item: int, person: str) -> None:
    for duty, response in _with_responses(tx, meeting):
        if response.item == item and response.person == person:
            deeds.settle(tx, duty, "dropped", Ending("amended", tx.clock.now()))


def reviewed(tx: Transaction, meeting: Meeting, item: int) -> None:
    """Its words are new: every objection to the old ones has been heard."""
    for duty, response in _with_responses(tx, meeting):
        if response.item == item:
            deeds.settle(tx, duty, "done", Ending("amended", tx.clock.now()))


def _with_responses(tx: Transaction, meeting: Meeting) -> Iterable[tuple[Duty, Response]]:
    for duty in reviews(tx, meeting):
        response = tx.meetings.response(duty.subject.rpartition("/")[2])
        if response is not None:
            yield duty, response


def overtaken(tx: Transaction, minutes: Minutes) -> None:
    """A newer version is sent: what was owed to this one is asked again with that."""
    for duty in tx.duties.about(confirming(minutes)):
        tx.dues.cancel(MINUTES, duty.id)
        deeds.settle(tx, duty, "dropped", Ending("amended", tx.clock.now()))
        meeting = tx.meetings.get(minutes.meeting)
        if meeting is not None:
            _amend(tx, duty, minuted.responded(tx, meeting, minutes, duty.owed_by or ""))


def finish(tx: Transaction, meeting: Meeting, minutes: Minutes) -> None:
    """Everybody has answered, and every objection was looked at: the organiser hears so, once."""
    if tx.duties.about(confirming(minutes)) or reviews(tx, meeting):
        return
    key = f"{confirming(minutes)}/finished"
    if not tx.outbox.known([key]):
        deeds.tell(tx, meeting.organiser, minuted.finished(tx, meeting, minutes), key)


def silence(tx: Transaction, fallen: Iterable[Due]) -> None:
    for due in fallen:
        duty = tx.duties.get(due.subject)
        if duty is not None and duty.live:
            _silent(tx, duty, due)


def _silent(tx: Transaction, duty: Duty, due: Due) -> None:
    """The deadline has passed, for who is at work; what never reached them is not confirmed."""
    now, book = tx.clock.now(), tx.policies.version(duty.policy).meetings
    if duty.due > now:  # a leave has moved it
        tx.dues.add(duty.due, MINUTES, duty.id, due.step + 1)
        return
    minutes = tx.meetings.version(duty.subject.rpartition("/")[2])
    meeting = tx.meetings.get(minutes.meeting) if minutes else None
    if minutes is None or meeting is None or not book.silent_confirms:
        return
    if not tx.outbox.told(deeds.subject(duty)):
        later = ladder.spent(tx, duty, now, book.confirm_within)
        moved = replace(duty, due=later)
        tx.duties.save(moved)
        tx.dues.add(later, MINUTES, duty.id, due.step + 1)
        tx.dues.cancel(ladder.LADDER, duty.id)
        ladder.climb_from(tx, moved, duty.step)
        return
    said = tx.meetings.responses(meeting.id)
    for item in rules.unanswered(minutes, said, duty.owed_by or ""):
        tx.meetings.respond(meeting.id, _silently(tx, minutes, item, duty))
    end(tx, meeting, minutes, duty, "silent")
    finish(tx, meeting, minutes)


def _silently(tx: Transaction, minutes: Minutes, item: Item, duty: Duty) -> Response:
    person = duty.owed_by or ""
    return Response(
        id=tx.clock.new_id(),
        version=minutes.version,
        item=item.number,
        person=person,
        by=person,
        said="silent",
        at=tx.clock.now(),
    )
