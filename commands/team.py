"""/duly team: what is late among those I lead. Policy 5.1.2."""

from bot.card import Card
from bot.command import Call, Command
from bot.handlers import lists
from bot.words import say
from commands import reading


def run(call: Call, nothing: None) -> Card:  # noqa: ARG001
    return lists.team(call.tx, call.person)


COMMAND = Command(
    name="team",
    usage="team",
    summary=say("What is late in my team."),
    examples=("",),
    parse=reading.nothing,
    run=run,
)
