"""/duly done: I have answered, whatever the bot made of it. Policy 2.2.1-reply."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import confirming, understanding
from bot.words import say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "done 7")[0]


def run(call: Call, number: int) -> Card:
    """A notice goes by a number of its own: to have done with it is to confirm it."""
    notice = understanding.confirm(call, number, "")
    return notice or confirming.done(call, reading.owed(call, number))


COMMAND = Command(
    name="done",
    usage="done NUMBER",
    summary=say("I have answered."),
    examples=("7", "#7", "＃７"),
    parse=parse,
    run=run,
)
