"""/duly approve: release what I was shown. Policy 3.2."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


def parse(words: Words) -> Decision:
    return deciding.read(words, "approve 12")


def run(call: Call, decision: Decision) -> Card:
    wanted = Act(deed="approve", comment=decision.comment, digest=decision.digest)
    request = approvals.act(call, decision.number, wanted)
    number = Ref(request.number)
    if request.state == "open":
        return Card(say("Approved: {number} goes on to its next step.", number=number), tone="good")
    person = call.who(request.requester)
    return Card(
        say("Approved: {number}. {person} has been told.", number=number, person=person),
        tone="good",
    )


COMMAND = Command(
    name="approve",
    usage="approve NUMBER",
    summary=say("Approve a request that waits for me."),
    examples=("12", "#12 well done"),
    parse=parse,
    run=run,
    typed=True,
)
