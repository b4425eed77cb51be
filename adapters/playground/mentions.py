"""Whom a text means: an "@" and a name, a first name, an account's id, a team or everybody."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from adapters.playground.cast import Cast, Person, Team

BEFORE = r"(?<![A-Za-z0-9_.])@"  # an address of a mail is no mention
AFTER = r"(?![A-Za-z0-9_]|[-.][A-Za-z0-9])"  # "@bob" is not in "@bobby"; Chinese may follow at once
ALL = ("all", "everyone", "channel", "here", "所有人", "全体成员", "全體成員")


@dataclass(frozen=True, slots=True)
class Everybody:
    """All who are in the place."""


Whom = Person | Team | Everybody


@dataclass(frozen=True, slots=True)
class Mention:
    start: int
    end: int
    whom: Whom


def mentions(text: str, cast: Cast) -> Iterator[Mention]:
    labels, pattern = _labels(cast)
    for found in pattern.finditer(text):
        whom = labels.get(found.group(1).casefold())
        if whom is not None:
            yield Mention(found.start(), found.end(), whom)


@lru_cache(maxsize=8)
def _labels(cast: Cast) -> tuple[dict[str, Whom], re.Pattern[str]]:
    """Where two are called the same, a person comes before a team, and both before everybody."""
    labels: dict[str, Whom] = {each: Everybody() for each in ALL}
    for team in cast.teams:
        labels |= {team.name.casefold(): team, team.id.casefold(): team}
    firsts = Counter(each.name.split()[0].casefold() for each in cast.people)
    for person in cast.people:
        first = person.name.split()[0].casefold()
        if firsts[first] == 1:
            labels[first] = person
    labels |= {each.name.casefold(): each for each in cast.people}
    labels |= {each.id.casefold(): each for each in cast.people}
    longest_first = sorted(labels, key=len, reverse=True)
    names = "|".join(re.escape(each) for each in longest_first)
    return labels, re.compile(f"{BEFORE}({names}){AFTER}", re.IGNORECASE)
