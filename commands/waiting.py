"""/duly waiting: what I wait for, and what waits for my decision. Policy 2.2.1-reply, 3.2."""

from bot.card import Card
from bot.command import Call, Command
from bot.handlers import lists
from bot.words import say
from commands import reading


def run(call: Call, nothing: None) -> Card:  # noqa: ARG001
    return lists.waiting(call.tx, call.person)


COMMAND = Command(
    name="waiting",
    usage="waiting",
    summary=say("What others owe me, my requests, and what waits for my decision."),
    examples=("",),
    parse=reading.nothing,
    run=run,
)
