"""The place in a text where what was looked for stands, with some words around it. Policy 3.3.2."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.policy.lookup.grams import fold
from bot.policy.lookup.query import Term

BEFORE, AFTER = 60, 140  # characters


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a person in three parts; `hit` is empty where nothing was looked for."""

    before: str
    hit: str
    after: str

    @property
    def whole(self) -> str:
        return self.before + self.hit + self.after


def excerpt(text: str, terms: Sequence[Term]) -> Excerpt:
    """Around the first word of what was looked for; the beginning, where there is none."""
    folded = fold(text)
    found = _found(folded.low, terms)
    if found is None:
        return Excerpt("", "", _cut(folded.said, 0, BEFORE + AFTER))
    start, end = folded.place(found[0]), folded.place(found[1] - 1) + 1
    first = max(0, start - BEFORE)
    before = ("…" if first else "") + folded.said[first:start]
    return Excerpt(before, folded.said[start:end], _cut(folded.said, end, AFTER))


def _found(low: str, terms: Sequence[Term]) -> tuple[int, int] | None:
    for term in terms:
        for words in (term.tight, *term.tight.split()[:1]):
            at = low.find(words)
            if words and at >= 0:
                return at, at + len(words)
    return None


def _cut(text: str, start: int, longest: int) -> str:
    end = start + longest
    return text[start:end] + ("…" if end < len(text) else "")
