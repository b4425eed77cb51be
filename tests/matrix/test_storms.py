"""Lost answers, torn ones, gaps, crashes, other processes: nothing lost or doubled on Matrix."""

import pytest

from tests.matrix.mutants import MISTAKES, seen
from tests.matrix.storm import Storm
from tests.needs import seed, share

RUNS = 560  # told by hand, docs/reliability.md
ENOUGH = 40  # stories in which a planted mistake is seen
FIRST = seed() % 1_000_000


@pytest.mark.parametrize("number", range(share(RUNS)))
def test_whatever_happens_nothing_is_lost_and_nothing_is_said_twice(number: int) -> None:
    assert Storm(FIRST + number).run() == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_seen(name: str) -> None:
    after, _ = seen(name, 1, ENOUGH)
    assert after
