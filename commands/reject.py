"""/duly reject: not like this, and why. Policy 3.2."""

from dataclasses import dataclass

from bot.card import Card, Field, Form
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.words import Ref, say
from commands import reading


@dataclass(frozen=True, slots=True)
class Rejection:
    number: int
    why: str


def parse(words: Words) -> Rejection:
    return Rejection(*reading.number(words, "reject 12 WHY"))


def run(call: Call, rejection: Rejection) -> Card | Form:
    if not rejection.why:
        return Form(f"reject {rejection.number}", say("Why not?"), FIELDS, say("Reject"))
    request = approvals.decide(call, rejection.number, approve=False, comment=rejection.why)
    return Card(
        say(
            "Rejected: {number}. {person} has been told why.",
            number=Ref(request.number),
            person=call.who(request.requester),
        )
    )


FIELDS = (Field("why", say("The reason; the requester reads it"), "lines", longest=500),)
COMMAND = Command(
    name="reject",
    usage="reject NUMBER WHY",
    summary=say("Reject a request that waits for me, with a reason."),
    examples=("12 The date is wrong.", "12"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
