"""A share of the fuzzing in every run, and that a planted mistake is found whichever way."""

import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest

from tests.fuzzing import chance
from tests.fuzzing.feeding import Watch, by_chance
from tests.fuzzing.running import GUIDED, shares
from tests.fuzzing.targets import TARGETS, Ready, Target
from tests.needs import ROOT, seed, share

PATIENCE = 600.0  # seconds, on a machine with much else to do
PLANTED = """
import sys, time
from tests.fuzzing import feeding, running
from tests.fuzzing.targets import Ready, Target

feeding.HUNG = 3.0
seen = []

def dawdle():
    began = time.process_time()
    while time.process_time() - began < 1.5:
        pass

def parse(data):
    if {condition}:
        {mistake}

target = Target("planted", "nowhere")
ready = Ready(parse, (ValueError,), [b"promise 7 by Thu 17:00"])
sys.exit(running.forked(target, ready, (20_000, 1), {engine!r}).count("crash", "slow", "ended"))
"""


def test_no_parser_breaks_and_none_is_slow() -> None:
    words = ["--inputs", str(share(1_000_000) // 2), "--seed", str(seed()), "--chance"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing", *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.stdout.rstrip().endswith("crashes=0 slow=0"), (done.stdout + done.stderr)[-4000:]
    assert done.returncode == 0


def planted(engine: str, condition: str, mistake: str = "raise KeyError(1)") -> int:
    """How many findings there were."""
    code = PLANTED.format(engine=engine, condition=condition, mistake=mistake)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        check=False,
        capture_output=True,
        timeout=PATIENCE,
    )
    return done.returncode


@pytest.mark.thorough
def test_a_planted_crash_is_found_by_chance() -> None:
    assert planted("chance", "data.count(b'7') > 8") == 1
    assert planted("chance", "False") == 0
    assert planted("chance", "data.count(b'7') > 8", "raise ValueError") == 0, "a clear refusal"


@pytest.mark.thorough
def test_what_never_ends_or_takes_the_process_down_is_found() -> None:
    assert planted("chance", "b'1e999' in data", "while True: pass") == 1
    assert planted("chance", "b'1e999' in data", "__import__('os')._exit(7)") == 1
    assert planted("chance", "b'1e999' in data", "sys.exit()") == 1


@pytest.mark.skipif(not GUIDED, reason="atheris is for Linux on x86-64 alone")
def test_a_planted_crash_is_found_by_coverage() -> None:
    assert planted("atheris", "data.count(b'7') > 8") == 1


@pytest.mark.thorough
def test_what_is_slow_is_found() -> None:
    once = "b'1e999' in data and not seen and not seen.append(1)"
    assert planted("chance", once, "dawdle()") == 1


def test_the_same_seed_gives_the_same_inputs() -> None:
    draws = [chance.inputs("text", [b"a b", b"c"], Random("1/x")) for _ in range(2)]

    assert [next(draws[0]) for _ in range(300)] == [next(draws[1]) for _ in range(300)]


@pytest.mark.thorough
def test_every_parser_reads_its_own_samples(tmp_path_factory: pytest.TempPathFactory) -> None:
    """So that what is changed begins as something that is understood."""
    refused = set()
    for target in TARGETS:
        ready = target.ready()
        assert ready.seeds, target.name
        strict = replace(ready, refusals=())
        watch = Watch(strict, tmp_path_factory.mktemp("seeds"))
        for each in ready.seeds:
            watch(each)
        if (watch.folder / "found.jsonl").exists():
            refused.add(target.name)
    assert refused <= REFUSED


REFUSED = {  # some of whose samples are to be refused
    *("command_line", "policy_toml", "settings_toml", "people_sheet", "people_workbook"),
    *("backup_title", "backup_whole", "slack_body", "playground_post"),
    *("web_form", "web_parts", "search_query", "matrix_event"),
}


def test_there_are_no_fewer_inputs_than_asked_for() -> None:
    assert sum(shares(1_000_000, TARGETS).values()) >= 1_000_000
    assert min(shares(1_000_000, TARGETS).values()) > 500
    assert len({each.name for each in TARGETS}) == len(TARGETS)


def test_only_so_many_findings_of_one_parser_are_kept(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    def parse(data: bytes) -> None:
        raise KeyError(data)

    target = Target("planted", "nowhere")
    watch = Watch(Ready(parse, (), [b"x"]), tmp_path_factory.mktemp("found"))
    by_chance(target, watch, 50, 1)

    lines = (watch.folder / "found.jsonl").read_text().splitlines()
    assert (watch.count, len(lines)) == (50, 1), "the same mistake is told once"
