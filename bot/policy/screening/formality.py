"""What to change in the words of an important message: a hint, never kept. Policy 2.1.1-formal."""

import re
from collections.abc import Iterator
from enum import Enum

from bot.policy.screening.folding import fold
from bot.policy.screening.rules import Screening
from bot.policy.screening.words import CHINESE, _whole

GREETING = re.compile(
    r"(?:@\S+\s*)*(?:hi|hey|hello|yo|ping|are you there|you there|hi all|在吗|在嗎"
    r"|在么|在不在|你好|您好|嗨"
    r"|哈[喽囉]|有人吗|有人嗎|急|urgent|asap|important|重要|紧急|緊急)?[\s!?,.~。，！？…❗🚨]*"
)
LETTERS = re.compile("[A-Za-z]")
CALLED = re.compile(r"@\S+")
SHOUTED = 0.8  # of the letters
LEAST = 12  # letters, so that they are more than a name


class Hint(Enum):
    EMPTY = "empty"  # a greeting, or a call, and nothing more
    CAPITALS = "capitals"
    SLANG = "slang"


def hints(said: str, rules: Screening) -> Iterator[Hint]:
    text = fold(said)
    plain = CALLED.sub("", text.plain)
    if GREETING.fullmatch(text.low[:400]):
        yield Hint.EMPTY
        return
    letters = LETTERS.findall(plain)
    shouted = sum(map(str.isupper, letters))
    if len(letters) >= LEAST and shouted > SHOUTED * len(letters) and not CHINESE.search(plain):
        yield Hint.CAPITALS
    if any(_slang(text.low, fold(word).low) for word in rules.slang):
        yield Hint.SLANG


def _slang(low: str, word: str) -> bool:
    at = low.find(word)
    while at >= 0:
        if _whole(low, at, at + len(word), word):
            return True
        at = low.find(word, at + 1)
    return False
