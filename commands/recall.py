"""/duly recall: take my request back before it is decided. Policy 3.2."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.words import Ref, say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "recall 12")[0]


def run(call: Call, number: int) -> Card:
    request = approvals.recall(call, number)
    return Card(say("Recalled: {number}.", number=Ref(request.number)), tone="good")


COMMAND = Command(
    name="recall",
    usage="recall NUMBER",
    summary=say("Take my request back before it is decided."),
    examples=("12",),
    parse=parse,
    run=run,
)
