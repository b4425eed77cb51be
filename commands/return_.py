"""/duly return: back to its requester, who changes it. Policy 3.2."""

from bot.card import Card, Field, Form
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


def parse(words: Words) -> Decision:
    return deciding.read(words, "return 12 WHY")


def run(call: Call, decision: Decision) -> Card | Form:
    if not decision.comment:
        return deciding.asked(decision, "return", say("What is to be changed?"), FIELDS)
    wanted = Act(deed="return", comment=deciding.short(decision), digest=decision.digest)
    request = approvals.act(call, decision.number, wanted)
    return Card(
        say(
            "Sent back: {number}. {person} has been told what to change.",
            number=Ref(request.number),
            person=call.who(request.requester),
        )
    )


FIELDS = (
    Field(
        "why",
        say("What is to be changed; the requester reads it"),
        "lines",
        longest=deciding.LONGEST,
    ),
)
COMMAND = Command(
    name="return",
    usage="return NUMBER WHY",
    summary=say("Send a request back to be changed."),
    examples=("12 Name the building.", "12"),
    parse=parse,
    run=run,
    typed=True,
    fields=FIELDS,
)
