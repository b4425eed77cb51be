"""/duly recall: take my request back. What is approved already needs an approval. Policy 3.2."""

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


def parse(words: Words) -> Decision:
    return deciding.read(words, "recall 12")


def run(call: Call, decision: Decision) -> Card:
    wanted = Act(deed="recall", comment=deciding.short(decision))
    request = approvals.act(call, decision.number, wanted)
    if request.number == decision.number:
        return Card(say("Recalled: {number}.", number=Ref(request.number)), tone="good")
    return Card(
        say(
            "{number} stays approved until {other}, which asks to take it back, is approved.",
            number=Ref(decision.number),
            other=Ref(request.number),
        ),
        tone="good",
    )


COMMAND = Command(
    name="recall",
    usage="recall NUMBER",
    summary=say("Take my request back; an approved one only with an approval."),
    examples=("12", "12 The event is cancelled."),
    parse=parse,
    run=run,
    typed=True,
)
