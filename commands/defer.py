"""/duly defer: I decide later, at a time I name; who waits for it is told. Policy 3.2."""

from dataclasses import dataclass
from datetime import datetime

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.policy.dates import moment
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision


@dataclass(frozen=True, slots=True)
class Deferring:
    decision: Decision
    until: datetime | None


def parse(words: Words) -> Deferring:
    example = "defer 12 until Thu 17:00"
    decision = deciding.read(words, example)
    time = decision.comment.removeprefix("until").strip()
    until = moment(time, words.now, words.zone) if time else None
    if time and until is None:
        raise Refusal(
            say(
                "I cannot read this time. For example: {example}", example=deciding.example(example)
            )
        )
    if until is not None and until <= words.now:
        raise Refusal(say("{until} has passed. Name a time that is still to come.", until=until))
    return Deferring(Decision(decision.number, "", decision.digest), until)


def run(call: Call, deferring: Deferring) -> Card | Form:
    decision = deferring.decision
    if deferring.until is None:
        return deciding.asked(decision, "defer", say("When do you decide?"), FIELDS)
    wanted = Act(deed="defer", until=deferring.until, digest=decision.digest)
    request = approvals.act(call, decision.number, wanted)
    return Card(
        say(
            "Noted: you decide on {number} by {until}. {person} has been told.",
            number=Ref(request.number),
            until=deferring.until,
            person=call.who(request.requester),
        ),
        tone="good",
    )


FIELDS = (Field("until", say("When do you decide?"), "date"),)
COMMAND = Command(
    name="defer",
    usage="defer NUMBER until WHEN",
    summary=say("Decide later, at a time I name."),
    examples=("12 until Thu 17:00", "12"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
