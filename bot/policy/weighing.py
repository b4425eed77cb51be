"""Adds up what the facts about a reply are worth, by weights learned from annotated chat.

The weights are small trees in `judge.json`: each asks a few facts and ends in a number; the numbers
are added. What each fact moved the sum by is kept, so that a decision can say why.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

WEIGHTS = Path(__file__).with_name("judge.json")


class Branch(NamedTuple):
    """One question of a tree. `worth` is what all answers below it come to on average."""

    fact: str
    at_most: float
    yes: "Branch | float"
    no: "Branch | float"
    worth: float


class Scales(NamedTuple):
    """The trees for one kind of ask. `start` is what everything begins with."""

    start: float
    trees: tuple[Branch, ...]

    def weigh(self, facts: Mapping[str, float]) -> float:
        """How likely it is, by the facts."""
        total = self.start
        for tree in self.trees:
            node: Branch | float = tree
            while node.__class__ is Branch:
                fact, at_most, yes, no, _ = node
                node = yes if facts[fact] <= at_most else no
            total += node  # type: ignore[operator]
        return 1 / (1 + math.exp(-total))

    def shares(self, facts: Mapping[str, float]) -> Mapping[str, float]:
        """By how much, in log odds, each fact spoke for it or (below nought) against."""
        shares = dict.fromkeys(facts, 0.0)
        for tree in self.trees:
            node = tree
            while True:
                below = node.yes if facts[node.fact] <= node.at_most else node.no
                if isinstance(below, float):
                    shares[node.fact] += below - node.worth
                    break
                shares[node.fact] += below.worth - node.worth
                node = below
        return shares


@cache
def scales() -> Mapping[str, Scales]:
    """For an ask of a person ("asked") and of whoever knows ("room"); read once."""
    told = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {
        name: Scales(told[name]["start"], tuple(map(_branch, told[name]["trees"])))
        for name in ("asked", "room")
    }


def _branch(told: Mapping[str, Any]) -> Branch:
    yes, no = (
        _branch(part) if isinstance(part, dict) else float(part)
        for part in (told["yes"], told["no"])
    )
    return Branch(told["fact"], told["at_most"], yes, no, told["worth"])
