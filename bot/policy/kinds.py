"""The kinds of value in a policy file: how each is read, its name, and what stands in for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, Generic, TypeVar
from zoneinfo import available_timezones

from bot.policy import notices
from bot.policy.hours import Calendar
from bot.policy.rulebook import CLASSES
from bot.words import Code, Rows, Say, say
from bot.words.language import LANGUAGES

T = TypeVar("T")
SPAN = re.compile(r"(\d{1,4}) ?(m|min|h|d)")
UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
CLAUSE = re.compile(r"[1-5](\.\d){1,2}(-[a-z]+)?")
SUFFIX = re.compile(r"\.[^\s.]{1,20}")
DOMAIN = re.compile(r"([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
LONGEST_DAYS = 3650
LONGEST_MONTHS = 1200
MEGA = 1_000_000
MOST_MEGA = 1000


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _days(value: Any) -> timedelta:
    if _whole(value) > LONGEST_DAYS:
        raise ValueError
    return timedelta(days=value)


def _months(value: Any) -> int:
    if not 0 < _whole(value) <= LONGEST_MONTHS:
        raise ValueError
    return int(value)


def _percent(value: Any) -> int:
    if _whole(value) > 100:  # noqa: PLR2004
        raise ValueError
    return int(value)


def _part(value: Any) -> float:
    if isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError
    return float(value)


def _span(value: Any) -> timedelta:
    number, unit = SPAN.fullmatch(value).groups()  # type: ignore[union-attr]
    return timedelta(**{UNITS[unit]: int(number)})


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(each) for each in value)


def _terms(value: Any) -> tuple[str, ...]:
    """Of one character alone nearly every message would have one."""
    texts = _texts(value)
    if any(len(each.strip()) < 2 for each in texts):  # noqa: PLR2004
        raise ValueError
    return texts


def _megabytes(value: Any) -> int:
    if not 0 < _whole(value) <= MOST_MEGA:
        raise ValueError
    return int(value) * MEGA


def _all_like(shape: re.Pattern[str]) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        texts = tuple(each.casefold() for each in _texts(value))
        if not all(map(shape.fullmatch, texts)):
            raise ValueError
        return texts

    return read


def _hours(value: Any) -> tuple[tuple[time, time], ...]:
    spans = []
    for text in _texts(value):
        h1, m1, h2, m2 = HOURS.fullmatch(text).groups()  # type: ignore[union-attr]
        spans.append((time(int(h1) % 24, int(m1)), time(int(h2) % 24, int(m2))))
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        raise ValueError
    return tuple(spans)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any) -> str:
    if value not in _zones():
        raise ValueError
    return str(value)


def _clause(value: Any) -> str:
    if not CLAUSE.fullmatch(value):
        raise ValueError
    return str(value)


def _country(value: Any) -> str:
    return Calendar(name="", zone="UTC", country=value).country


def _among(options: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in options:
            raise ValueError
        return str(value)

    return read


def _all_among(options: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    return lambda value: tuple(_among(options)(each) for each in _texts(value))


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How a value is read, what it is called, and what stands in for a wrong one."""

    read: Callable[[Any], T]
    name: Say
    instead: T


def one_of(options: tuple[str, ...]) -> Kind[str]:
    return Kind(_among(options), _listed(options), options[0])


def some_of(options: tuple[str, ...]) -> Kind[tuple[str, ...]]:
    return Kind(_all_among(options), _listed(options), ())


def _listed(options: tuple[str, ...]) -> Say:
    return say("one of {options}", options=Rows(tuple(Code(each) for each in options)))


def _audience(value: Any) -> tuple[str, ...]:
    """Terms that can be read. Raises ValueError for those that cannot, and for none."""
    try:
        parts = [notices.part(each) for each in _texts(value)]
    except notices.NoAudience as unclear:
        raise ValueError from unclear
    if not parts:
        raise ValueError
    return tuple(value)


TEXT = Kind(_text, say("a text"), "")
TEXTS: Kind[tuple[str, ...]] = Kind(_texts, say("a list of texts"), ())
TERMS: Kind[tuple[str, ...]] = Kind(
    _terms, say("a list of words, each of two characters or more"), ()
)
SITES: Kind[tuple[str, ...]] = Kind(
    _all_like(DOMAIN), say("a list of domains, such as brightwater.example"), ()
)
SUFFIXES: Kind[tuple[str, ...]] = Kind(
    _all_like(SUFFIX), say("a list of endings of file names, such as .exe"), ()
)
DOMAINS: Kind[tuple[str, ...]] = Kind(
    _all_like(DOMAIN), say("a list of mail domains, such as brightwater.example"), ()
)
MEGABYTES = Kind(_megabytes, say("a whole number of megabytes, from 1 to 1000"), MEGA)
AUDIENCE: Kind[tuple[str, ...]] = Kind(
    _audience,
    say("a list of people such as {example}", example=Code(notices.EXAMPLE)),
    ("all",),
)
FLAG = Kind(_flag, say("true or false"), False)
DAYS_KIND = Kind(_days, say("a whole number of days, at most 3650"), timedelta(days=1))
MONTHS = Kind(_months, say("a whole number of months, from 1 to 1200"), LONGEST_MONTHS)
WHOLE = Kind(_whole, say("a whole number"), 1)
PERCENT = Kind(_percent, say("a whole number from 0 to 100"), 0)
PART = Kind(_part, say("a number from 0 to 1"), 0.5)
SPAN_KIND = Kind(_span, say("a time such as 90m, 4h or 2d"), timedelta(hours=1))
Spans = tuple[tuple[time, time], ...]
HOURS_KIND: Kind[Spans] = Kind(
    _hours, say("a list of hours one after another, such as 09:00-12:00"), ()
)
TIME = Kind(time.fromisoformat, say("a time such as 09:00"), time(9))
ZONE = Kind(_zone, say("a time zone such as Asia/Shanghai"), "UTC")
CLAUSE_KIND = Kind(_clause, say("a clause of the policy such as 2.2.1-reply"), "1.2")
LANGUAGE = one_of(LANGUAGES)
CLASS = one_of(CLASSES)
COUNTRY = Kind(_country, say("a country such as CN or DE-BY, or nothing"), "")
