"""A share of the proof: nobody decides what is theirs, or what they may not. Policy 3.2.

All of it: `python -m tests.approvals --steps 100000 --seed S` (docs/reliability.md).
"""

from itertools import islice

import pytest

from tests.approvals.machine import stories
from tests.needs import seed, share

STEPS = 100_000


@pytest.mark.slow
@pytest.mark.no_cover
def test_whatever_people_do_only_who_may_decide_decides() -> None:
    found = list(islice(stories(seed(), share(STEPS)), 5))

    assert found == [], f"seed {seed()}"


@pytest.mark.thorough
def test_the_laws_can_be_broken() -> None:
    """Somebody who may not decides, behind the back of the rules: the laws say so."""
    from bot.policy import seats  # noqa: PLC0415

    real, seats.chair_of = seats.chair_of, lambda found, person: next(iter(found), None)
    try:
        found = list(islice(stories(1, 150), 3))
    finally:
        seats.chair_of = real

    assert found
