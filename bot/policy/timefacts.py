"""What a few words can say of a time: a day, an hour, a part of the day, a length, a zone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Doubt = Literal["", "asks", "conditional", "vague", "day_or_month", "which_week", "zone", "bare"]
Part = Literal["morning", "noon", "afternoon", "evening", "night", "day"]
Stretch = Literal["week", "weekend", "month", "quarter", "year"]

NOON, DAY = 720, 1440  # minutes
HOUR, HALF_DAY, WHOLE_DAY = 60, 12, 24


@dataclass(frozen=True, slots=True)
class Ahead:
    days: int


@dataclass(frozen=True, slots=True)
class Weekday:
    number: int  # Monday is 0
    week: int | None = None  # counted from this one; None: whichever comes next
    asked: bool = False  # "next": people differ on which week that is


@dataclass(frozen=True, slots=True)
class Dated:
    day: int
    month: int | None = None
    year: int | None = None
    months: int | None = None  # ahead of this one
    years: int | None = None
    doubt: Doubt = ""


@dataclass(frozen=True, slots=True)
class EndOf:
    stretch: Stretch
    ahead: int = 0
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Length:
    minutes: float = 0
    days: float = 0
    months: int = 0
    working_days: int = 0
    doubt: Doubt = ""

    def __add__(self, other: "Length") -> "Length":
        return Length(
            self.minutes + other.minutes,
            self.days + other.days,
            self.months + other.months,
            self.working_days + other.working_days,
            self.doubt or other.doubt,
        )


@dataclass(frozen=True, slots=True)
class Clock:
    minutes: int  # since the day began; DAY is its end
    sure: bool  # False: it may be the other half of the day


@dataclass(frozen=True, slots=True)
class During:
    part: Part
    alone: bool = True  # whether it is a moment without a day beside it


@dataclass(frozen=True, slots=True)
class Zone:
    name: str  # "+08:00" or a name of the zone database
    doubt: Doubt = ""


@dataclass(frozen=True, slots=True)
class Roughly:
    pass


Fact = Ahead | Weekday | Dated | EndOf | Length | Clock | During | Zone | Roughly
Facts = tuple[Fact, ...]
Groups = tuple[str | None, ...]

Build = Callable[[Groups], Facts]
Rule = tuple[str, str, Build]
"""A name, a pattern, and who makes facts of the pattern's groups; no facts where it was no time."""


def fact(*facts: Fact) -> Build:
    return lambda _: facts


def multiplied(one: Length, times: float, doubt: Doubt = "") -> Length:
    return Length(
        one.minutes * times,
        one.days * times,
        int(one.months * times),
        int(one.working_days * times),
        doubt,
    )


def clock(hour: float, minutes: float, half: str, written: str) -> Facts:
    """`half` is a or p or nothing; an hour written 03 or 15 is sure of its half of the day."""
    half = half.lower()
    if hour > (HALF_DAY if half else WHOLE_DAY) or minutes >= HOUR:
        return ()
    whole = int(hour) % HALF_DAY + (HALF_DAY if half == "p" else 0) if half else int(hour)
    sure = bool(half) or whole > HALF_DAY or whole == 0 or written.startswith("0")
    at = whole * HOUR + int(minutes)
    return (Clock(at, sure),) if at <= DAY else ()
