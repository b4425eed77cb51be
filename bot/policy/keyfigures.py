"""The key figures of one report: kept, compared with those of the version before, put into words.

Policy 5.1.2 and 5.2.1. What is kept is plain data by the ids of the measures, never a workbook.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.policy import figures
from bot.policy.density import Density
from bot.policy.figures import Beyond, Portion, Rate, Share, Span, Standing, TooFew
from bot.words import Quoted, Say, Value, say
from bot.words import Share as Percent

Figure = Share | Span | Portion | Density | float
Kept = Mapping[str, Mapping[str, Any]]  # figures as plain data, by measure
EXACT = 6  # decimals that are kept
STILL_MOVING = (  # what came after the books closed counts, too …
    *("K14", "K16", "K23", "K23b", "K24", "K27", "K28"),
    "K22",  # … or it is told of only when its quarter is over
)
TODAY = ("staff_months",)  # of a figure: counted as it is today, and no reason to correct anything
MINUTE = timedelta(minutes=1)
SAME = say("no change")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One measure in a period and in the one before. `target`: 0 to 1."""

    id: str
    name: Say
    now: Figure
    before: Figure
    target: float | None = None

    @property
    def standing(self) -> Standing | None:
        if self.target is None or not isinstance(self.now, Rate):
            return None
        return figures.standing(self.now, self.target)


@dataclass(frozen=True, slots=True)
class Change:
    """What a later version says of one measure, and what the one before had said."""

    id: str
    name: Say
    old: Figure
    new: Figure


@dataclass(frozen=True, slots=True)
class Earlier:
    """The version before: what it said, when it was made, when its books closed."""

    version: int
    made_at: datetime
    closed_at: datetime
    figures: Kept


@dataclass(frozen=True, slots=True)
class Corrected:
    """Which version this one takes the place of, and what is different."""

    earlier: Earlier
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """What came of making a report: its key figures, and what it corrects.

    `undrawn`: the kind of error that kept its picture from being drawn.
    """

    figures: tuple[KeyFigure, ...]
    changes: tuple[Change, ...] = ()
    undrawn: str = ""


def changes(figures: Iterable[KeyFigure], earlier: Kept) -> tuple[Change, ...]:
    """What differs from an earlier version; a measure that it did not have is no difference."""
    return tuple(
        Change(each.id, each.name, read(earlier[each.id]), each.now)
        for each in figures
        if each.id in earlier and _said(earlier[each.id]) != _said(plain(each.now))
    )


def _said(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in figure.items() if name not in TODAY}


def corrects(found: Iterable[Change]) -> bool:
    """Whether they are worth a new version: not where only such moved as are never at rest."""
    return any(each.id not in STILL_MOVING for each in found)


def kept(figures: Iterable[KeyFigure]) -> Kept:
    return {each.id: plain(each.now) for each in figures}


def plain(figure: Figure) -> Mapping[str, Any]:
    """As it is kept, in JSON."""
    match figure:
        case Rate(met, n):
            return {"met": met, "n": n}
        case TooFew(n, needed):
            return {"few": n, "needed": needed}
        case Beyond():
            return {"beyond": True}
        case timedelta():
            return {"seconds": round(figure.total_seconds())}
        case float() | int():
            return {"number": round(float(figure), EXACT)}
        case _:
            return _part(figure)


def _part(figure: Portion | Density) -> Mapping[str, Any]:
    if isinstance(figure, Portion):
        return {"part": round(figure.of_one, EXACT)}
    return {"count": figure.count, "staff_months": round(figure.staff_months, EXACT)}


READ: Mapping[str, Callable[[Mapping[str, Any]], Figure]] = {
    "met": lambda data: Rate(data["met"], data["n"]),
    "few": lambda data: TooFew(data["few"], data["needed"]),
    "beyond": lambda data: Beyond(),
    "part": lambda data: Portion(data["part"]),
    "count": lambda data: Density(data["count"], data["staff_months"]),
    "seconds": lambda data: timedelta(seconds=data["seconds"]),
    "number": lambda data: float(data["number"]),
}


def read(data: Mapping[str, Any]) -> Figure:
    """Raises ValueError for what `plain` never wrote."""
    kind = next((each for each in READ if each in data), None)
    if kind is None:
        raise ValueError("no such figure is kept")
    return READ[kind](data)


def spoken(figure: Figure) -> Say | Value:
    """In words, as it stands in a card."""
    match figure:
        case TooFew(0, _):
            return say("nothing to count")
        case TooFew(_, needed):
            return say("n<{count}", count=needed)
        case Beyond():
            return say("> period")
        case Rate() | Portion():
            return Percent(figure.of_one)
        case timedelta():
            return figure
        case _:
            number = figure.per_hundred if isinstance(figure, Density) else figure
            return Quoted(f"{number:.1f}")


def moved(now: Figure, before: Figure) -> Say | Quoted | None:
    """By how much it differs from the period before; None where that cannot be said."""
    match now, before:
        case (Rate() | Portion(), Rate() | Portion()):
            points = round(100 * (now.of_one - before.of_one), 1)
            return say("{points} points", points=_signed(points)) if points else SAME
        case timedelta(), timedelta():
            minutes = round((now - before) / MINUTE)
            return say("{minutes} min", minutes=_signed(minutes)) if minutes else SAME
        case Density(), Density():
            return moved(now.per_hundred, before.per_hundred)
        case (float() | int(), float() | int()):
            number = round(now - before, 1)
            return _signed(number) if number else SAME
        case _:
            return None


def _signed(number: float) -> Quoted:
    return Quoted(f"{number:+}".replace("-", "−"))


def missed(figures: Iterable[KeyFigure]) -> Iterator[KeyFigure]:
    """Those that lie below their target, whatever part chance had in it."""
    return (each for each in figures if each.standing == "missed")
