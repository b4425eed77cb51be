"""What a key figure is: what it counts, among what, and for whom it is. Policy 5.2.1."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.policy.density import Density
from bot.policy.figures import Portion, Share, Span
from bot.report import EDITIONS, Edition, Picture
from bot.words import Say, say

Figure = Share | Span | Portion | Density | float
DUTIES = say("Duties due in the period, without the dropped, the excused and those passed on.")
EVERYBODY = frozenset(EDITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One key figure. `target` is a key of the policy's targets; `n`: out of how many."""

    id: str
    name: Say
    counts: Say
    among: Say = DUTIES
    note: Say | None = None
    target: str = ""
    who: frozenset[Edition] = EVERYBODY
    of: Callable[[Picture], Figure]
    n: Callable[[Picture], int]
