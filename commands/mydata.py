"""/duly mydata: everything Duly holds about me, as a file. Policy 3.3.2, 1.3-legal."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import packages
from bot.words import say


def parse(words: Words) -> None:  # noqa: ARG001
    return None


def run(call: Call, _: None) -> Card:
    return packages.mine(call)


COMMAND = Command(
    name="mydata",
    usage="mydata",
    summary=say("Everything I hold about you, as a file for you alone."),
    examples=("",),
    parse=parse,
    run=run,
)
