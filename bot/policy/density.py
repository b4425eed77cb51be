"""How many there are for so many people in so much time, and how far chance alone reaches. K17.

Policy 5.1.1. The interval is the exact one of a rare count, at 90 %: a handful says little.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

from bot.policy.figures import SMALLEST_GROUP, TooFew

PER = 100  # staff-months
TAIL = 0.05  # of chance, on either side
STEPS = 60  # of halving: far below any digit that is shown


@dataclass(frozen=True, slots=True)
class Density:
    """So many of something in so many staff-months."""

    count: int
    staff_months: float

    @property
    def per_hundred(self) -> float:
        return PER * self.count / self.staff_months

    @property
    def low(self) -> float:
        """Were it rarer than this, as many would come in less than one case of twenty."""
        if not self.count:
            return 0.0
        return self._scaled(lambda mean: 1 - _at_most(self.count - 1, mean) < TAIL)

    @property
    def high(self) -> float:
        """Were it more frequent than this, as few would come in less than one case of twenty."""
        return self._scaled(lambda mean: _at_most(self.count, mean) > TAIL)

    def _scaled(self, below: Callable[[float], bool]) -> float:
        return PER * _border(below, self.count) / self.staff_months


def density(count: int, staff: int, months: float) -> Density | TooFew:
    """Of a group so small that it would be somebody's, or of no time at all, it is too few."""
    if staff < SMALLEST_GROUP:
        return TooFew(staff, SMALLEST_GROUP)
    return Density(count, staff * months) if months > 0 else TooFew(0, 1)


def _at_most(count: int, mean: float) -> float:
    """How likely it is that no more than `count` come where `mean`, above 0, do on average."""
    return sum(exp(each * log(mean) - mean - lgamma(each + 1)) for each in range(count + 1))


def _border(below: Callable[[float], bool], count: int) -> float:
    """Up to where `below` holds."""
    low, high = 0.0, count + 10 * sqrt(count + 1) + 10
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return low
