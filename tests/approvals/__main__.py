"""The whole proof by hand: python -m tests.approvals --steps 100000 --seed 7 [--database …]."""

import argparse
import logging
import sys
import time
from itertools import islice

from tests.approvals.machine import STORY, Story
from tests.simulation import fresh


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.approvals")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began, found, requests = time.monotonic(), 0, 0
    for number in range((asked.steps + STORY - 1) // STORY):
        with fresh.database(asked.database) as db:
            story = Story(asked.seed + number, db)
            for breach in islice(story.run(min(STORY, asked.steps - number * STORY)), 20):
                sys.stdout.write(f"{breach}\n")
                found += 1
            requests += len(story.picture.requests)
    spent = time.monotonic() - began
    sys.stdout.write(f"{requests} requests, {spent:.1f} s\n")
    sys.stdout.write(f"steps={asked.steps} violations={found}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
