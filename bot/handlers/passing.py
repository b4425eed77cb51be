"""A duty goes to somebody else once they accept it: one that is passed on, or all of who left.

Policy 2.2.1-reply, 3.2.4. Until it is accepted it stays with who has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.handlers import deeds, handing, showing
from bot.handlers.deeds import ACCEPT, Ending, Opening, person_named
from bot.policy.duties import ANSWERED, HANDED, OWN_TIME, Duty, Promise, nobody_owes
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, Who, say, say_many

LEFT = "handover/"  # before the id of somebody who left or moved: all they owe
PASSED, HANDOVER = "passed", "handover"  # the rules' names on a duty to accept


def offer(call: Call, duty: Duty, to: Person) -> Card:
    """They are asked whether they take it over; whoever leads them need not ask."""
    _refuse_unless_colleague(call, to, duty.owed_by, duty.owed_to)
    for known in call.tx.duties.children(duty.id):
        if known.kind == "accept":
            deeds.settle(call.tx, known, "dropped", Ending("parent", call.now))
    if deeds.leads(call.tx, call.person, to.id) or to.id == call.person.id:
        new = _hand_over(call.tx, duty, to.id)
        _tell_of(call, duty, new, given_by=call.person.id)
        return Card(_now_with(call.tx, duty, to.id), tone="good")
    asked = deeds.open_duty(
        call.tx,
        _request(
            call.tx,
            to.id,
            call.person.id,
            Wanted(ACCEPT + duty.id, PASSED, duty.clause, duty),
        ),
    )
    title = say(
        "{person} asks you to take over {number}",
        person=call.who(call.person.id),
        number=Ref(duty.number),
    )
    body: tuple[Say | Value, ...] = (showing.line(call.tx, duty, to.id),)
    card = Card(title, body=body, buttons=showing.exits(asked), about=duty.about)
    call.tell(to.id, card, deeds.subject(asked))
    return Card(
        say(
            "{person} is asked to take over {number}.",
            person=call.who(to.id),
            number=Ref(duty.number),
        ),
        body=(say("It stays with you until they accept."),)
        if duty.owed_by == call.person.id
        else (say("It stays where it is until they accept."),),
        tone="good",
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody is asked to take over."""

    subject: str
    rule: str
    clause: str
    duty: Duty | None = None  # None: everything of somebody who left


def _request(tx: Transaction, to: str, by: str | None, wanted: Wanted) -> Opening:
    book, duty = tx.policies.current(), wanted.duty
    return Opening(
        kind="accept",
        owed_by=to,
        owed_to=by,
        level=book.levels[book.endings.accept_level],
        clause=wanted.clause,
        rule=wanted.rule,
        start=tx.clock.now(),
        about=duty.about if duty else None,
        subject=wanted.subject,
        parent=duty.id if duty else None,
    )


def accept(call: Call, number: int) -> Card:
    asked = _asked(call, number)
    if asked.subject.startswith(LEFT):
        _refuse_unless_colleague(call, call.person, asked.subject.removeprefix(LEFT))
    deeds.settle(call.tx, asked, "done", Ending("accepted", call.now))
    if asked.subject.startswith(LEFT):
        return _take_all(call, asked.subject.removeprefix(LEFT))
    duty = call.tx.duties.get(asked.subject.removeprefix(ACCEPT))
    assert duty is not None
    new = _hand_over(call.tx, duty, asked.owed_by or call.person.id)
    _tell_of(call, duty, new, given_by=None)
    return Card(
        say("It is yours now: {number}.", number=Ref(new.number)),
        body=(showing.line(call.tx, new, call.person.id),),
        buttons=showing.exits(new),
        about=new.about,
        tone="good",
    )


def decline(call: Call, number: int, why: str) -> Card:
    asked = _asked(call, number)
    deeds.settle(call.tx, asked, "done", Ending("declined", call.now))
    reason: tuple[Say | Value, ...] = (Quoted(why),) if why else ()
    if asked.subject.startswith(LEFT):
        told = say(
            "{person} does not take over what {other} owed.",
            person=call.who(call.person.id),
            other=call.who(asked.subject.removeprefix(LEFT)),
        )
        _back_to_who_asked(call, asked)
    else:
        duty = call.tx.duties.get(asked.subject.removeprefix(ACCEPT))
        shown = Ref(duty.number if duty else asked.number)
        told = say(
            "{person} does not take over {number}; it stays where it is.",
            person=call.who(call.person.id),
            number=shown,
        )
    call.tell(asked.owed_to, Card(told, body=reason, about=asked.about))
    return Card(say("Declined. {person} has been told.", person=call.who(asked.owed_to)))


def _asked(call: Call, number: int) -> Duty:
    """What the caller is asked to take over, by its own number or by that of the duty."""
    asked = call.tx.duties.find(number)
    own = {call.person.id, *call.directory.stands_in_for(call.person.id, call.now)}
    if asked is not None and asked.kind != "accept":
        offers = (each for each in call.tx.duties.children(asked.id) if each.kind == "accept")
        asked = next((each for each in offers if each.owed_by in own), asked)
    if asked is None or asked.kind != "accept" or asked.owed_by not in own:
        raise Refusal(nobody_owes(number))
    if not asked.live:
        raise Refusal(say("This was settled already, or taken back."))
    return asked


def _refuse_unless_colleague(call: Call, to: Person, *barred: str | None) -> None:
    """Raises Refusal for partners, for who has left, and for those it cannot go to."""
    if to.id in barred or to.partner or not to.active:
        raise Refusal(say("It cannot go to {person}. Name a colleague.", person=call.who(to.id)))


def _hand_over(tx: Transaction, duty: Duty, to: str) -> Duty:
    """Closed for who had it, opened for who has it now, with a promise that still runs."""
    deeds.settle(tx, duty, "passed", Ending(f"to:{to}", tx.clock.now()))
    book = tx.policies.version(duty.policy)
    new = deeds.open_duty(
        tx,
        Opening(
            kind=duty.kind,
            owed_by=to,
            owed_to=duty.owed_to,
            level=book.levels[duty.level],
            clause=duty.clause,
            rule=duty.rule,
            start=tx.clock.now(),
            about=duty.about,
            seq=tx.duties.position(duty.id),
            subject=duty.subject,
            parent=duty.id,
            authorised_by=duty.authorised_by,
            due=duty.due if duty.kind in OWN_TIME and duty.due > tx.clock.now() else None,
        ),
    )
    until = duty.promised_for
    if until is not None and until > tx.clock.now():
        return deeds.promise(tx, new, Promise(until, to, "taken over"))
    return new


def _tell_of(call: Call, duty: Duty, new: Duty, *, given_by: str | None) -> None:
    """Who has it now is told unless they just took it; who had it and who waits are told."""
    if given_by is not None:
        told = Card(
            _passed(call.who(given_by), new),
            body=(showing.line(call.tx, new, new.owed_by or ""),),
            buttons=showing.exits(new),
            about=new.about,
        )
        if new.owed_by != call.person.id:
            call.tell(new.owed_by, told, deeds.subject(new))
    now_with = _now_with(call.tx, duty, new.owed_by)
    for other in dict.fromkeys((duty.owed_by, duty.owed_to)):
        if other not in (None, call.person.id, new.owed_by):
            words = deeds.quoted(call.tx, duty.about, other)
            call.tell(other, Card(now_with, body=words, about=duty.about))


def _passed(person: Who, new: Duty) -> Say:
    number = Ref(new.number)
    if new.kind in ANSWERED:
        return say("{person} passed an answer on to you: {number}", person=person, number=number)
    return say("{person} passed this on to you: {number}", person=person, number=number)


def _now_with(tx: Transaction, duty: Duty, to: str | None) -> Say:
    return say(
        "{number} is now with {person}.", number=Ref(duty.number), person=person_named(tx, to)
    )


# All that somebody who leaves or moves still owes


def begin(tx: Transaction, leaver: str) -> Duty | None:
    """Their manager is asked who takes it over; None where there is nothing, or no manager."""
    directory = tx.people.snapshot().directory
    person = directory.people.get(leaver)
    boss = directory.manager_of(person) if person else None
    awaited = person is not None and not person.active and tx.duties.owed_to(leaver)
    owed = _of(tx, leaver) or handing.decisions(tx, leaver)
    if person is None or boss is None or not (owed or awaited):
        return None
    for known in tx.duties.about(LEFT + leaver):
        return known
    asked = deeds.open_duty(
        tx, _request(tx, boss.id, None, Wanted(LEFT + leaver, HANDOVER, "3.2.4"))
    )
    deeds.tell(tx, boss.id, _card(tx, asked, person), f"handover/{asked.id}")
    return asked


def _of(tx: Transaction, leaver: str) -> list[Duty]:
    owed = tx.duties.owed_by(leaver)
    return [each for each in owed if each.kind in HANDED and not each.personal]


def _card(tx: Transaction, asked: Duty, leaver: Person) -> Card:
    owed, awaited = _of(tx, leaver.id), tx.duties.owed_to(leaver.id)
    title = (
        say("Who takes over what {person} owes?", person=person_named(tx, leaver.id))
        if leaver.active
        else say("{person} has left: who takes over?", person=person_named(tx, leaver.id))
    )
    body: list[Say | Value] = [
        say_many("{count} answer is owed.", "{count} answers are owed.", len(owed))
    ]
    deciding = len(handing.decisions(tx, leaver.id))
    if deciding:
        body.append(
            say_many("{count} decision is awaited.", "{count} decisions are awaited.", deciding)
        )
    if awaited:
        body.append(
            say_many("{count} answer is awaited.", "{count} answers are awaited.", len(awaited))
        )
    body += [showing.line(tx, duty, asked.owed_by or "") for duty in owed[: showing.SHOWN]]
    return Card(
        title,
        body=tuple(body),
        facts=((say("Number"), Ref(asked.number)), (say("Due"), asked.due)),
        buttons=(
            Button(say("I take it over"), "✅", f"accept {asked.number}", "good"),
            Button(say("Somebody else"), "👉", f"pass {asked.number}"),
        ),
        why=say(
            "Clause {clause}: nothing may get lost when somebody leaves or moves.",
            clause=Code(asked.clause),
        ),
    )


def to_another(call: Call, asked: Duty, to: Person) -> Card:
    """A manager names who is to take everything over; they are asked in turn."""
    leaver = asked.subject.removeprefix(LEFT)
    _refuse_unless_colleague(call, to, leaver, call.person.id)
    deeds.settle(call.tx, asked, "passed", Ending(f"to:{to.id}", call.now))
    again = Wanted(asked.subject, HANDOVER, asked.clause)
    new = deeds.open_duty(call.tx, _request(call.tx, to.id, call.person.id, again))
    person = call.directory.people[leaver]
    call.tell(to.id, _card(call.tx, new, person), deeds.subject(new))
    return Card(say("{person} is asked to take it over.", person=call.who(to.id)), tone="good")


def hand_everything(call: Call, leaver: Person, to: Person) -> Card:
    """HR, a manager or the leaver names who is to take everything over."""
    _refuse_unless_colleague(call, to, leaver.id)
    if not _of(call.tx, leaver.id) and not handing.decisions(call.tx, leaver.id):
        return Card(say("{person} owes nothing.", person=call.who(leaver.id)))
    for known in call.tx.duties.about(LEFT + leaver.id):
        deeds.settle(call.tx, known, "passed", Ending(f"to:{to.id}", call.now))
    wanted = Wanted(LEFT + leaver.id, HANDOVER, "3.2.4")
    asked = deeds.open_duty(call.tx, _request(call.tx, to.id, call.person.id, wanted))
    call.tell(to.id, _card(call.tx, asked, leaver), deeds.subject(asked))
    return Card(say("{person} is asked to take it over.", person=call.who(to.id)), tone="good")


def _back_to_who_asked(call: Call, asked: Duty) -> None:
    leaver = call.directory.people[asked.subject.removeprefix(LEFT)]
    boss = call.directory.manager_of(leaver)
    to = boss.id if boss and asked.owed_to == leaver.id else asked.owed_to
    if to is None:
        return
    again = Wanted(asked.subject, HANDOVER, asked.clause)
    deeds.open_duty(call.tx, _request(call.tx, to, None, again))


def _take_all(call: Call, leaver: str) -> Card:
    """Every duty is opened anew for who accepts; what the leaver waited for comes to them too."""
    taken = []
    for duty in _of(call.tx, leaver):
        if duty.owed_to == call.person.id:  # nobody owes themselves
            deeds.settle(call.tx, duty, "dropped", Ending(f"by:{call.person.id}", call.now))
        else:
            taken.append(_hand_over(call.tx, duty, call.person.id))
    taken += handing.take_decisions(call, leaver)
    for duty in call.tx.duties.owed_to(leaver):
        if duty.kind == "decide":  # on their own request, which stays theirs
            continue
        if duty.owed_by == call.person.id:
            deeds.settle(call.tx, duty, "dropped", Ending(f"by:{call.person.id}", call.now))
        else:
            call.tx.duties.save(replace(duty, owed_to=call.person.id))
    for asker in sorted({duty.owed_to for duty in taken if duty.owed_to} - {call.person.id}):
        theirs = [duty for duty in taken if duty.owed_to == asker]
        call.tell(asker, _told(call.tx, leaver, theirs, asker))
    return Card(
        say_many(
            "You have taken over {count} duty of {person}.",
            "You have taken over {count} duties of {person}.",
            len(taken),
            person=call.who(leaver),
        ),
        body=tuple(showing.line(call.tx, duty, call.person.id) for duty in taken[: showing.SHOWN]),
        why=say("All of it: {command}", command=Code("/duly mine")),
        tone="good",
    )


def _told(tx: Transaction, leaver: str, taken: Iterable[Duty], asker: str) -> Card:
    duties = list(taken)
    return Card(
        say(
            "{person} now answers for {other}.",
            person=person_named(tx, duties[0].owed_by),
            other=person_named(tx, leaver),
        ),
        body=tuple(showing.waiting_line(tx, duty, asker) for duty in duties[: showing.SHOWN]),
    )
