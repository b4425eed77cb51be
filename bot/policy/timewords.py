"""Finds the times that a text names, in English and both Chinese scripts.

The words were written down from what people type in chat, not taken from any library. Every pattern
is bounded, and a text comes in with its runs of blanks already made one (`plain`), so that a search
takes linear time.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from bot.policy import chinese_times, english_times, zonewords
from bot.policy.timefacts import (
    Ahead,
    Build,
    Clock,
    Dated,
    During,
    EndOf,
    Facts,
    Length,
    Roughly,
    Rule,
    Weekday,
    Zone,
    fact,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A stretch of a text that names something of a time."""

    start: int
    end: int
    facts: Facts


_AROUND = (
    r"(?:[ ,.:@()~-]|\b(?:at the latest|no later than|latest|by|before|until|till|til|at|on|in|of|"
    r"the|from|"
    r"sharp|around|within|and|when)\b|不晚于|不晚於|不超过|不超過|最晚|最迟|最遲|赶在|趕在|的|之|"
    r"以|前|内|內|至|到|于|於|在|"
    r"为止|為止)"
)
_JOINING = re.compile(rf"{_AROUND}{{0,8}}", re.I | re.ASCII)
_DEADLINE = re.compile(
    r"(?:\b(?:by|before|until|till|til|within|latest|later than)(?: the| at| on| this| coming)?"
    r"|最晚|最迟|最遲|不晚于|不晚於|不超过|不超過|赶在|趕在)[ ,:]?",
    re.I | re.ASCII,
)
_BEFORE_THEN = re.compile(
    r"[ ,]?(?:(?:之|以)?[前内內]|为止|為止|at the latest\b|latest\b)", re.I | re.ASCII
)
RULES: tuple[Rule, ...] = (
    *english_times.RULES,
    *chinese_times.RULES,
    *zonewords.RULES,
    (
        "roughly",
        r"\b(?:about|around|approx(?:imately)?|roughly|probably|maybe|perhaps|hopefully|or so)\b"
        r"|大概|大约|大約|约(?=\d|[一二两三四五六七八九十])|約(?=\d|[一二兩三四五六七八九十])|左右|"
        r"可能|差不多|估计|估計|应该|應該",
        fact(Roughly()),
    ),
)
APOSTROPHES = {ord(each): "'" for each in "\u2018\u2019\u02bc\u2032"}
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side in a text that name one time together."""

    start: int
    end: int
    facts: Facts
    due: bool = False  # said as a deadline: by, before, 前


def plain(text: str) -> str:
    """NFKC, every run of blanks one blank, every line on its own, straight apostrophes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(APOSTROPHES)
    return re.sub(r"[^\S\n]+", " ", text)


def named(text: str) -> Iterator[Named]:
    """Everything in a plain text that names a part of a time, in order, without overlap."""
    pattern, rules = _grammar()
    for match in pattern.finditer(text):
        first, count, build = rules[match.lastgroup or ""]
        groups = tuple(match.group(first + each) for each in range(1, count + 1))
        facts = build(groups)
        if facts:
            yield Named(match.start(), match.end(), facts)


def phrases_in(text: str) -> Iterator[Phrase]:
    """The times that a plain text names, in order."""
    open_one: Phrase | None = None
    for each in named(text):
        due = _is_due(text, each.start, each.end)
        if open_one and _joined(open_one, each.facts, text[open_one.end : each.start]):
            facts = open_one.facts + each.facts
            open_one = Phrase(open_one.start, each.end, facts, open_one.due or due)
            continue
        if open_one and _names_a_time(open_one.facts):
            yield open_one
        open_one = Phrase(each.start, each.end, each.facts, due)
    if open_one and _names_a_time(open_one.facts):
        yield open_one


def only_joins(text: str) -> bool:
    return _JOINING.fullmatch(text) is not None


def _is_due(text: str, start: int, end: int) -> bool:
    before = text[max(start - 24, 0) : start]
    if any(each.end() == len(before) for each in _DEADLINE.finditer(before)):
        return True
    return _BEFORE_THEN.match(text, end) is not None or "within" in text[start:end].lower()


def _joined(phrase: Phrase, facts: Facts, between: str) -> bool:
    return only_joins(between) and _agree(phrase.facts, facts)


def _agree(ours: Facts, theirs: Facts) -> bool:
    """Whether two sets of facts may be of one time: no two days, no two hours."""
    if any(has(ours, kind) and has(theirs, kind) for kind in (Clock, Zone)):
        return False
    if has(ours, Length) and has(theirs, Length):
        return _finer(one(ours, Length), one(theirs, Length))
    days, more = days_of(ours), days_of(theirs)
    if not days or not more:
        return not (has(ours, During) and has(theirs, During))
    kinds = {type(each) for each in (*days, *more)}
    return kinds in ({Weekday, Dated}, {Weekday, EndOf}) and len(days) == len(more) == 1


def _finer(first: Length | None, second: Length | None) -> bool:
    """An hour and twenty minutes is one length; two hours, one hour are two."""
    return bool(first and second and first.minutes > second.minutes > 0)


def days_of(facts: Facts) -> Facts:
    return tuple(each for each in facts if isinstance(each, Ahead | Weekday | Dated | EndOf))


def has(facts: Facts, *kinds: type) -> bool:
    return any(isinstance(each, kinds) for each in facts)


def one(facts: Facts, kind: type[F]) -> F | None:
    return next((each for each in facts if isinstance(each, kind)), None)


def _names_a_time(facts: Facts) -> bool:
    """A zone or "about" alone names none, nor does the "morning" of "good morning"."""
    if has(facts, Ahead, Weekday, Dated, EndOf, Length, Clock):
        return True
    part = one(facts, During)
    return part is not None and part.alone


@cache
def _grammar() -> tuple[re.Pattern[str], dict[str, tuple[int, int, Build]]]:
    """All rules as one pattern; for each where its groups begin, how many, and who reads them."""
    whole = "|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in RULES)
    pattern = re.compile(whole, re.IGNORECASE | re.ASCII)
    rules = {}
    for name, each, build in RULES:
        rules[name] = (pattern.groupindex[name], re.compile(each).groups, build)
    return pattern, rules
