"""Lost answers, 429, late acceptance, redelivery, disorder and crashes: nothing lost or doubled."""

import pytest

from tests.needs import seed, share, stories
from tests.slack.storm import Storm

RUNS = 2000
FIRST = seed() % 1_000_000


@pytest.mark.parametrize("number", stories(0, share(RUNS)))
def test_whatever_slack_does_nothing_is_lost_and_nothing_is_said_twice(number: int) -> None:
    """Every fourth time it dawdles for longer than we may doubt: what then is double is removed."""
    assert Storm(FIRST + number, very_late=number % 4 == 3).run() == []
