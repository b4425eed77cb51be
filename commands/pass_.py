"""/duly pass: it is for somebody else. Policy 2.2.1-reply."""

from dataclasses import dataclass

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import deeds, passing
from bot.policy import duties
from bot.policy.duties import Duty
from bot.policy.people import Person
from bot.words import say
from commands import reading


@dataclass(frozen=True, slots=True)
class Handing:
    number: int
    to: Person | None


def parse(words: Words) -> Handing:
    number, rest = reading.number(words, "pass 7 @ann")
    return Handing(number, words.person(rest) if rest else None)


def run(call: Call, wanted: Handing) -> Card | Form:
    duty, to = _mine_to_pass(call, wanted.number), wanted.to
    if why := duties.why_settled(duty):
        raise Refusal(why)
    if to is None:
        return Form(
            f"pass {duty.number}", say("Who should answer instead?"), FIELDS, say("Pass on")
        )
    if duty.kind == "accept":
        return passing.to_another(call, duty, to)
    return passing.offer(call, duty, to)


def _mine_to_pass(call: Call, number: int) -> Duty:
    """One's own, or that of somebody one leads; or all of somebody who left."""
    duty = call.tx.duties.find(number)
    known = (*duties.HANDED, "accept")
    if duty is None or duty.kind not in known or duty.subject.startswith(deeds.ACCEPT):
        raise Refusal(duties.nobody_owes(number))
    own = {call.person.id, *call.directory.stands_in_for(call.person.id, call.now)}
    if duty.owed_by not in own and not deeds.leads(call.tx, call.person, duty.owed_by):
        raise Refusal(duties.nobody_owes(number))
    return duty


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
