"""/duly transfer: somebody else decides in my place. Policy 3.2."""

from dataclasses import dataclass

from bot.card import Card, Field, Form
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.policy.people import Person
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


@dataclass(frozen=True, slots=True)
class Transfer:
    decision: Decision
    to: Person | None


def parse(words: Words) -> Transfer:
    decision = deciding.read(words, "transfer 12 @ann")
    name, why = deciding.name_first(words, decision.comment)
    to = words.person(name) if name else None
    return Transfer(Decision(decision.number, why, decision.digest), to)


def run(call: Call, transfer: Transfer) -> Card | Form:
    decision = transfer.decision
    if transfer.to is None:
        return deciding.asked(decision, "transfer", say("Who is to decide instead?"), FIELDS)
    wanted = Act(
        deed="transfer",
        other=transfer.to,
        comment=deciding.short(decision),
        digest=decision.digest,
    )
    request = approvals.act(call, decision.number, wanted)
    return Card(
        say(
            "{person} is asked to decide on {number} in your place.",
            person=call.who(transfer.to.id),
            number=Ref(request.number),
        ),
        tone="good",
    )


FIELDS = (
    Field("to", say("Who is to decide instead?"), "person"),
    Field("why", say("A word to them"), "lines", required=False, longest=deciding.LONGEST),
)
COMMAND = Command(
    name="transfer",
    usage="transfer NUMBER @PERSON",
    summary=say("Let somebody else decide in my place."),
    examples=("12 @bob", "12 @bob He knows more about it.", "12"),
    parse=parse,
    run=run,
    typed=True,
    fields=FIELDS,
)
