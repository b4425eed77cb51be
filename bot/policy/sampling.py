"""A fair sample of what a department said, and what its reviewers made of it. Policy 5.1.2.

Part by chance, part by risk. Every message has a lot, made of the seed and its id alone: whoever
knows both draws the same sample again, and nobody who writes a message can choose its lot.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from bot.policy.figures import Rate, Share, TooFew
from bot.policy.rulebook import Quota

Verdict = Literal["fine", "word", "breach", "skip"]
Risk = Literal["finding", "important", "outside"]
VERDICTS: tuple[Verdict, ...] = ("fine", "word", "breach", "skip")
WEIGHTS: Mapping[Risk, int] = {"finding": 4, "important": 2, "outside": 2}  # lots it has more
KAPPA_NEEDS = 30  # messages that two have judged


@dataclass(frozen=True, slots=True)
class Lot:
    """A message that was drawn, by its record; `risks`: why, where it was not by chance."""

    record: str
    risks: tuple[Risk, ...] = ()


def seed_of(company: str, department: str, period: str) -> str:
    """Published with the sample."""
    return sha256("\0".join((company, department, period)).encode()).hexdigest()[:32]


def fingerprint(records: Iterable[str]) -> str:
    """Of everything that could have been drawn."""
    return sha256("\n".join(sorted(records)).encode()).hexdigest()


def draw(
    seed: str,
    records: Sequence[str],
    risky: Mapping[str, tuple[Risk, ...]],
    quota: Quota,
    fits: Callable[[str], bool],
) -> list[Lot]:
    """By chance from everything, by risk from the rest; of what lacks risk, more by chance.

    `fits`: asked in the order of the lots, of no more than are needed.
    """
    size = quota.size(len(records))
    by_risk = size * quota.risk // 100
    in_order = iter(sorted(records, key=lambda each: _lot(seed, each)))
    chance = _first(in_order, size - by_risk, fits)
    rest = [each for each in records if each in risky and each not in set(chance)]
    rest.sort(key=lambda each: _best(seed, each, risky[each]))
    chosen = _first(iter(rest), by_risk, fits)
    left = (each for each in in_order if each not in set(chosen))
    chance += _first(left, size - len(chance) - len(chosen), fits)
    drawn = [*(Lot(each) for each in chance), *(Lot(each, risky[each]) for each in chosen)]
    return sorted(drawn, key=lambda each: _lot(f"{seed}/order", each.record))


def _first(found: Iterable[str], count: int, fits: Callable[[str], bool]) -> list[str]:
    chosen: list[str] = []
    for each in found if count > 0 else ():
        if fits(each):
            chosen.append(each)
        if len(chosen) == count:
            break
    return chosen


def _lot(seed: str, record: str) -> bytes:
    return sha256(f"{seed}\0{record}".encode()).digest()


def _best(seed: str, record: str, risks: tuple[Risk, ...]) -> bytes:
    """The more it weighs, the more lots it has, and the best of them counts."""
    return min(_lot(f"{seed}/{turn}", record) for turn in range(sum(WEIGHTS[r] for r in risks)))


def second(seed: str, drawn: Sequence[str], share: int) -> frozenset[str]:
    """Which of them somebody else looks at too: at least one, where any is to be."""
    count = -(-len(drawn) * share // 100)
    return frozenset(sorted(drawn, key=lambda each: _lot(f"{seed}/second", each))[:count])


@dataclass(frozen=True, slots=True)
class Coverage:
    """K19: how much of what was drawn has been looked at, and how much of all that is."""

    reviewed: int
    planned: int
    population: int

    @property
    def of_planned(self) -> Share:
        return Rate(self.reviewed, self.planned) if self.planned else TooFew(0, 1)

    @property
    def of_all(self) -> Share:
        return Rate(self.reviewed, self.population) if self.population else TooFew(0, 1)

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.reviewed + other.reviewed,
            self.planned + other.planned,
            self.population + other.population,
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """K20: how often two who looked at the same message said the same of it."""

    same: Share
    kappa: float | TooFew  # Cohen's: what is left of it when chance is taken away


def agreement(pairs: Sequence[tuple[Verdict, Verdict]]) -> Agreement:
    """Without those that one of them left to somebody else."""
    judged = [each for each in pairs if "skip" not in each]
    same, n = sum(one == other for one, other in judged), len(judged)
    share: Share = Rate(same, n) if n else TooFew(0, 1)
    return Agreement(share, _kappa(judged, same) if n >= KAPPA_NEEDS else TooFew(n, KAPPA_NEEDS))


def _kappa(judged: Sequence[tuple[Verdict, Verdict]], same: int) -> float:
    """1 where nobody ever said anything else: there is nothing that chance could explain."""
    n = len(judged)
    expected = 0.0
    for verdict in VERDICTS:
        ones = sum(one == verdict for one, _ in judged)
        others = sum(other == verdict for _, other in judged)
        expected += ones * others / (n * n)
    return 1.0 if expected == 1 else (same / n - expected) / (1 - expected)


def attested(ends: Iterable[tuple[str, datetime, datetime | None]]) -> Share:
    """K25: of what was to be confirmed, how much was, in time: how it ended, when due, when."""
    counted = list(ends)
    met = sum(
        how == "confirmed" and closed is not None and closed <= due for how, due, closed in counted
    )
    return Rate(met, len(counted)) if counted else TooFew(0, 1)
