"""Dies at every fault point, then at pairs and at triples of them, and says what came of it.

python -m tests.crash [--points 1000] [--seed 1] [--database sqlite|postgresql]
python -m tests.crash --only "late/slack/12,3" [--database postgresql]
"""

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterable

from tests.crash.points import Alone, Verdict, runner
from tests.crash.scenes import SCENES
from tests.crash.walk import walk
from tests.needs import SEED

SAY = 1_000  # points between two words of how far it is
KINDS = ("lost", "doubled", "invariants")


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.crash")
    options.add_argument("--points", type=int, default=1_000, help="how many lives that died")
    options.add_argument("--seed", type=int, default=SEED, help="of which pairs and triples")
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument(
        "--only", metavar="SCENE/PLATFORM/PATH", help="a single one, from the start"
    )
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    if asked.only:
        return _told([_only(asked.only, asked.database)])
    began, cpu = time.perf_counter(), time.process_time()
    status = _told(walk(asked.points, asked.seed, asked.database))
    spent = time.perf_counter() - began
    print(f"{spent:.0f} s, {time.process_time() - cpu:.0f} s of CPU, seed {asked.seed}")
    return status


def _only(name: str, database: str) -> Verdict:
    scene, platform, path = name.split("/")
    found = next(each for each in SCENES if each.name == scene)
    with runner() as run:
        return Alone(found, platform, run, database).verdict(tuple(map(int, path.split(","))))


def _told(verdicts: Iterable[Verdict]) -> int:
    found: Counter[str] = Counter()
    crashes: Counter[int] = Counter()
    for verdict in verdicts:
        crashes[len(verdict.path)] += 1
        found.update(each.kind for each in verdict.breaches)
        for each in verdict.breaches:
            print(f"{verdict.name}: {each.kind}: {each.what}", flush=True)
        if crashes.total() % SAY == 0:
            print(f"{crashes.total()} so far", file=sys.stderr, flush=True)
    died = ", ".join(f"{count} died {times}×" for times, count in sorted(crashes.items()))
    figures = " ".join(f"{kind}={found[kind]}" for kind in KINDS)
    print(died)
    print(f"points={crashes.total()} {figures}", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
