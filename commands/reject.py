"""/duly reject: not like this, and why. Policy 3.2."""

from bot.card import Card, Field, Form
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


def parse(words: Words) -> Decision:
    return deciding.read(words, "reject 12 WHY")


def run(call: Call, decision: Decision) -> Card | Form:
    if not decision.comment:
        return deciding.asked(decision, "reject", say("Why not?"), FIELDS, say("Reject"))
    wanted = Act(deed="reject", comment=deciding.short(decision), digest=decision.digest)
    request = approvals.act(call, decision.number, wanted)
    return Card(
        say(
            "Rejected: {number}. {person} has been told why.",
            number=Ref(request.number),
            person=call.who(request.requester),
        )
    )


FIELDS = (
    Field("why", say("The reason; the requester reads it"), "lines", longest=deciding.LONGEST),
)
COMMAND = Command(
    name="reject",
    usage="reject NUMBER WHY",
    summary=say("Reject a request that waits for me, with a reason."),
    examples=("12 The date is wrong.", "12"),
    parse=parse,
    run=run,
    typed=True,
    fields=FIELDS,
)
