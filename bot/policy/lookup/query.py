"""What somebody looks for: words and phrases, where, by whom, when. Policy 3.3.2."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.policy.lookup.grams import Folded, fold, grams, sought

MOST_WORDS = 20
LONGEST = 500  # characters
MOST_GRAMS = 16  # of one word or phrase: enough to find it by
KEYS = {
    "in": "in",
    "在": "in",
    "from": "from",
    "来自": "from",
    "來自": "from",
    "since": "since",
    "从": "since",
    "從": "since",
    "自": "since",
    "until": "until",
    "到": "until",
    "至": "until",
    "class": "class",
    "类别": "class",
    "類別": "class",
    "kind": "kind",
    "种类": "kind",
    "種類": "kind",
    "why": "why",
    "原因": "why",
}
QUOTES = '"“”„«»「」『』＂'
ODD = re.compile(r"[\s:：=＝]")  # would part a word in two, or look like a key
PART = re.compile(rf"(?:(\w{{1,5}})[:：=＝])?(?:[{QUOTES}]([^{QUOTES}]*)(?:[{QUOTES}]|$)|(\S+))")


@dataclass(frozen=True)
class Term:
    """A word, or a phrase; found where it stands as it is, whatever the width and case."""

    text: str

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @property
    def tight(self) -> str:
        return self.folded.tight

    @property
    def grams(self) -> tuple[str, ...]:
        return sought(self.folded.low, MOST_GRAMS)

    def stands_in(self, text: Folded) -> bool:
        return self.tight in text.tight and grams(self.folded.low) <= text.grams


@dataclass(frozen=True)
class Query:
    terms: tuple[Term, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)  # in, from, since, until, class, kind

    @property
    def grams(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each for term in self.terms for each in term.grams))

    def fits(self, text: Folded) -> bool:
        return all(term.stands_in(text) for term in self.terms)


def read(line: str) -> Query:
    """Whatever was typed; a word nothing can be found by, as of dots alone, is left out."""
    terms: list[Term] = []
    where: dict[str, str] = {}
    for match in PART.finditer(line):
        key = KEYS.get((match[1] or "").casefold())
        text = match[3] if match[2] is None else match[2]
        if key is not None:
            where[key] = text.strip()
        else:
            terms.append(Term(match[0] if match[1] else text))
    return Query(tuple(each for each in dict.fromkeys(terms) if each.grams), where)


def written(query: Query) -> str:
    """As it can be typed again, and is then the same: a quotation never closed comes last."""
    where = [f"{key}:{_quoted(value)}" for key, value in query.where.items()]
    words = [_quoted(each.text) if ODD.search(each.text) else each.text for each in query.terms]
    return " ".join([*where, *words])


def _quoted(text: str) -> str:
    """What has a quotation mark within was typed without any around it."""
    return text if any(each in QUOTES for each in text) else f'"{text}"'
