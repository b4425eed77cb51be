"""/duly question: ask its requester something before I decide. Policy 3.2."""

from bot.card import Card, Field, Form
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


def parse(words: Words) -> Decision:
    return deciding.read(words, "question 12 WORDS")


def run(call: Call, decision: Decision) -> Card | Form:
    if not decision.comment:
        return deciding.asked(decision, "question", say("What do you want to know?"), FIELDS)
    wanted = Act(deed="question", comment=deciding.short(decision), digest=decision.digest)
    request = approvals.act(call, decision.number, wanted)
    return Card(
        say(
            "Asked: {person} is to answer about {number} first.",
            number=Ref(request.number),
            person=call.who(request.requester),
        )
    )


FIELDS = (
    Field("words", say("Your question; the requester reads it"), "lines", longest=deciding.LONGEST),
)
COMMAND = Command(
    name="question",
    usage="question NUMBER WORDS",
    summary=say("Ask the requester something before I decide."),
    examples=("12 Which building do you mean?", "12"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
