"""/duly comment: a word to everybody who has to do with a request. Policy 3.2."""

from bot.card import Card, Field, Form
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


def parse(words: Words) -> Decision:
    return deciding.read(words, "comment 12 WORDS")


def run(call: Call, decision: Decision) -> Card | Form:
    if not decision.comment:
        return deciding.asked(decision, "comment", say("What do you want to say?"), FIELDS)
    wanted = Act(deed="comment", comment=deciding.short(decision), digest=decision.digest)
    request = approvals.act(call, decision.number, wanted)
    return Card(say("Said about {number}.", number=Ref(request.number)))


FIELDS = (
    Field(
        "words",
        say("Your words; everybody on its route reads them"),
        "lines",
        longest=deciding.LONGEST,
    ),
)
COMMAND = Command(
    name="comment",
    usage="comment NUMBER WORDS",
    summary=say("Say something about a request, or answer what I was asked about it."),
    examples=("12 The date is fixed now.", "12"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
