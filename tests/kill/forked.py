"""Forked kills by hand: python -m tests.kill.forked --kills 2000 --seed 1.

--database postgresql: on a server of its own.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bot.store.connecting import POOL
from tests import postgres
from tests.kill.forking import Forking
from tests.kill.ground import Ground


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.forked")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--pool", type=int, default=POOL, help="connections of a process")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    server = postgres.start() if asked.database == "postgresql" else None
    try:
        with tempfile.TemporaryDirectory(prefix="duly-forked-") as folder:
            forking = Forking(Ground(Path(folder), server, asked.pool), asked.seed)
            found = Counter(breach.kind for breach in forking.run(asked.kills, sys.stderr.write))
    finally:
        if server is not None:
            server.close()
    for breach in forking.breaches:
        sys.stdout.write(f"{breach.kind}: {breach.what}\n")
    sys.stdout.write(
        f"{forking.early} killed while they started, {forking.acknowledged} events acknowledged, "
        f"{forking.cards} cards, {forking.rests} rests, {time.monotonic() - began:.0f} s\n"
        f"kills={forking.kills} seed={asked.seed} database={asked.database} lost={found['lost']} "
        f"doubled={found['doubled']} broken={found['invariants']}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
