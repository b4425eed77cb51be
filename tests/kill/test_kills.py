"""Killed at random moments and started again: what was acknowledged is there, once."""

from pathlib import Path

import pytest

from tests.kill.killing import Killing
from tests.needs import seed, share

KILLS = 200


@pytest.mark.slow
def test_kill_9_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    killing = Killing(tmp_path, seed())

    found = killing.run(share(KILLS))

    said = f"seed {killing.seed}, {found.kills} kills, {found.acknowledged} acknowledged"
    assert found.acknowledged > 0, said
    assert found.fine, f"{said}: {found}"
