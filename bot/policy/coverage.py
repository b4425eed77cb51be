"""Whether each clause is carried out: by what, with which evidence, and what is missing.

Policy 5.1.2, 5.2: the compliance of the compliance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.clauses import CLAUSES, Clause, Reach, serves
from bot.words import Say, say

Standing = Literal["runs", "quiet", "gap"]
REACH: Mapping[Reach, Say] = {
    "automates": say("does it, or notices it"),
    "assists": say("makes it one step for a person"),
    "attests": say("asks people to confirm it"),
}
STANDINGS: Mapping[Standing, Say] = {
    "runs": say("● at work"),
    "quiet": say("▲ nothing in this period"),
    "gap": say("■ nothing carries it out"),
}


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is of a clause in a period: so many things, the last of them when."""

    count: int
    last: datetime | None

    def __add__(self, other: "Traces") -> "Traces":
        known = [each for each in (self.last, other.last) if each is not None]
        return Traces(self.count + other.count, max(known, default=None))


@dataclass(frozen=True, slots=True)
class Covered:
    """`controls`: the files that say they carry it out."""

    clause: Clause
    controls: tuple[str, ...]
    traces: Traces

    @property
    def standing(self) -> Standing:
        if not self.controls:
            return "gap"
        return "runs" if self.traces.count else "quiet"


NOTHING = Traces(0, None)


def coverage(
    controls: Mapping[str, tuple[str, ...]], traces: Iterable[tuple[str, Traces]]
) -> tuple[Covered, ...]:
    """Every clause; `traces` are filed under a clause, or under the chapter of several."""
    found = list(traces)
    return tuple(
        Covered(
            clause,
            controls.get(clause.id, ()),
            sum((each for cited, each in found if serves(cited, clause.id)), NOTHING),
        )
        for clause in CLAUSES
    )
