"""A text as the pairs of characters by which it is found, Chinese and English alike. Policy 3.3.2.

A run of letters and digits gives each pair of neighbours, and each three of those that are no
words by themselves: pairs of Latin letters are too common. Characters that are words of their own
(Chinese ones, signs, emoji) also stand alone; of other letters and digits one does only where it
is a whole run: "b" in "plan b". So a word is found in the middle of another, and a single letter
is not found in every word that has it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from bot.policy.screening.folding import FOLDS

LONGEST = 40_000  # characters of a text that can be found
DENSE = 0x2E80  # from here on a letter is a word, or nearly
SPARSE = "".join(map(chr, range(0x0E00, 0x1000)))  # Thai, Lao, Tibetan: no spaces between words


class _Folds(dict[int, str]):
    def __missing__(self, point: int) -> str:
        """One width, no capitals, nothing unseen; whatever parts lines is a space."""
        folded = " ".join(FOLDS[point].casefold().split()) or (" " if FOLDS[point] else "")
        self[point] = folded
        return folded


_FOLDS = _Folds()


@dataclass(frozen=True)
class Folded:
    """A text as it is compared; `said` is as people read it, its accents composed."""

    said: str

    @cached_property
    def low(self) -> str:
        return self.said.casefold() if self.said.isascii() else self.said.translate(_FOLDS)

    @cached_property
    def tight(self) -> str:
        """Between words there is one space."""
        return " ".join(self.low.split())

    @cached_property
    def grams(self) -> frozenset[str]:
        return grams(self.low)

    def place(self, start: int) -> int:
        """Where in the text as it was said a character of `low` stands."""
        if len(self.low) == len(self.said):
            return start
        ends = accumulate(len(one.translate(_FOLDS)) for one in self.said)
        return next((at for at, end in enumerate(ends) if end > start), 0)


def fold(text: str) -> Folded:
    return Folded(unicodedata.normalize("NFC", text[:LONGEST]))


def grams(low: str) -> frozenset[str]:
    """Every pair of a folded text, and what stands alone in it."""
    found: set[str] = set()
    for run in _runs(low):
        found.update(map("".join, pairwise(run)))
        found.update(run[at : at + 3] for at in _threes(run))
        found.update(run if len(run) == 1 else filter(_dense, run))
    return frozenset(found)


def sought(low: str, most: int) -> tuple[str, ...]:
    """As few as tell it from others: of longer runs threes and pairs, spread over all of it."""
    found: dict[str, None] = {}
    for run in _runs(low):
        found |= dict.fromkeys(_fewest(run) if len(run) > 1 else run)
    every, step = list(found), max(1, -(-len(found) // most))
    return tuple(every[::step])


def _fewest(run: str) -> list[str]:
    """Threes, and the pairs that are in none of them."""
    threes = set(_threes(run))
    pairs = (at for at in range(len(run) - 1) if not {at, at - 1} & threes)
    return [run[at : at + 3] for at in sorted(threes)] + [run[at : at + 2] for at in pairs]


def _threes(run: str) -> Iterable[int]:
    """Where three begin that are letters and digits, none of them a word by itself."""
    every = range(len(run) - 2)
    return (
        every if run.isascii() else (at for at in every if not any(map(_dense, run[at : at + 3])))
    )


def _runs(low: str) -> list[str]:
    """What is written together: letters, marks and digits. A sign is a run of its own."""
    return low.translate(_KINDS).split()


class _Kinds(dict[int, str]):
    def __missing__(self, point: int) -> str:
        kind = unicodedata.category(chr(point))
        self[point] = made = _as_part(chr(point), kind[0])
        return made


def _as_part(one: str, kind: str) -> str:
    if kind in "LMN":
        return one
    return f" {one} " if kind == "S" else " "


_KINDS = _Kinds()


@lru_cache(maxsize=65_536)
def _dense(one: str) -> bool:
    """It can be a word by itself."""
    return ord(one) >= DENSE or one in SPARSE
