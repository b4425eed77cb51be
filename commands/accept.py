"""/duly accept: I take over what somebody passes on to me. Policy 2.2.1-reply."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import passing
from bot.words import say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "accept 7")[0]


def run(call: Call, number: int) -> Card:
    return passing.accept(call, number)


COMMAND = Command(
    name="accept",
    usage="accept NUMBER",
    summary=say("Take over what somebody passes on to me."),
    examples=("7",),
    parse=parse,
    run=run,
)
