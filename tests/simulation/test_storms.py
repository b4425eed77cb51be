"""Crashes, lost answers, repeated deliveries, nights and outages: nothing lost, nothing doubled."""

import logging
from datetime import date

import pytest

from tests.needs import need, seed, share, stories
from tests.simulation import fresh
from tests.simulation.storm import Storm
from tests.simulation.wide import Wide
from tests.simulation.year import Year

SEEDS = 2000
WIDE = 200


@pytest.mark.parametrize("seed", stories(0, share(SEEDS)))
def test_whatever_the_sea_does_nothing_is_lost_doubled_or_said_at_night(seed: int) -> None:
    assert Storm(seed).run() == []


@pytest.mark.parametrize("seed", stories(SEEDS, max(4, share(80))))
def test_the_same_holds_on_postgresql(seed: int) -> None:
    need("postgresql")

    with fresh.database("postgresql") as db:
        assert Storm(seed, db).run() == []


@pytest.mark.thorough
@pytest.mark.parametrize("seed", stories(0, share(WIDE)))
def test_two_processes_of_which_one_is_stopped_do_not_double(seed: int) -> None:
    assert Wide(seed).run() == []


@pytest.mark.parametrize("seed", stories(SEEDS, max(2, share(40))))
def test_nor_do_they_on_postgresql(seed: int) -> None:
    need("postgresql")

    with fresh.database("postgresql") as db:
        assert Wide(seed, db).run() == []


@pytest.mark.thorough
@pytest.mark.no_cover
def test_some_weeks_of_a_small_company_in_two_zones(caplog: pytest.LogCaptureFixture) -> None:
    """Summer time begins in Berlin, Easter comes, and the graves are swept in China."""
    caplog.set_level(logging.CRITICAL)
    year = Year(seed(), 130, 12, 4, 11, first=date(2026, 3, 27), strike=1e-3)

    assert year.run() == []
    assert year.habits.messages > 50
    assert len(year.harbour.told) > 50
    assert year.crashes > 0


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [Storm, Wide])
def test_the_same_seed_is_the_same_story(kind: type[Storm]) -> None:
    first, again = kind(7), kind(7)

    assert first.run() == again.run()
    assert first.sea.lines == again.sea.lines
    assert first.crashes == again.crashes
