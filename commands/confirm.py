"""/duly confirm: I have read and understood it. Policy 3.2.2, 2.1.2-followup."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import confirming
from bot.words import say
from commands import reading


@dataclass(frozen=True, slots=True)
class Confirmed:
    number: int
    answer: str


def parse(words: Words) -> Confirmed:
    return Confirmed(*reading.number(words, "confirm 7"))


def run(call: Call, confirmed: Confirmed) -> Card:
    return confirming.confirm(call, confirmed.number, confirmed.answer)


COMMAND = Command(
    name="confirm",
    usage="confirm NUMBER [ANSWER]",
    summary=say("I have read and understood it."),
    examples=("7", "#7", "7 by Friday"),
    parse=parse,
    run=run,
)
