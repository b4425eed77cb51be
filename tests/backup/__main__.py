"""Stories with a restore, by hand: python -m tests.backup --seed 7 --runs 200 [--database …]."""

import argparse
import logging
import sys
import time
from collections import Counter

from tests.backup.storm import Restored
from tests.simulation import fresh


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.backup")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--runs", type=int, default=1, help="how many stories, seed by seed")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found: Counter[str] = Counter()
    began, crashes, cards, again = time.monotonic(), 0, 0, 0
    for seed in range(asked.seed, asked.seed + asked.runs):
        with fresh.database(asked.database) as other:
            storm = Restored(seed, other=other)
            for breach in storm.run():
                found[breach.kind] += 1
                sys.stdout.write(f"seed {seed}: {breach.kind}: {breach.what}\n")
            crashes, cards = crashes + storm.crashes, cards + len(storm.sea.lines)
            again += sum(line.key.startswith("restored/") for line in storm.sea.lines)
    spent = time.monotonic() - began
    sys.stdout.write(f"{crashes} crashes, {cards} cards, {again} of a restore, {spent:.1f} s\n")
    figures = " ".join(f"{kind}={found[kind]}" for kind in ("lost", "doubled", "invariants"))
    sys.stdout.write(f"runs={asked.runs} {figures}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
