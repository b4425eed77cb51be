"""/duly urge: who has to decide on my request is reminded; not too often. Policy 3.2."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.words import Ref, say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "urge 12")[0]


def run(call: Call, number: int) -> Card:
    request = approvals.act(call, number, Act(deed="urge"))
    return Card(
        say("Urged: {number}. They read it when they are at work.", number=Ref(request.number)),
        tone="good",
    )


COMMAND = Command(
    name="urge",
    usage="urge NUMBER",
    summary=say("Remind who has to decide on my request."),
    examples=("12",),
    parse=parse,
    run=run,
)
