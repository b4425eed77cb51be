"""/duly reports: the reports I have, in which versions, and where they are. Policy 5.2.1."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import reportcards
from bot.words import say


def parse(_: Words) -> None:
    """There is nothing to say."""


def run(call: Call, _: None) -> Card:
    return reportcards.listed(call.tx, call.person.id)


COMMAND = Command(
    name="reports",
    usage="reports",
    summary=say("The reports I have: of which periods, in which versions, and where they are."),
    examples=("",),
    parse=parse,
    run=run,
)
