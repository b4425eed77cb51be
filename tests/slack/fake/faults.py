"""Accidents: drawn by chance from a seed, or ordered one by one for a single test."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

Kind = Literal[
    "limited",  # 429 with Retry-After
    "error500",
    "error503",
    "html",  # a page of HTML where JSON was expected, status 200
    "cut_before",  # the connection drops, nothing happened
    "cut_after",  # it happened, but the answer is lost
    "late",  # the connection drops, and it happens some seconds later
    "slow",  # it happens, and the answer takes its time
    "internal_error",  # ok: false
]
KINDS: tuple[Kind, ...] = (
    "limited",
    "error500",
    "error503",
    "html",
    "cut_before",
    "cut_after",
    "late",
    "slow",
    "internal_error",
)


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind
    seconds: float = 1.0  # Retry-After, or how late, or how slow


@dataclass(slots=True)
class Faults:
    """How likely each accident is: `Faults(seed=3, calls={"cut_after": 0.02}, twice=0.1)`."""

    seed: int = 0
    calls: Mapping[Kind, float] = field(default_factory=dict)
    late: float = 20.0  # seconds, at most
    slow: float = 0.05  # seconds that are really waited, at most
    twice: float = 0.0  # an acknowledged delivery comes again
    overtaken: float = 0.0  # a delivery waits until a later one went ahead
    unheard: float = 0.0  # an acknowledgement is lost on its way
    unknown: float = 0.3  # an object of a payload has a field nobody announced
    missing: float = 0.05  # an optional field of a message stays away
    short: float = 0.1  # a page has fewer items than asked for, though there are more
    only: frozenset[str] = frozenset()  # methods; none named: all
    _chance: Random = field(init=False)
    _ordered: dict[str, list[Fault]] = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self._ordered = defaultdict(list)

    def order(self, method: str, *faults: Fault) -> None:
        """The next calls of this method meet these, one each."""
        self._ordered[method] += faults

    def strike(self, method: str) -> Fault | None:
        if self._ordered[method]:
            return self._ordered[method].pop(0)
        if self.only and method not in self.only:
            return None
        for kind, likely in self.calls.items():
            if self._chance.random() < likely:
                return Fault(kind, self._seconds(kind))
        return None

    def draws(self, likely: float) -> bool:
        return likely > 0 and self._chance.random() < likely

    def _seconds(self, kind: Kind) -> float:
        if kind == "late":
            return self._chance.uniform(0.5, self.late)
        if kind == "slow":
            return self._chance.uniform(0, self.slow)
        return float(self._chance.randint(1, 3))

    def shortened(self, size: int) -> int:
        """A page may be shorter than asked for; only the cursor tells whether more follows."""
        return self._chance.randint(1, size) if self.draws(self.short) else size

    def stop(self) -> None:
        """The weather clears: nothing more happens by chance."""
        self.calls = {}
        self.twice = self.overtaken = self.unheard = 0.0
