"""The life of a duty, told as sentences in order of time: why it counted, and what became of it.

Policy 1.3 (truthful), 2.2.1-reply. Words of people are shown to who may read them.
"""

from collections.abc import Iterator
from operator import itemgetter

from bot.events import conversation
from bot.handlers import causes, endings, ledgers
from bot.handlers.telling import Event, Telling, is_back
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.words import Code, Ref, Say, say


def told(tx: Transaction, duty: Duty, reader: str | None) -> tuple[Say, ...]:
    """For `reader`, a person's id; None: for who looks after the bot, and reads nobody's words."""
    one = Telling(tx, duty, reader)
    happened = sorted(_happened(one), key=itemgetter(0))
    return (*causes.opening(one), *(what for _, what in happened), *_now(one))


def _happened(one: Telling) -> Iterator[Event]:
    yield from _messages(one)
    yield from ledgers.nudged(one)
    yield from _response(one)
    for child in one.children:
        yield from _child(one, child)
    yield from ledgers.promised(one)
    yield from _held(one)
    if one.duty.closed is not None and not one.duty.live:
        yield one.duty.closed, endings.end(one.tx, one.duty)
    yield from _successors(one)


def _messages(one: Telling) -> Iterator[Event]:
    """What asked it, what was done to that, and what answered it."""
    duty = one.duty
    if duty.about is None or duty.kind == "accept":
        return
    yield from _written(one, duty.about.id)
    for at, gone in one.lives.changes(duty.about):
        if gone:
            yield at, say("The message was deleted at {at}.", at=at)
        else:
            yield at, say("The message was changed at {at}.", at=at)
    if duty.answer is not None:
        yield from _written(one, duty.answer)


def _written(one: Telling, id: str) -> Iterator[Event]:
    assert one.duty.about is not None
    found = one.tx.records.message(conversation(one.duty.about.place), id)
    if found is not None:
        at, shown = found[0].at, one.message(id)
        yield (
            at,
            say("{person} wrote at {at}: {message}", person=one.author(id), at=at, message=shown),
        )


def _response(one: Telling) -> Iterator[Event]:
    """A holding reply. What was asked back is told with what came of it."""
    duty = one.duty
    backs = {each.about.id for each in one.children if each.about and is_back(each)}
    if duty.responded is None or duty.responded_at is None or duty.responded in backs:
        return
    at = duty.responded_at
    yield (
        at,
        say(
            "{owner} responded at {at}, and did not settle it yet: {message}",
            owner=one.author(duty.responded),
            at=at,
            message=one.message(duty.responded),
        ),
    )


def _child(one: Telling, child: Duty) -> Iterator[Event]:
    if is_back(child):
        yield from _asked_back(one, child)
    elif child.kind == "accept":
        yield from _offered(one, child)


def _successors(one: Telling) -> Iterator[Event]:
    """Who has had it since it was passed on."""
    for child in one.children:
        if child.kind != "accept" and not is_back(child):
            yield (
                child.start,
                say(
                    "From {at} on it was {number} of {person}.",
                    at=child.start,
                    number=Ref(child.number),
                    person=one.who(child.owed_by),
                ),
            )


def _asked_back(one: Telling, child: Duty) -> Iterator[Event]:
    number, asker = Ref(child.number), one.who(child.owed_by)
    shown = one.message(child.about.id) if child.about else Code("—")
    yield (
        child.start,
        say(
            "{owner} asked something back at {at}, which {person} owed an answer to "
            "({number}): {message}",
            owner=one.who(child.owed_to),
            at=child.start,
            person=asker,
            number=number,
            message=shown,
        ),
    )
    if child.state == "done" and child.closed is not None:
        yield (
            child.closed,
            say(
                "{person} answered that at {at}, and the clock went on.",
                person=asker,
                at=child.closed,
            ),
        )


def _offered(one: Telling, child: Duty) -> Iterator[Event]:
    person, at = one.who(child.owed_by), child.closed
    asked = say(
        "{person} was asked at {at} to take it over ({number}).",
        person=person,
        at=child.start,
        number=Ref(child.number),
    )
    yield child.start, asked
    if at is None:
        return
    match child.how:
        case "accepted":
            yield at, say("{person} accepted at {at}.", person=person, at=at)
        case "declined":
            yield at, say("{person} declined at {at}.", person=person, at=at)
        case _:
            yield at, say("{person} was asked no more from {at} on.", person=person, at=at)


def _held(one: Telling) -> Iterator[Event]:
    duty = one.duty
    if duty.live and duty.held is not None and duty.held_why == "drop":
        what = say(
            "{owner} said at {at} that no reply is needed.",
            owner=one.who(duty.owed_by),
            at=duty.held,
        )
        yield duty.held, what


def _now(one: Telling) -> Iterator[Say]:
    duty = one.duty
    if not duty.live:
        return
    if duty.held is not None:
        yield _stands(one)
    elif duty.promised_for is not None and duty.promised_for > one.tx.clock.now():
        yield say("It is open; an answer is promised for {until}.", until=duty.promised_for)
    elif duty.due > one.tx.clock.now():
        yield say("It is still open; it is due at {due}.", due=duty.due)
    else:
        yield say("It is still open; it was due at {due}.", due=duty.due)


def _stands(one: Telling) -> Say:
    duty, asker = one.duty, one.who(one.duty.owed_to)
    assert duty.held is not None
    if duty.held_why == "drop":
        return say("It is dropped unless {person} objects.", person=asker)
    return say(
        "Its clock has stood since {at}: {person} is to answer first what was asked back.",
        at=duty.held,
        person=asker,
    )
