"""Objections to minutes and other words for them: taken into a new version, or kept beside.

Policy 2.2.2-minutes.
"""

from dataclasses import dataclass, replace

from bot.card import Button, Card, Field, Form
from bot.command import Call, Refusal, Words
from bot.handlers import agreed, consent, deeds, minuted, pledging, rights, versions
from bot.handlers.deeds import Ending
from bot.policy import minutes as rules
from bot.policy.booking import Unclear
from bot.policy.duties import Duty
from bot.policy.meetings import Meeting
from bot.policy.minutes import Item, Minutes, Response
from bot.words import Code, Ref, Rows, say, say_many

LONGEST = 3000  # characters of a form
FIELD = Field("text", say("The minutes"), "lines", longest=LONGEST)


@dataclass(frozen=True, slots=True)
class Objecting:
    """`amends`: the words are those that the item should have."""

    item: int
    words: str
    amends: bool


def object_to(call: Call, number: int, made: Objecting, words: Words) -> Card | Form:
    """In time the organiser must look at it; later it is kept, and the organiser told."""
    found = rights.find(call, number)
    meeting, minutes = found.meeting, rights.sent(call, found.meeting)
    item = rights.item_of(minutes, made.item)
    made = replace(made, words=_named(made.words, words))
    if made.amends and rights.writes(call, meeting):
        return _amend_oneself(call, meeting, minutes, _reworded(call, item, made.words, words))
    person = rights.whose(call, meeting, minutes)
    if made.amends:
        _reworded(call, item, made.words, words)  # it can be taken as it is
    said = call.tx.meetings.responses(meeting.id)
    response = replace(
        rights.response(call, minutes, item.number, person, "amend" if made.amends else "object"),
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


def _named(text: str, words: Words) -> str:
    """What stands for people on a platform is read by nobody else: their ids, to be read later."""
    for token, account in words.people:
        known = words.directory.behind(account)
        if known is not None and token:
            text = text.replace(token, f"@{known.id}")
    return text


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


def _reworded(call: Call, item: Item, text: str, words: Words) -> Item:
    """An item in other words; an action keeps whom and when it does not name."""
    try:
        line = rules.amended(item, text, rights.speaking(call, words))
    except Unclear as unclear:
        raise Refusal(unclear.why) from None
    owner = words.person(line.owner).id if line.owner else item.owner
    return replace(item, text=line.text, owner=owner, due=line.due)


def _amend_oneself(call: Call, meeting: Meeting, minutes: Minutes, item: Item) -> Card:
    if minutes.item(item.number) == item:
        raise Refusal(say("These are the words it has already."))
    return _revise(call, meeting, minutes, item)


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
    item = rights.item_of(minutes, response.item)
    zone = pledging.zone_of(call.tx, response.by)
    theirs = replace(words, now=response.at, zone=zone)  # "by Friday" is theirs, not today's
    proposed = _reworded(call, item, response.words, theirs)
    return _revise(call, meeting, minutes, proposed, response)


def keep(call: Call, number: int) -> Card:
    """The words stay; that somebody objected stays beside them."""
    meeting, minutes, duty, response = _reviewed(call, number)
    kept = rights.response(call, minutes, response.item, response.person, "keep")
    consent.note(call, minutes, kept)
    deeds.settle(call.tx, duty, "done", Ending("kept", call.now))
    item = rights.item_of(minutes, response.item)
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
    found = rights.find(call, number)
    meeting, minutes = found.meeting, rights.sent(call, found.meeting)
    if not rights.writes(call, meeting):
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
    old, version = rights.item_of(before, item.number), before.version + 1
    item = _owed_anew(call, meeting, old, item)
    items = rules.changed(before.items, item, version)
    consent.overtaken(call.tx, before)
    consent.reviewed(call.tx, meeting, item.number)
    minutes = versions.keep(call, meeting, items, version, item.text)
    if taken is not None:
        agrees = rights.response(call, minutes, item.number, taken.person, "accept")
        consent.note(call, minutes, agrees)
        own = replace(agrees, id=call.tx.clock.new_id(), by=taken.by, said="confirm")
        consent.note(call, minutes, own)
        call.tell(taken.person, _taken(call, meeting, minutes, item))
    asked = versions.send(call, meeting, minutes, before, taken.person if taken else "")
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
    return versions.act(call, meeting, item)


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
    minutes = rights.sent(call, rights.find(call, number).meeting)
    field = replace(FIELD, label=say("Its new words"), initial=rights.item_of(minutes, item).text)
    title = say("Change item {item}", item=Code(str(item)))
    return Form(f"minutes {number} amend {item}", title, (field,), say("Change"))
