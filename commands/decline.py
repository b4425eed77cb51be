"""/duly decline: I do not take over what somebody passes on to me. Policy 2.2.1-reply."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import passing
from bot.words import say
from commands import reading


@dataclass(frozen=True, slots=True)
class Refused:
    number: int
    why: str


def parse(words: Words) -> Refused:
    return Refused(*reading.number(words, "decline 7 WHY"))


def run(call: Call, refused: Refused) -> Card:
    return passing.decline(call, refused.number, refused.why)


COMMAND = Command(
    name="decline",
    usage="decline NUMBER WHY",
    summary=say("Not take over what somebody passes on to me."),
    examples=("7", "7 I am on leave from Friday."),
    parse=parse,
    run=run,
)
