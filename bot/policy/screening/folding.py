"""A text as its reader means it: one width of letters and digits, nothing unseen. Policy 4.2.1.

Each character is folded by itself, so that every place can be found again in the text as it is.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

LONGEST = 65_536  # characters of a message that are looked at; no platform takes longer ones
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters and marks that nobody sees
BLANK = "\u2800"
LINES = "\n\t"


class _Folds(dict[int, str]):
    def __missing__(self, point: int) -> str:
        self[point] = folded = _fold(chr(point))
        return folded


def _fold(one: str) -> str:
    kind = unicodedata.category(one)
    selects = "\ufe00" <= one <= "\ufe0f" or "\u180b" <= one <= "\u180f" or one >= "\U000e0000"
    if kind in ("Cf", "Cs") or one in FILLERS or selects:
        return ""
    if one == BLANK or (kind in ("Cc", "Zs", "Zl", "Zp") and one not in LINES):
        return " "
    return unicodedata.normalize("NFKC", one)


FOLDS = _Folds()


@dataclass(frozen=True)
class Text:
    """`plain` keeps capitals, `low` has none; both are of one length."""

    said: str
    plain: str
    low: str

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text as it was said a part of the folded one stands."""
        if self.plain == self.said:
            return start, end
        return bisect_right(self._ends, start), bisect_left(self._ends, end) + 1

    @cached_property
    def _ends(self) -> list[int]:
        """Reckoned once: a text may have hundreds of places to find."""
        return list(accumulate(len(FOLDS[ord(one)]) for one in self.said))


def fold(said: str) -> Text:
    said = said[:LONGEST]
    plain = said if said.isascii() and said.isprintable() else said.translate(FOLDS)
    low = plain.lower()
    if len(low) != len(plain):
        low = "".join(one if len(one.lower()) != 1 else one.lower() for one in plain)
    return Text(said, plain, low)
