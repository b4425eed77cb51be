"""What several commands read the same way: a number, and the duty or request behind it."""

from bot.command import Call, Refusal, Words, number_in
from bot.policy import duties
from bot.policy.duties import Duty
from bot.words import Code, say


def number(words: Words, example: str) -> tuple[int, str]:
    """The number at the start, and what follows it. `example`: a whole command to show."""
    first, *rest = words.text.split(maxsplit=1) or [""]
    found = number_in(first)
    if found is None:
        raise Refusal(
            say("Say which one, for example: {example}", example=Code(f"/duly {example}"))
        )
    return found, rest[0].strip() if rest else ""


def nothing(words: Words) -> None:
    """For commands that take no words; what is typed behind them is left aside."""
    del words


def owed(call: Call, number: int) -> Duty:
    """What the caller owes, or whom they stand in for. Nobody learns of other people's."""
    duty = call.tx.duties.find(number)
    own = {call.person.id, *call.directory.stands_in_for(call.person.id, call.now)}
    if duty is None or duty.owed_by not in own or duty.kind not in duties.TICKED:
        raise Refusal(duties.nobody_owes(number))
    return duty
