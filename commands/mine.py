"""/duly mine: what I owe. Policy 2.2.1-reply."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import lists
from bot.words import say
from commands import reading


def parse(words: Words) -> int | None:
    return reading.number(words, "mine 7")[0] if words.text else None


def run(call: Call, number: int | None) -> Card:
    if number is not None:
        return lists.one(call.tx, call.person, number)
    return lists.mine(call.tx, call.person)


COMMAND = Command(
    name="mine",
    usage="mine [NUMBER]",
    summary=say("What I owe, and by when."),
    examples=("", "7"),
    parse=parse,
    run=run,
)
