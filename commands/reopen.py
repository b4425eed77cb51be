"""/duly reopen: it was not answered after all. Policy 2.2.1-reply."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import deeds, dropping, showing
from bot.policy import duties
from bot.policy.duties import Duty
from bot.words import Ref, Say, say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "reopen 7")[0]


def run(call: Call, number: int) -> Card:
    duty = call.tx.duties.find(number)
    answered = duty is not None and duty.kind in duties.TICKED
    if duty is None or not answered or not deeds.may_close(duty, call.person, call.tx):
        raise Refusal(duties.nobody_owes(number))
    if duty.live and duty.held_why == "drop":
        return dropping.object_to(call, duty)
    if why := deeds.why_no_reopening(call.tx, duty, call.person):
        raise Refusal(why)

    opened = deeds.reopen(call.tx, duty)
    told = Card(
        _again(call, opened),
        body=(showing.line(call.tx, opened, duty.owed_by or ""),),
        buttons=showing.exits(opened),
        about=opened.about,
    )
    if duty.owed_by != call.person.id:
        call.tell(duty.owed_by, told, deeds.subject(opened))
    return Card(
        say("Open again: {number}.", number=Ref(number)),
        facts=((say("Due"), opened.due),),
        tone="good",
    )


def _again(call: Call, opened: Duty) -> Say:
    person, number = call.who(call.person.id), Ref(opened.number)
    if opened.kind in duties.ANSWERED:
        return say("{person} still needs an answer: {number}", person=person, number=number)
    return say("{person} says this is not done yet: {number}", person=person, number=number)


COMMAND = Command(
    name="reopen",
    usage="reopen NUMBER",
    summary=say("It was not answered after all."),
    examples=("7",),
    parse=parse,
    run=run,
)
