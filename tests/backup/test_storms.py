"""A store laid back in the midst of a story: nothing lost, nothing sent twice, no number reused."""

import pytest

from tests.backup.storm import Restored
from tests.needs import need, share, stories
from tests.simulation import fresh

SEEDS = 120


@pytest.mark.parametrize("seed", stories(0, share(SEEDS)))
def test_after_a_restore_nothing_is_lost_or_sent_again(seed: int) -> None:
    assert Restored(seed).run() == []


@pytest.mark.thorough
@pytest.mark.parametrize("seed", stories(SEEDS, max(1, share(20))))
def test_the_same_holds_from_sqlite_to_postgresql(seed: int) -> None:
    need("postgresql")

    with fresh.database("postgresql") as other:
        assert Restored(seed, other=other).run() == []
