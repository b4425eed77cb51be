"""The story of a duty and of an approval on a real homeserver, in the clear and encrypted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.matrix.house import House, house
from tests.matrix.people import People

NUDGED = timedelta(hours=4, minutes=40)  # of the clock, from Monday at nine


@pytest.fixture(params=["plain", "secret"])
def home(request: pytest.FixtureRequest, people: People, tmp_path: Path) -> Iterator[House]:
    with house(people, tmp_path, secret=request.param == "secret") as made:
        yield made


def asked(home: House) -> str:
    """@Bob is asked for something, by his name behind which his id stands."""
    name, who = home.bob.account.name, home.bob.id
    return home.says(
        "ann",
        f"{name} can you send me the test report?",
        html=f'<a href="https://matrix.to/#/{who}">{name}</a> can you send me the test report?',
        mentions=[who],
    )


def test_who_owes_an_answer_is_nudged_once_with_the_reason_and_the_ways_out(home: House) -> None:
    asked(home)
    home.wait(NUDGED)

    (nudge,) = home.chat("bob")
    assert "can you send me the test report?" in nudge.body
    for way_out in ("I have answered", "I will reply by", "Pass on", "No reply needed"):
        assert way_out in nudge.body
    assert nudge.secret == home.install.encryption
    home.wait(timedelta(minutes=20))
    assert [each.id for each in home.chat("bob")] == [nudge.id]
