"""No reply is needed: said by who waits or a manager it holds; by who owes it, after silence.

Policy 2.2.1-reply, 1.3-moderate.
"""

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.handlers import deeds, times
from bot.handlers.deeds import SILENCE, Ending
from bot.policy.duties import ANSWERED, Duty
from bot.store import Transaction
from bot.store.duties import Due
from bot.words import Code, Ref, Say, say


def drop(call: Call, duty: Duty) -> Card:
    """At once where the asker or a manager says so; else when the asker does not object."""
    own = {call.person.id, *call.directory.stands_in_for(call.person.id, call.now)}
    if duty.owed_to in own or (duty.owed_by not in own):
        return _at_once(call, duty)
    if duty.held_why == "drop":
        raise Refusal(
            say("{person} has been asked already.", person=call.who(duty.owed_to)),
        )
    return _unless_objected(call, duty)


def _at_once(call: Call, duty: Duty) -> Card:
    number = Ref(duty.number)
    deeds.settle(call.tx, duty, "dropped", Ending(f"by:{call.person.id}", call.now))
    dropped = _said(call, duty)
    reopen = Button(say("I do need one"), "↩️", f"reopen {duty.number}")
    for other in sorted({each for each in (duty.owed_by, duty.owed_to) if each} - {call.person.id}):
        buttons = (reopen,) if other == duty.owed_to else ()
        words = deeds.quoted(call.tx, duty.about, other)
        call.tell(other, Card(dropped, body=words, buttons=buttons, about=duty.about))
    return Card(
        say("Dropped: {number} needs no reply.", number=number)
        if duty.kind in ANSWERED
        else say("Dropped: {number} need not be done.", number=number),
        why=say("Undo: {command}", command=Code(f"/duly reopen {duty.number}")),
        tone="good",
    )


def _said(call: Call, duty: Duty) -> Say:
    person, number = call.who(call.person.id), Ref(duty.number)
    if duty.kind in ANSWERED:
        return say("{person} says {number} needs no reply.", person=person, number=number)
    return say("{person} says {number} need not be done.", person=person, number=number)


def _unless_objected(call: Call, duty: Duty) -> Card:
    number, who = Ref(duty.number), call.who(duty.owed_to)
    days = call.book.endings.silence_days
    asker = duty.owed_to or ""
    opens = times.opening(call.tx, asker, call.now) or call.now  # when they can hear of it
    calendar, away = times.calendar_of(call.tx, asker), times.away_of(call.tx, asker)
    until = times.working_days(opens, days, calendar, away)
    deeds.hold(call.tx, duty, "drop")
    call.tx.dues.cancel(SILENCE, duty.id)
    call.tx.dues.add(until, SILENCE, duty.id)
    told = Card(
        say(
            "{person} says {number} needs no reply.", person=call.who(call.person.id), number=number
        ),
        body=deeds.quoted(call.tx, duty.about, duty.owed_to),
        facts=((say("It is dropped, unless you object, at"), until),),
        buttons=(
            Button(say("I do need one"), "↩️", f"reopen {duty.number}"),
            Button(say("No reply needed"), "🚫", f"drop {duty.number}"),
        ),
        about=duty.about,
    )
    call.tell(duty.owed_to, told, deeds.subject(duty))
    return Card(
        say("{person} is asked whether {number} can be dropped.", person=who, number=number),
        body=(
            say(
                "You are not nudged meanwhile. It is dropped at {at} unless they object.", at=until
            ),
        ),
        why=say("Undo: {command}", command=Code(f"/duly reopen {duty.number}")),
        tone="good",
    )


def object_to(call: Call, duty: Duty) -> Card:
    """The asker does need an answer, or who owes it thought better of it."""
    running = deeds.resume(call.tx, duty)
    call.tx.dues.cancel(SILENCE, duty.id)
    if call.person.id != duty.owed_by:
        told = Card(
            say(
                "{person} still needs an answer: {number}",
                person=call.who(call.person.id),
                number=Ref(duty.number),
            ),
            body=deeds.quoted(call.tx, duty.about, duty.owed_by),
            facts=((say("Due"), running.due),),
            about=duty.about,
        )
        call.tell(duty.owed_by, told, deeds.subject(duty))
    return Card(
        say("Open again: {number}.", number=Ref(duty.number)),
        facts=((say("Due"), running.due),),
        tone="good",
    )


def silence(tx: Transaction, fallen: Due) -> None:
    """Nobody objected: it needs no reply."""
    duty = tx.duties.get(fallen.subject)
    if duty is not None and duty.live and duty.held_why == "drop":
        deeds.settle(tx, duty, "dropped", Ending("silence", tx.clock.now()))
