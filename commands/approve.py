"""/duly approve: release what I was shown. Policy 3.2."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.words import Ref, say
from commands import reading


@dataclass(frozen=True, slots=True)
class Approval:
    number: int
    comment: str


def parse(words: Words) -> Approval:
    return Approval(*reading.number(words, "approve 12"))


def run(call: Call, approval: Approval) -> Card:
    request = approvals.decide(call, approval.number, approve=True, comment=approval.comment)
    if request.state == "open":
        return Card(
            say("Approved: {number} goes on to its next step.", number=Ref(request.number)),
            tone="good",
        )
    return Card(
        say(
            "Approved: {number}. {person} has been told.",
            number=Ref(request.number),
            person=call.who(request.requester),
        ),
        tone="good",
    )


COMMAND = Command(
    name="approve",
    usage="approve NUMBER",
    summary=say("Approve a request that waits for me."),
    examples=("12", "#12 well done"),
    parse=parse,
    run=run,
)
