"""A version of minutes is kept, its actions are owed, and the participants have it to confirm.

Policy 2.2.2-minutes, 3.3.1.
"""

from dataclasses import replace

from bot.card import Card
from bot.command import Call
from bot.events import account_key
from bot.handlers import agreed, consent, deeds, minuted, times
from bot.handlers.deeds import Opening
from bot.policy import minutes as rules
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Minutes
from bot.store.records import Saying
from bot.words import Code, Quoted, Ref, say


def act(call: Call, meeting: Meeting, item: Item) -> Item:
    """An action is owed by its owner; nobody nudges people from outside."""
    owner = call.directory.people.get(item.owner or "")
    if item.kind != "action" or owner is None or owner.partner:
        return item
    level = call.book.levels[call.book.meetings.action_level]
    duty = deeds.open_duty(
        call.tx,
        Opening(
            kind="act",
            owed_by=owner.id,
            owed_to=meeting.organiser if meeting.organiser != owner.id else None,
            level=level,
            clause=level.clause,
            rule="meetings.act",
            start=call.now,
            subject=f"{minuted.ACTION}/{meeting.id}/{item.number}",
            due=item.due,
        ),
    )
    return replace(item, duty=duty.id, due=duty.due)


def keep(call: Call, meeting: Meeting, items: tuple[Item, ...], version: int, text: str) -> Minutes:
    """A version, and the record of it. Policy 3.3.1."""
    within = call.book.meetings.confirm_within
    ends = [
        times.working(
            call.now, within, times.calendar_of(call.tx, each), times.away_of(call.tx, each)
        )
        for each in readers(call, meeting)
    ]
    minutes = Minutes(
        id=call.tx.new_id(),
        meeting=meeting.id,
        version=version,
        at=call.now,
        by=call.person.id,
        confirm_by=max(ends, default=call.now),
        digest=rules.digest(items),
        items=items,
    )
    call.tx.meetings.minuted(minutes, text)
    body = {
        "text": text,
        "who": call.person.id,
        "meeting": meeting.number,
        "version": version,
        "digest": minutes.digest,
    }
    call.tx.records.add(
        Saying(
            kind="minutes",
            conversation=f"duly/meetings/{meeting.id}",
            thread=None,
            message=minutes.id,
            author=account_key(call.account),
            class_name="work",
            at=call.now,
            body=body,
        )
    )
    return minutes


def readers(call: Call, meeting: Meeting) -> list[str]:
    """Who is asked to confirm: who was there or, where nobody said, who had not declined."""
    told = any(each.attended is not None for each in meeting.invitees)
    found = []
    for each in meeting.invitees:
        known = call.directory.people.get(each.person or "")
        there = bool(each.attended or each.attested) if told else each.answer != "declined"
        if known is None or known.partner or not (there or each.attested):
            continue
        if known.id != call.person.id and call.tx.people.reached_at(known.id) is not None:
            found.append(known.id)
    return found


def send(
    call: Call, meeting: Meeting, minutes: Minutes, before: Minutes | None, knows: str = ""
) -> tuple[str, ...]:
    """Everybody with an item to answer owes an answer to it; who owns an action hears of it."""
    said = call.tx.meetings.responses(meeting.id)
    asked = []
    for person in readers(call, meeting):
        if rules.unanswered(minutes, said, person):
            consent.ask(call, meeting, minutes, person, before)
            asked.append(person)
    for item in minutes.items:
        fresh = item.since == minutes.version and item.duty is not None
        if fresh and item.owner not in (*asked, call.person.id, knows):
            _tell_owner(call, meeting, item)
    return tuple(asked)


def _tell_owner(call: Call, meeting: Meeting, item: Item) -> None:
    duty = call.tx.duties.get(item.duty or "")
    if duty is None:
        return
    card = Card(
        say("A meeting has agreed on something for you: {number}", number=Ref(duty.number)),
        body=(Quoted(meeting.topic), minuted.line(call.tx, item)),
        facts=((say("Due"), duty.due),),
        buttons=agreed.exits(duty),
        why=say("Clause {clause}.", clause=Code(duty.clause)),
    )
    call.tell(item.owner, card, deeds.subject(duty))
