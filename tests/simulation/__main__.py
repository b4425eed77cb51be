"""Run stories by hand: python -m tests.simulation --seed 7 --runs 1000 [--database postgresql]."""

import argparse
import logging
import sys
import time
from collections import Counter

from tests.simulation import fresh
from tests.simulation.storm import Storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--runs", type=int, default=1, help="how many stories, seed by seed")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found: Counter[str] = Counter()
    began, crashes, cards = time.monotonic(), 0, 0
    for seed in range(asked.seed, asked.seed + asked.runs):
        with fresh.database(asked.database) as db:
            storm = Storm(seed, db)
            for breach in storm.run():
                found[breach.kind] += 1
                sys.stdout.write(f"seed {seed}: {breach.kind}: {breach.what}\n")
            crashes += storm.crashes
            cards += len(storm.sea.lines)
    spent = time.monotonic() - began
    sys.stdout.write(f"{crashes} crashes, {cards} cards, {spent:.1f} s\n")
    figures = " ".join(f"{kind}={found[kind]}" for kind in ("lost", "doubled", "invariants"))
    sys.stdout.write(f"runs={asked.runs} {figures}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
