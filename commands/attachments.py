"""/duly attachments: the files of a request, for who has to do with it. Policy 3.2."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.words import Ref, say, say_many
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "attachments 12")[0]


def run(call: Call, number: int) -> Card:
    count = approvals.fetch(call, number)
    return Card(
        say_many(
            "{count} file of {number} is on its way to you.",
            "{count} files of {number} are on their way to you.",
            count,
            number=Ref(number),
        )
    )


COMMAND = Command(
    name="attachments",
    usage="attachments NUMBER",
    summary=say("Send me the files of a request that I have to do with."),
    examples=("12",),
    parse=parse,
    run=run,
)
