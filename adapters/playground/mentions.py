"""Which people a text means: an "@" and a name, a first name or an account's id."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from adapters.playground.cast import Cast, Person

BEFORE = r"(?<![A-Za-z0-9_.])@"  # an address of a mail is no mention
AFTER = r"(?![A-Za-z0-9_]|[-.][A-Za-z0-9])"  # "@bob" is not in "@bobby"; Chinese may follow at once


@dataclass(frozen=True, slots=True)
class Mention:
    start: int
    end: int
    person: Person


def mentions(text: str, cast: Cast) -> Iterator[Mention]:
    labels, pattern = _labels(cast)
    for found in pattern.finditer(text):
        person = labels.get(found.group(1).casefold())
        if person is not None:
            yield Mention(found.start(), found.end(), person)


@lru_cache(maxsize=8)
def _labels(cast: Cast) -> tuple[dict[str, Person], re.Pattern[str]]:
    firsts = Counter(each.name.split()[0].casefold() for each in cast.people)
    labels: dict[str, Person] = {}
    for person in cast.people:
        first = person.name.split()[0].casefold()
        if firsts[first] == 1:
            labels[first] = person
    labels |= {each.name.casefold(): each for each in cast.people}
    labels |= {each.id.casefold(): each for each in cast.people}
    longest_first = sorted(labels, key=len, reverse=True)
    names = "|".join(re.escape(each) for each in longest_first) or r"\Z."
    return labels, re.compile(f"{BEFORE}({names}){AFTER}", re.IGNORECASE)
