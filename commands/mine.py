"""/duly mine: what I owe. Policy 2.2.1-reply."""

from bot.card import Card
from bot.command import Call, Command
from bot.handlers import lists
from bot.words import say
from commands import reading


def run(call: Call, nothing: None) -> Card:  # noqa: ARG001
    return lists.mine(call.tx, call.person)


COMMAND = Command(
    name="mine",
    usage="mine",
    summary=say("What I owe, and by when."),
    examples=("",),
    parse=reading.nothing,
    run=run,
)
