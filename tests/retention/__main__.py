"""Disposals by the thousand: `python -m tests.retention --disposals 10000 --seed 1`.

With `--database postgresql` on a throwaway PostgreSQL. The last line says how many were wrong.
"""

import argparse
import sys
import time
from random import Random

from tests.needs import seed
from tests.retention.world import WHOLE, Tally, World
from tests.simulation import fresh


def run(disposals: int, start: int, database: str) -> Tally:
    """Companies one after another, until so many lists were carried out."""
    tally, company = Tally(), 0
    while tally.disposals < disposals:
        with fresh.database(database) as db:
            world = World(db, Random(f"{start}/{company}"))
            try:
                world.live(tally, WHOLE)
            finally:
                world.store.db.dispose()
        company += 1
        if tally.first:
            print(f"seed {start}, company {company - 1}: {tally.first}", flush=True)
            tally.first = ""
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--disposals", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=seed())
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    began = time.monotonic()
    tally = run(asked.disposals, asked.seed, asked.database)
    print(
        f"records={tally.records} kept={tally.kept} crashes={tally.crashes} "
        f"seconds={time.monotonic() - began:.0f} seed={asked.seed} database={asked.database}"
    )
    print(f"disposals={tally.disposals} wrong={tally.wrong} broken={tally.broken}")
    return int(bool(tally.wrong or tally.broken))


if __name__ == "__main__":
    sys.exit(main())
