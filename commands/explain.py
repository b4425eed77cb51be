"""/duly explain: why something is owed, and what happened to it. Policy 1.3."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import deeds, life, understanding
from bot.policy import duties
from bot.words import Ref, say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "explain 7")[0]


def run(call: Call, number: int) -> Card:
    duty = call.tx.duties.find(number) or understanding.owed(call.tx, number, call.person.id)
    if duty is None or not deeds.may_close(duty, call.person, call.tx):
        raise Refusal(duties.nobody_owes(number))
    return Card(
        say("The life of {number}", number=Ref(number)),
        body=life.told(call.tx, duty, call.person.id),
        about=duty.about,
    )


COMMAND = Command(
    name="explain",
    usage="explain NUMBER",
    summary=say("Why it is owed, and what happened to it."),
    examples=("7",),
    parse=parse,
    run=run,
)
