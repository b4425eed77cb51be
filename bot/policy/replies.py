"""What a message means for the duty it responds to: an answer, a promise, a question back.

Policy 2.2.1-reply: who cannot answer in time says so and names a time.
"""

import re
from enum import Enum

from bot.policy.duties import Kind
from bot.policy.judge import Answer, Reason
from bot.policy.promising import Holding

_ASKS_WHEN = re.compile(
    r"\bwhen\b|\bwhat (?:time|day|date)\b|\bhow (?:soon|long|late)\b|\bby when\b|\beta\b"
    r"|什么时候|什麼時候|啥时候|何时|何時|几时|幾時|几点|幾點|多久|哪天|哪一天|几号|幾號|多晚",
    re.I | re.ASCII,
)


class Meaning(Enum):
    ANSWER = "answer"
    PROMISE = "promise"  # they will answer by a time they name
    LATER = "later"  # they will answer, and name no time
    ASKED_BACK = "asked back"


def meaning(kind: Kind, asked: str, answer: Answer, holding: Holding | None) -> Meaning:
    """`asked`: the words of the ask. A time that was asked for is an answer, not a promise."""
    proposed = holding is not None and holding.doubt == "asks"  # "can I send it tomorrow?"
    if Reason.COUNTER_QUESTION in answer.reasons or proposed:
        return Meaning.ASKED_BACK
    if kind != "reply" or holding is None or _ASKS_WHEN.search(asked):
        return Meaning.ANSWER
    return Meaning.LATER if holding.until is None else Meaning.PROMISE
