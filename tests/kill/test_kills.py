"""Killed at random moments and started again: what was acknowledged is there, once.

Each runs by itself, as by hand: forks are made where nothing else runs.
"""

import re
import subprocess
import sys

import pytest

from tests.needs import ROOT, need, seed, share

FORKED, WHOLE = 2000, 200  # kills on each database
FINE = re.compile(r"kills=(\d+) seed=\d+ database=\w+ lost=0 doubled=0 broken=0\n\Z")
DATABASES = ("sqlite", "postgresql")


def killed(*words: str, times: int) -> None:
    command = [sys.executable, "-m", *words, "--kills", str(times), "--seed", str(seed())]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)

    found = FINE.search(ran.stdout)
    assert found, f"{' '.join(command)}\n{ran.stdout[-5000:]}{ran.stderr[-5000:]}"
    assert int(found[1]) >= times


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_a_process_killed_at_any_moment_loses_nothing_and_doubles_nothing(database: str) -> None:
    if database == "postgresql":
        need("postgresql")

    killed("tests.kill.forked", "--database", database, times=share(FORKED))


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_killing_frozen_and_starved_processes_loses_nothing_and_doubles_nothing(
    database: str,
) -> None:
    """Hasty, and with fewer of them than by hand: what is in doubt takes minutes else."""
    if database == "postgresql":
        need("postgresql")

    few = ("--hasty", "--webs", "1", "--workers", "2")
    killed("tests.kill", "--database", database, *few, times=share(WHOLE))
