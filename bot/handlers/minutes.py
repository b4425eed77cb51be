"""Minutes: written by who called the meeting, confirmed item by item, amended or kept.

Policy 2.2.2-minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.card import Button, Card, Field, Form
from bot.command import Call, Refusal, Words
from bot.events import account_key
from bot.handlers import agreed, consent, convening, deeds, meetings, minuted, times
from bot.handlers.deeds import Ending, Opening
from bot.policy import minutes as rules
from bot.policy.booking import Speaking, Unclear
from bot.policy.duties import Duty
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Line, Minutes, Response
from bot.store.records import Saying
from bot.words import Code, Quoted, Ref, Rows, Say, render, say, say_many

LONGEST = 3000  # characters of a form


@dataclass(frozen=True, slots=True)
class Found:
    """A meeting the caller may see the minutes of, and the duty they named, if they did."""

    meeting: Meeting
    duty: Duty | None


def find(call: Call, number: int) -> Found:
    """By the number of the meeting, or of a duty about it. Raises Refusal."""
    found = _found(call, number)
    if found is None:
        raise Refusal(
            say(
                "There are no minutes {number} for you. Your meetings: {command}",
                number=Ref(number),
                command=Code("/duly meeting list"),
            )
        )
    return found


def _found(call: Call, number: int) -> Found | None:
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


def _own(call: Call) -> tuple[str, ...]:
    return (call.person.id, *call.directory.stands_in_for(call.person.id, call.now))


def _may_read(call: Call, meeting: Meeting, duty: Duty | None) -> bool:
    """Who was invited, who writes them; who owns an action alone reads only that."""
    named = {duty.owed_by} if duty and duty.kind != "act" else set()
    writers = {each.owed_by for each in _to_write(call, meeting)}
    return bool({*_own(call)} & {meeting.organiser, *meeting.invited, *named, *writers})


def _to_write(call: Call, meeting: Meeting) -> list[Duty]:
    return call.tx.duties.about(f"{convening.MEETING}/{meeting.id}")


def _writes(call: Call, meeting: Meeting) -> bool:
    """Who called it, who took the minutes over, and who stands in for them."""
    minutes = call.tx.meetings.minutes(meeting.id)
    writers = {each.owed_by for each in _to_write(call, meeting)} | {meeting.organiser}
    return bool(set(_own(call)) & (writers | ({minutes.by} if minutes else set())))


def show(call: Call, number: int) -> Card | Form:
    """The minutes or, for who is to write them, the form to do so."""
    found = find(call, number)
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


def _objected(call: Call, found: Found, minutes: Minutes) -> Card | None:
    """What the organiser is to look at, when they name it by its own number."""
    if found.duty is None or found.duty.kind != "review" or not found.duty.live:
        return None
    response = call.tx.meetings.response(agreed.last_of(found.duty))
    item = minutes.item(response.item) if response else None
    if response is None or item is None:
        return None
    return minuted.objection(call.tx, found.meeting, item, response, found.duty)


def _refuse_unless_theirs(call: Call, meeting: Meeting) -> None:
    if not _writes(call, meeting):
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
    meeting = find(call, number).meeting
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
        _act(call, meeting, _item(each, number, words)) for number, each in enumerate(lines, 1)
    )
    minutes = _keep(call, meeting, items, 1, text)
    for duty in _to_write(call, meeting):
        deeds.settle(call.tx, duty, "done", Ending("minuted", call.now))
    asked = _send(call, meeting, minutes, None)
    return _sent(call, meeting, minutes, asked)


def _read(call: Call, text: str, words: Words) -> Sequence[Line]:
    try:
        return rules.read(text, speaking(call, words))
    except Unclear as unclear:
        raise Refusal(unclear.why) from None


def speaking(call: Call, words: Words) -> Speaking:
    calendar = times.calendar_of(call.tx, call.person.id)
    return Speaking(call.now, words.zone, tuple(token for token, _ in words.people), calendar)


def _item(line: Line, number: int, words: Words) -> Item:
    owner = words.person(line.owner).id if line.owner else None
    return Item(number=number, kind=line.kind, text=line.text, owner=owner, due=line.due)


def _act(call: Call, meeting: Meeting, item: Item) -> Item:
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


def _keep(
    call: Call, meeting: Meeting, items: tuple[Item, ...], version: int, text: str
) -> Minutes:
    """A version, and the record of it. Policy 3.3.1."""
    within = call.book.meetings.confirm_within
    readers = _readers(call, meeting)
    ends = [
        times.working(
            call.now, within, times.calendar_of(call.tx, each), times.away_of(call.tx, each)
        )
        for each in readers
    ]
    minutes = Minutes(
        id=call.tx.clock.new_id(),
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


def _readers(call: Call, meeting: Meeting) -> list[str]:
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


def _send(
    call: Call, meeting: Meeting, minutes: Minutes, before: Minutes | None, knows: str = ""
) -> tuple[str, ...]:
    """Everybody with an item to answer owes an answer to it; who owns an action hears of it."""
    said = call.tx.meetings.responses(meeting.id)
    asked = []
    for person in _readers(call, meeting):
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


def _sent(call: Call, meeting: Meeting, minutes: Minutes, asked: Sequence[str]) -> Card:
    people = tuple(call.who(each) for each in asked)
    told = (
        (say("They are with {people} to confirm.", people=Rows(people)),)
        if people
        else (say("There is nobody to confirm them."),)
    )
    outside = (
        (say("I cannot write to people from outside: send them the minutes yourself."),)
        if meetings.outside(call.tx, meeting)
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


# What the participants say of them


def confirm(call: Call, number: int, words: str) -> Card | None:
    """All that is not answered yet, or the items named; None: there are no such minutes."""
    found = _found(call, number)
    minutes = call.tx.meetings.minutes(found.meeting.id) if found else None
    if found is None or minutes is None:
        return None
    meeting, person = found.meeting, _whose(call, found.meeting, minutes)
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
        consent.note(call, minutes, _response(call, minutes, each.number, person, "confirm"))
    consent.answered(call.tx, meeting, minutes, person)
    count = len(items)
    return Card(
        say_many("Confirmed: {count} item.", "Confirmed: {count} items.", count),
        tone="good",
    )


def _numbers(words: str) -> frozenset[int]:
    """3, 3 5 or 3,5; none means all."""
    parts = words.replace(",", " ").replace("，", " ").replace("、", " ").split()
    return frozenset(int(each) for each in parts if each.isascii() and each.isdigit())


def _whose(call: Call, meeting: Meeting, minutes: Minutes) -> str:
    """For whom the caller answers: for themselves, or for who is away and named them."""
    said = call.tx.meetings.responses(meeting.id)
    asked = minuted.people(call.tx, minutes, said)
    for each in _own(call):
        if each in asked or (each == call.person.id and each in meeting.invited):
            return each
    raise Refusal(
        say("The participants of {number} confirm its minutes.", number=Ref(meeting.number))
    )


def _response(call: Call, minutes: Minutes, item: int, person: str, said: rules.Said) -> Response:
    return Response(
        id=call.tx.clock.new_id(),
        version=minutes.version,
        item=item,
        person=person,
        by=call.person.id,
        said=said,
        at=call.now,
    )


@dataclass(frozen=True, slots=True)
class Objecting:
    """`amends`: the words are those that the item should have."""

    item: int
    words: str
    amends: bool


def object_to(call: Call, number: int, made: Objecting, words: Words) -> Card | Form:
    """In time the organiser must look at it; later it is kept, and the organiser told."""
    found = find(call, number)
    meeting, minutes = found.meeting, _sent_ones(call, found.meeting)
    item = _item_of(minutes, made.item)
    if made.amends and _writes(call, meeting):
        return _amend_oneself(call, meeting, minutes, _reworded(call, item, made.words, words))
    person = _whose(call, meeting, minutes)
    if made.amends:
        _reworded(call, item, made.words, words)  # it can be taken as it is
    said = call.tx.meetings.responses(meeting.id)
    response = replace(
        _response(call, minutes, item.number, person, "amend" if made.amends else "object"),
        words=made.words,
        late=consent.is_late(call.tx, minutes, said, person),
    )
    consent.note(call, minutes, response)
    if response.late:
        call.tell(meeting.organiser, minuted.late(call.tx, meeting, item, response))
        return Card(
            say("It is kept as a late objection; {person} is told.", person=call.who(minutes.by)),
            body=(say("The deadline was {at}.", at=minutes.confirm_by),),
        )
    consent.review(call, meeting, item, response)
    consent.answered(call.tx, meeting, minutes, person)
    return _noted(call, meeting, minutes, person)


def _noted(call: Call, meeting: Meeting, minutes: Minutes, person: str) -> Card:
    said = call.tx.meetings.responses(meeting.id)
    rest = rules.unanswered(minutes, said, person)
    confirm = Button(say("Confirm the rest"), "✅", f"minutes {meeting.number} confirm", "good")
    return Card(
        say("Noted. {person} is asked to look at it.", person=call.who(meeting.organiser)),
        body=(
            say_many(
                "{count} item is still to be answered.",
                "{count} items are still to be answered.",
                len(rest),
            ),
        )
        if rest
        else (),
        buttons=(confirm,) if rest else (),
        tone="good",
    )


def _sent_ones(call: Call, meeting: Meeting) -> Minutes:
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


def _item_of(minutes: Minutes, number: int) -> Item:
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


def _reworded(call: Call, item: Item, text: str, words: Words) -> Item:
    """An item in other words; an action keeps whom and when it does not name."""
    try:
        line = rules.amended(item, text, speaking(call, words))
    except Unclear as unclear:
        raise Refusal(unclear.why) from None
    owner = words.person(line.owner).id if line.owner else item.owner
    return replace(item, text=line.text, owner=owner, due=line.due)


def _amend_oneself(call: Call, meeting: Meeting, minutes: Minutes, item: Item) -> Card:
    if minutes.item(item.number) == item:
        raise Refusal(say("These are the words it has already."))
    return _revise(call, meeting, minutes, item)


# What the organiser makes of it


def accept(call: Call, number: int, words: Words) -> Card:
    """The words of an amendment become those of the item, in a new version."""
    meeting, minutes, _, response = _reviewed(call, number)
    if response.said != "amend":
        raise Refusal(
            say(
                "No other words were proposed. To write them: {command}",
                command=Code(f"/duly minutes {number} amend {response.item} TEXT"),
            )
        )
    item = _item_of(minutes, response.item)
    theirs = replace(words, now=response.at)  # "by Friday" is theirs, not today's
    proposed = _reworded(call, item, response.words, theirs)
    return _revise(call, meeting, minutes, proposed, response)


def keep(call: Call, number: int) -> Card:
    """The words stay; that somebody objected stays beside them."""
    meeting, minutes, duty, response = _reviewed(call, number)
    kept = _response(call, minutes, response.item, response.person, "keep")
    consent.note(call, minutes, kept)
    deeds.settle(call.tx, duty, "done", Ending("kept", call.now))
    item = _item_of(minutes, response.item)
    call.tell(
        response.person,
        Card(
            say(
                "{person} keeps the words; your objection stays in the minutes of {number}.",
                person=call.who(call.person.id),
                number=Ref(meeting.number),
            ),
            body=(minuted.line(call.tx, item),),
        ),
    )
    consent.finish(call.tx, meeting, minutes)
    return Card(say("Kept. The objection stays beside it."), tone="good")


def _reviewed(call: Call, number: int) -> tuple[Meeting, Minutes, Duty, Response]:
    """The objection that is meant: by its own number, or the only one of the meeting."""
    found = find(call, number)
    meeting, minutes = found.meeting, _sent_ones(call, found.meeting)
    if not _writes(call, meeting):
        raise Refusal(say("Only {person} can do this.", person=call.who(meeting.organiser)))
    open_ones = consent.reviews(call.tx, meeting)
    named = [each for each in open_ones if found.duty and each.id == found.duty.id]
    chosen = named or (open_ones if found.duty is None else [])
    if len(chosen) != 1:
        raise Refusal(
            say("There is no open objection under {number}.", number=Ref(number))
            if not chosen
            else say(
                "Say which objection: {numbers}",
                numbers=Rows(tuple(Ref(each.number) for each in chosen)),
            )
        )
    response = call.tx.meetings.response(agreed.last_of(chosen[0]))
    assert response is not None
    return meeting, minutes, chosen[0], response


def _revise(
    call: Call,
    meeting: Meeting,
    before: Minutes,
    item: Item,
    taken: Response | None = None,
) -> Card:
    """A new version: whoever had not answered, and everybody for the changed item, is asked."""
    old, version = _item_of(before, item.number), before.version + 1
    item = _owed_anew(call, meeting, old, item)
    items = rules.changed(before.items, item, version)
    consent.overtaken(call.tx, before)
    consent.reviewed(call.tx, meeting, item.number)
    minutes = _keep(call, meeting, items, version, item.text)
    if taken is not None:
        agrees = _response(call, minutes, item.number, taken.person, "accept")
        consent.note(call, minutes, agrees)
        own = replace(agrees, id=call.tx.clock.new_id(), by=taken.by, said="confirm")
        consent.note(call, minutes, own)
        call.tell(taken.person, _taken(call, meeting, minutes, item))
    asked = _send(call, meeting, minutes, before, taken.person if taken else "")
    people = tuple(call.who(each) for each in asked)
    return Card(
        say(
            "Changed: item {item} of the minutes of {number}.",
            item=Code(str(item.number)),
            number=Ref(meeting.number),
        ),
        body=(
            minuted.line(call.tx, minutes.item(item.number) or item),
            say("They are with {people} to confirm.", people=Rows(people))
            if people
            else say("There is nobody to confirm them."),
        ),
        tone="good",
    )


def _taken(call: Call, meeting: Meeting, minutes: Minutes, item: Item) -> Card:
    duty = call.tx.duties.get(item.duty or "")
    return Card(
        say(
            "{person} has taken your words into the minutes of {number}.",
            person=call.who(call.person.id),
            number=Ref(meeting.number),
        ),
        body=(minuted.line(call.tx, minutes.item(item.number) or item),),
        facts=((say("Number"), Ref(duty.number)),) if duty else (),
        tone="good",
    )


def _owed_anew(call: Call, meeting: Meeting, old: Item, item: Item) -> Item:
    """What its owner owes follows the new words."""
    if item.kind != "action" or (old.text, old.owner, old.due) == (item.text, item.owner, item.due):
        return item
    duty = call.tx.duties.get(old.duty or "")
    if duty is not None and duty.live:
        deeds.settle(call.tx, duty, "dropped", Ending("amended", call.now))
    if item.due is not None and item.due <= call.now:
        item = replace(item, due=None)
    return _act(call, meeting, item)


FIELD = Field("text", say("The minutes"), "lines", longest=LONGEST)
FIELDS = (FIELD,)


def objecting_form(number: int, *, amends: bool) -> Form:
    title = say("How should it read?") if amends else say("What do you object to?")
    hint = say(
        "The number of the item, and why. To propose other words instead, begin with “amend”."
    )
    label = say("Item and words, for example: 3 It was 5,000, not 50,000.")
    verb = "amend" if amends else "object"
    field = replace(FIELD, label=label, hint=hint)
    return Form(f"minutes {number} {verb}", title, (field,), say("Send"))


def wording_form(call: Call, number: int, item: int) -> Form:
    """The organiser changes an item: its words as they are, to be edited."""
    minutes = _sent_ones(call, find(call, number).meeting)
    field = replace(FIELD, label=say("Its new words"), initial=_item_of(minutes, item).text)
    title = say("Change item {item}", item=Code(str(item)))
    return Form(f"minutes {number} amend {item}", title, (field,), say("Change"))
