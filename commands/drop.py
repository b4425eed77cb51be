"""/duly drop: no reply is needed. Policy 2.2.1-reply, 1.3-moderate."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import deeds, dropping
from bot.policy import duties
from bot.policy.duties import Duty
from bot.words import say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "drop 7")[0]


def run(call: Call, number: int) -> Card:
    duty = call.tx.duties.find(number)
    answered = duty is not None and _can_be_dropped(duty, call)
    if duty is None or not answered or not deeds.may_close(duty, call.person, call.tx):
        raise Refusal(duties.nobody_owes(number))
    if why := duties.why_settled(duty):
        raise Refusal(why)
    return dropping.drop(call, duty)


def _can_be_dropped(duty: Duty, call: Call) -> bool:
    """An answer by either side; what was agreed in a meeting by who waits for it alone."""
    waits = duty.kind == "act" and duty.owed_to == call.person.id
    return waits or duty.kind in duties.ANSWERED


COMMAND = Command(
    name="drop",
    usage="drop NUMBER",
    summary=say("No reply is needed."),
    examples=("7",),
    parse=parse,
    run=run,
)
