"""Crashes, lost answers, repeated deliveries, nights and outages: nothing lost, nothing doubled."""

import pytest

from tests.needs import need, share, stories
from tests.simulation import fresh
from tests.simulation.storm import Storm

SEEDS = 2000


@pytest.mark.parametrize("seed", stories(0, share(SEEDS)))
def test_whatever_the_sea_does_nothing_is_lost_doubled_or_said_at_night(seed: int) -> None:
    assert Storm(seed).run() == []


@pytest.mark.parametrize("seed", stories(SEEDS, max(4, share(80))))
def test_the_same_holds_on_postgresql(seed: int) -> None:
    need("postgresql")

    with fresh.database("postgresql") as db:
        assert Storm(seed, db).run() == []


def test_the_same_seed_is_the_same_story() -> None:
    first, again = Storm(7), Storm(7)

    assert first.run() == again.run()
    assert first.sea.lines == again.sea.lines
