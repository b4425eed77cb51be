"""/duly looks: who looked into other people's records, and why. Policy 3.3.2."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import inquiring
from bot.words import say


def parse(words: Words) -> None:  # noqa: ARG001
    return None


def run(call: Call, _: None) -> Card:
    return inquiring.listed(call.tx, call.person)


COMMAND = Command(
    name="looks",
    usage="looks",
    summary=say("Who looked into records of others, or into mine."),
    examples=("",),
    parse=parse,
    run=run,
)
