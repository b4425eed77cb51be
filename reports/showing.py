"""How figures read in a cell: too little data, hidden and endless are said, never left blank."""

from datetime import timedelta
from typing import assert_never

from bot.policy.figures import Beyond, Rate, Share, Span, Standing, TooFew
from bot.report import Shown, Tone
from bot.words import Say, say

HIDDEN = Shown("—", tone="grey")
NO_RATE = Shown(None)
FEW = 20  # below it a rate is printed, but in grey
MARKS: dict[Standing, tuple[Say, Tone]] = {
    "met": (say("● target met"), "good"),
    "unsure": (say("▲ too close to call"), "fair"),
    "missed": (say("■ target missed"), "bad"),
}


def figure(value: Share | Span | float) -> Shown:
    match value:
        case TooFew(0, _):
            return HIDDEN
        case TooFew(_, needed):
            return Shown(say("n<{count}", count=needed), tone="grey")
        case Beyond():
            return Shown(say("> period"), tone="bad")
        case Rate():
            return Shown(value.of_one, "percent", "grey" if value.n < FEW else "plain")
        case timedelta():
            return Shown(value, "span")
        case float() | int():
            return Shown(value, "decimal")
        case _:
            assert_never(value)


def low(value: Share | Span | float) -> Shown:
    return Shown(value.low, "percent", "grey") if isinstance(value, Rate) else NO_RATE


def high(value: Share | Span | float) -> Shown:
    return Shown(value.high, "percent", "grey") if isinstance(value, Rate) else NO_RATE


def change(now: Share | Span | float, before: Share | Span | float) -> Shown:
    """In percentage points, in minutes of working time, or plainly."""
    if isinstance(now, Rate) and isinstance(before, Rate):
        return Shown(round(100 * (now.of_one - before.of_one), 1), "change")
    if isinstance(now, timedelta) and isinstance(before, timedelta):
        return Shown(round((now - before) / timedelta(minutes=1)), "minutes")
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
