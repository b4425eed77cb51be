"""/duly pass: it is for somebody else. Policy 2.2.1-reply."""

from dataclasses import dataclass

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import deeds, showing
from bot.policy import duties
from bot.policy.duties import Duty
from bot.policy.people import Person
from bot.words import Ref, say
from commands import reading


@dataclass(frozen=True, slots=True)
class Passing:
    number: int
    to: Person | None


def parse(words: Words) -> Passing:
    number, rest = reading.number(words, "pass 7 @ann")
    return Passing(number, words.person(rest) if rest else None)


def run(call: Call, passing: Passing) -> Card | Form:
    duty, to = _mine_to_pass(call, passing.number), passing.to
    if why := duties.why_settled(duty):
        raise Refusal(why)
    if to is None:
        return Form(
            f"pass {duty.number}", say("Who should answer instead?"), FIELDS, say("Pass on")
        )
    if to.id in (duty.owed_by, duty.owed_to) or to.partner:
        raise Refusal(say("It cannot go to {person}. Name a colleague.", person=call.who(to.id)))

    deeds.settle(call.tx, duty, "passed", deeds.Ending(f"to:{to.id}", call.now))
    new = deeds.open_duty(call.tx, _same_for(call, duty, to))
    told = Card(
        say(
            "{person} passed an answer on to you: {number}",
            person=call.who(call.person.id),
            number=Ref(new.number),
        ),
        body=(showing.line(call.tx, new, to.id),),
        buttons=showing.exits(new),
        about=new.about,
    )
    call.tell(to.id, told, deeds.subject(new))
    done = say("{number} is now with {person}.", number=Ref(duty.number), person=call.who(to.id))
    words = deeds.quoted(call.tx, duty.about, duty.owed_to)
    call.tell(duty.owed_to, Card(done, body=words, about=duty.about))
    return Card(done, tone="good")


def _mine_to_pass(call: Call, number: int) -> Duty:
    """One's own, or that of somebody one leads."""
    duty = call.tx.duties.find(number)
    if duty is None or duty.kind != "reply":
        raise Refusal(duties.nobody_owes(number))
    above = deeds.may_close(duty, call.person, call.tx) and duty.owed_to != call.person.id
    if not above:
        raise Refusal(duties.nobody_owes(number))
    return duty


def _same_for(call: Call, duty: Duty, to: Person) -> deeds.Opening:
    """Who receives it has the whole time, from now."""
    book = call.tx.policies.version(duty.policy)
    return deeds.Opening(
        kind=duty.kind,
        owed_by=to.id,
        owed_to=duty.owed_to,
        level=book.levels[duty.level],
        clause=duty.clause,
        rule=duty.rule,
        start=call.now,
        about=duty.about,
        subject=duty.subject,
    )


FIELDS = (Field("person", say("Who?"), "person", longest=100),)
COMMAND = Command(
    name="pass",
    usage="pass NUMBER @NAME",
    summary=say("Somebody else should answer."),
    examples=("7", "7 @ann"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
