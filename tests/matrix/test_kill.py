"""Killed at random moments and started again: all that was said is taken and answered, once."""

import asyncio
from pathlib import Path

import pytest

from tests.matrix.house import house
from tests.matrix.kill import Killing
from tests.matrix.people import People
from tests.needs import seed, share

KILLS = 100


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.parametrize("secret", [True, False], ids=["secret", "plain"])
def test_kill_9_loses_nothing_and_doubles_nothing(
    people: People, tmp_path: Path, secret: bool
) -> None:
    killing = Killing(people, tmp_path, seed(), secret=secret, patient=False)

    found = killing.run(max(1, share(KILLS) // 2))

    assert found.said > 0
    assert found.wrong == [], f"seed {killing.seed}: {found}"


def test_who_is_started_again_goes_on_at_once(people: People, tmp_path: Path) -> None:
    """Though the one before, who was killed, gave nothing back."""
    with house(people, tmp_path, names=("ann",)) as home:
        home.restart()
        home.says("ann", "!duly mine")

        assert len(home.chat("ann")) == 1


def test_who_is_written_to_twice_at_once_has_one_chat(people: People, tmp_path: Path) -> None:
    """By an answer and by a nudge, which do not wait for each other."""
    with house(people, tmp_path, names=("ann",)) as home:
        outbound = home.adapter.homeservers[0].outbound
        assert outbound is not None
        chat = outbound.saying.chat

        async def both() -> None:
            await asyncio.gather(chat(home.ann.id), chat(home.ann.id), return_exceptions=True)

        home.within(both())
        home.ann.sync_until(lambda: home.ann.invited)

        home.ann.sync()
        assert len(home.ann.invited) == 1
