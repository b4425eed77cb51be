"""/duly done: I have answered, whatever the bot made of it. Policy 2.2.1-reply."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import deeds
from bot.policy import duties
from bot.policy.duties import Duty
from bot.words import Code, Ref, Say, say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "done 7")[0]


def run(call: Call, number: int) -> Card:
    duty = reading.owed(call, number)
    if why := duties.why_settled(duty):
        return Card(why)

    deeds.settle(call.tx, duty, "done", deeds.Ending("said so", call.now))
    return Card(
        _done(call, duty),
        tone="good",
        why=say("Undo: {command}", command=Code(f"/duly reopen {number}")),
    )


def _done(call: Call, duty: Duty) -> Say:
    number = Ref(duty.number)
    if duty.owed_to is None:
        return say("Done: {number}.", number=number)
    return say(
        "Done: {number}. {person} can open it again.",
        number=number,
        person=call.who(duty.owed_to),
    )


COMMAND = Command(
    name="done",
    usage="done NUMBER",
    summary=say("I have answered."),
    examples=("7", "#7", "＃７"),
    parse=parse,
    run=run,
)
