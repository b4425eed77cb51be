"""Every parser in a forked process of its own, and what came of it."""

import importlib.util
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzzing.feeding import ENGINES, HEAD, HELD, Watch, limited
from tests.fuzzing.targets import Ready, Target

GUIDED = importlib.util.find_spec("atheris") is not None
WATCHED = ["bot", "adapters", "commands"]  # what guides by coverage
LAST = 2000  # characters of what an ended process said


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: crash, slow, or ended: the process died of it."""

    kind: str
    place: str
    told: str
    input: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """`slowest`: seconds of processor time."""

    target: str
    engine: str
    inputs: int
    slowest: float
    found: tuple[Finding, ...]

    def count(self, *kinds: str) -> int:
        return sum(each.kind in kinds for each in self.found)


def shares(inputs: int, targets: Sequence[Target]) -> Mapping[str, int]:
    """How many each gets: together no fewer than asked for."""
    whole = sum(each.weight for each in targets)
    return {each.name: -(-inputs * each.weight // whole) for each in targets}


def runs(inputs: int, seed: int, targets: Sequence[Target], *, guided: bool) -> Iterator[Outcome]:
    """All by chance; `guided`: half of them by what is reached in the parser."""
    made, counts = readied(targets, watched=guided), shares(inputs, targets)
    for target in targets:
        some = counts[target.name] // 2 if guided else 0
        yield forked(target, made[target.name], (counts[target.name] - some, seed), "chance")
        if some:
            yield forked(target, made[target.name], (some, seed), "atheris")


def readied(targets: Sequence[Target], *, watched: bool) -> dict[str, Ready]:
    """Imported now, so that what they reach can be seen."""
    watching: Any = nullcontext()
    if watched:
        import atheris  # noqa: PLC0415  # for Linux on x86-64 alone

        watching = atheris.instrument_imports(include=WATCHED)
    with watching:
        return {each.name: each.ready() for each in targets}


def forked(target: Target, ready: Ready, how: tuple[int, int], engine: str) -> Outcome:
    """`how`: how many inputs, and the seed."""
    with tempfile.TemporaryDirectory(prefix="duly-fuzzing-") as made:
        folder = Path(made)
        pid = os.fork()
        if pid == 0:
            _feed(target, Watch(ready, folder), how, engine)
        _, status = os.waitpid(pid, 0)
        return _outcome(target.name, engine, folder, os.waitstatus_to_exitcode(status))


def _feed(target: Target, watch: Watch, how: tuple[int, int], engine: str) -> None:
    """In the child: it does not return."""
    with (watch.folder / "said").open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    try:
        limited()
        ENGINES[engine](target, watch, *how)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _outcome(name: str, engine: str, folder: Path, code: int) -> Outcome:
    held, lines = (folder / "current").read_bytes(), folder / "found.jsonl"
    count, slowest, size = HEAD.unpack(held[: HEAD.size])
    found = [_finding(each) for each in lines.read_text().splitlines()] if lines.exists() else []
    if code != 0:
        said = (folder / "said").read_text("utf-8", "replace")[-LAST:]
        last = held[HEAD.size : HEAD.size + min(size, HELD)]
        found.append(Finding("ended", _why(code), said, last))
    return Outcome(name, engine, count, slowest, tuple(found))


def _finding(line: str) -> Finding:
    said = json.loads(line)
    return Finding(said["kind"], said["place"], said["told"], bytes.fromhex(said["input"]))


def _why(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return "one input took too long" if -code == signal.SIGPROF else signal.Signals(-code).name
