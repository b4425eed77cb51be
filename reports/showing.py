"""How figures read in a cell: too little data, hidden and endless are said, never left blank."""

from datetime import timedelta
from typing import assert_never

from bot.policy.density import Density
from bot.policy.figures import Beyond, Portion, Rate, Share, Span, Standing, TooFew
from bot.report import Shown, Tone
from bot.words import Say, say

Figure = Share | Span | Portion | Density | float
HIDDEN = Shown("—", tone="grey")
NO_RATE = Shown(None)
FEW = 20  # below it a rate is printed, but in grey
MARKS: dict[Standing, tuple[Say, Tone]] = {
    "met": (say("● target met"), "good"),
    "unsure": (say("▲ too close to call"), "fair"),
    "missed": (say("■ target missed"), "bad"),
}


def figure(value: Figure) -> Shown:
    match value:
        case TooFew(0, _):
            return HIDDEN
        case TooFew(_, needed):
            return Shown(say("n<{count}", count=needed), tone="grey")
        case Beyond():
            return Shown(say("> period"), tone="bad")
        case Rate() | Portion():
            few = isinstance(value, Rate) and value.n < FEW
            return Shown(value.of_one, "percent", "grey" if few else "plain")
        case Density():
            return Shown(value.per_hundred, "decimal", "plain" if value.count else "grey")
        case timedelta() | float() | int():
            return Shown(value, "span" if isinstance(value, timedelta) else "decimal")
        case _:
            assert_never(value)


def low(value: Figure) -> Shown:
    if isinstance(value, Density):
        return Shown(value.low, "decimal", "grey")
    return Shown(value.low, "percent", "grey") if isinstance(value, Rate) else NO_RATE


def high(value: Figure) -> Shown:
    if isinstance(value, Density):
        return Shown(value.high, "decimal", "grey")
    return Shown(value.high, "percent", "grey") if isinstance(value, Rate) else NO_RATE


def change(now: Figure, before: Figure) -> Shown:
    """In percentage points, in minutes of working time, or plainly."""
    if isinstance(now, Rate | Portion) and isinstance(before, Rate | Portion):
        return Shown(round(100 * (now.of_one - before.of_one), 1), "change")
    if isinstance(now, timedelta) and isinstance(before, timedelta):
        return Shown(round((now - before) / timedelta(minutes=1)), "minutes")
    if isinstance(now, Density) and isinstance(before, Density):
        return Shown(now.per_hundred - before.per_hundred, "decimal")
    if isinstance(now, float | int) and isinstance(before, float | int):
        return Shown(now - before, "decimal")
    return HIDDEN


def mark(standing: Standing | None) -> Shown:
    if standing is None:
        return Shown(say("no target"), tone="grey")
    words, tone = MARKS[standing]
    return Shown(words, "text", tone)


def yes(flag: bool) -> Say | None:
    return say("yes") if flag else None
