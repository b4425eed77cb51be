"""Accidents on the way to the server and back, drawn by chance from a seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

Kind = Literal[
    "limited",  # 429, and when to come again
    "error500",  # nothing happened
    "html502",  # nothing happened, and a proxy says so
    "html504",  # it happened, and a proxy did not wait for the answer
    "cut_before",  # the connection drops, nothing happened
    "cut_after",  # it happened, but the answer is lost
    "torn",  # it happened, and half of the answer arrives
    "late",  # the connection drops, and it happens some seconds later
    "slow",  # it happens, and the answer takes its time
    "crash_before",  # who asked ends, before it is heard
    "crash_after",  # who asked ends, and it happened
]
DONE = frozenset(("html504", "cut_after", "torn", "crash_after", "slow"))  # it happens all the same


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind
    seconds: float = 0.0  # to wait, or how late, or how slow


@dataclass(slots=True)
class Faults:
    """`user`: whose calls meet them. `again`: how likely a sync tells once more what it told."""

    seed: int = 0
    user: str = ""
    calls: Mapping[Kind, float] = field(default_factory=dict)
    again: float = 0.0
    late: float = 20.0  # seconds, at most
    slow: float = 45.0  # seconds, at most: who asks may have given up by then
    crash: Callable[[], None] = lambda: None
    met: dict[Kind, int] = field(default_factory=dict)
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(f"{self.seed}/faults")

    def strike(self, user: str) -> Fault | None:
        if not self.calls or user != self.user:
            return None
        luck = self._chance.random()
        for kind, likely in self.calls.items():
            luck -= likely
            if luck < 0:
                self.met[kind] = self.met.get(kind, 0) + 1
                return Fault(kind, self._seconds(kind))
        return None

    def since(self, user: str, since: int) -> int:
        """From where a sync tells: now and then from before what it is asked for."""
        if user == self.user and self.again and self._chance.random() < self.again:
            return max(0, since - self._chance.randint(1, 6))
        return since

    def stop(self) -> None:
        """The weather clears."""
        self.calls, self.again = {}, 0.0

    def _seconds(self, kind: Kind) -> float:
        match kind:
            case "late":
                return self._chance.uniform(0.5, self.late)
            case "slow":
                return self._chance.uniform(0.1, self.slow)
            case _:
                return float(self._chance.randint(1, 8))
