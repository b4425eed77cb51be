"""One parser, fed and timed, and what is wrong with it written down.

The current input stands in a file that outlives the process, with the count and the slowest.
"""

import json
import mmap
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.fuzzing import chance
from tests.fuzzing.targets import Ready, Target

SLOW = 1.0  # seconds of processor time for one input
HUNG = 10.0  # … after which the process is ended
ROOM = 3 << 30  # bytes of address space
HEAD = struct.Struct("<QdQ")  # inputs so far, seconds of the slowest, bytes of the current one
HELD = 1 << 20  # bytes of an input that are held
MOST = 20  # different findings of one parser
PLACES = 3  # of a traceback, from the end, by which two are the same


@dataclass
class Watch:
    """Counts what a parser is given, and keeps what it should not have done."""

    ready: Ready
    folder: Path
    count: int = 0
    slowest: float = 0.0
    known: set[str] = field(default_factory=set)
    held: mmap.mmap = field(init=False)

    def __post_init__(self) -> None:
        file = self.folder / "current"
        file.write_bytes(bytes(HEAD.size + HELD))
        with file.open("r+b") as opened:
            self.held = mmap.mmap(opened.fileno(), 0)

    def __call__(self, data: bytes) -> None:
        self._note(data)
        signal.setitimer(signal.ITIMER_PROF, HUNG)
        began = time.process_time()
        try:
            self.ready.parse(data)
        except self.ready.refusals:
            pass
        except Exception as error:
            self._found("crash", data, "".join(traceback.format_exception(error)), _place(error))
        spent = time.process_time() - began
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.count += 1
        if spent > self.slowest:
            self.slowest = spent
            (self.folder / "slowest").write_bytes(data)
        if spent > SLOW:
            self._found("slow", data, f"{spent:.2f} s of processor time", f"{len(data)} bytes")
        self._note(data)

    def _note(self, data: bytes) -> None:
        self.held[: HEAD.size] = HEAD.pack(self.count, self.slowest, len(data))
        self.held[HEAD.size : HEAD.size + min(len(data), HELD)] = data[:HELD]

    def _found(self, kind: str, data: bytes, told: str, place: str) -> None:
        if place in self.known or len(self.known) >= MOST:
            return
        self.known.add(place)
        line = {"kind": kind, "place": place, "told": told, "input": data[:HELD].hex()}
        with (self.folder / "found.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")


def _place(error: BaseException) -> str:
    where = traceback.extract_tb(error.__traceback__)[-PLACES:]
    return f"{type(error).__name__} " + " ".join(f"{each.name}:{each.lineno}" for each in where)


def by_chance(target: Target, watch: Watch, count: int, seed: int) -> None:
    """The same inputs by the same seed, everywhere."""
    draws = chance.inputs(target.kind, watch.ready.seeds, Random(f"{seed}/{target.name}"))
    for _ in range(count):
        watch(next(draws))


def by_coverage(target: Target, watch: Watch, count: int, seed: int) -> None:
    """By what is reached in the parser (atheris): does not return."""
    import atheris  # noqa: PLC0415  # for Linux on x86-64 alone

    def changed(data: bytes, longest: int, number: int) -> bytes:
        draw = Random(number)
        if draw.random() < 0.5:
            return bytes(atheris.Mutate(data, longest))
        return chance.changed(target.kind, data, watch.ready.seeds, draw)[:longest]

    corpus = watch.folder / "corpus"
    corpus.mkdir()
    for number, each in enumerate(watch.ready.seeds):
        (corpus / str(number)).write_bytes(each)
    longest = max(chance.LONGEST, *(2 * len(each) for each in watch.ready.seeds))
    words = [target.name, str(corpus), f"-runs={count}", f"-seed={seed % 2**31 + 1}"]
    words += [f"-max_len={longest}", "-timeout=0", "-print_final_stats=0", "-verbosity=0"]
    words.append(f"-artifact_prefix={watch.folder}/")
    atheris.Setup(words, watch, custom_mutator=changed)
    atheris.Fuzz()


ENGINES: dict[str, Callable[[Target, Watch, int, int], None]] = {
    "chance": by_chance,
    "atheris": by_coverage,
}


def limited() -> None:
    """In memory; what takes ten seconds of the processor ends the process."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
