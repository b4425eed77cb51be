"""Run stories by hand: python -m tests.simulation --seed 7 --runs 1000 [--database postgresql].

`--small`: one process, and little that people do, as the stories with a restore are told.
"""

import argparse
import logging
import sys
import time
from collections import Counter

from tests.simulation import fresh
from tests.simulation.storm import Storm
from tests.simulation.wide import Wide


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--runs", type=int, default=1, help="how many stories, seed by seed")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    logging.getLogger("bot").setLevel(logging.CRITICAL)
    found: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    wall, cpu = time.monotonic(), time.process_time()
    for seed in range(asked.seed, asked.seed + asked.runs):
        with fresh.database(asked.database) as db:
            storm = Storm(seed, db) if asked.small else Wide(seed, db)
            for breach in storm.run():
                found[breach.kind] += 1
                sys.stdout.write(f"seed {seed}: {breach.kind}: {breach.what}\n")
                sys.stdout.flush()
        figures += Counter(crashes=storm.crashes, cards=len(storm.sea.lines))
        if isinstance(storm, Wide):
            figures += Counter(stops=storm.stops, jumps=storm.jumps)
    told = ", ".join(f"{many} {what}" for what, many in figures.items())
    spent = f"{time.monotonic() - wall:.0f} s ({time.process_time() - cpu:.0f} s of CPU)"
    sys.stdout.write(f"{told}, {spent}\n")
    kinds = " ".join(f"{kind}={found[kind]}" for kind in ("lost", "doubled", "invariants"))
    sys.stdout.write(f"runs={asked.runs} {kinds}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
