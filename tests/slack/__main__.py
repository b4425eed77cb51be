"""Stories in a Slack where everything fails: python -m tests.slack --seed 7 --runs 2000."""

import argparse
import logging
import sys
import time
from collections import Counter

from tests.slack.storm import Storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.slack")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--runs", type=int, default=1, help="how many stories, seed by seed")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    began = time.monotonic()
    for number in range(asked.runs):
        storm = Storm(asked.seed + number, very_late=number % 4 == 3)
        for breach in storm.run():
            found[breach.kind] += 1
            sys.stdout.write(f"seed {asked.seed + number}: {breach.kind}: {breach.what}\n")
        sums += Counter(crashes=storm.crashes, cards=storm.cards, withdrawn=storm.doubled)
        sums += Counter(calls=len(storm.slack.calls), deliveries=len(storm.slack.deliveries))
    spent = time.monotonic() - began
    sys.stdout.write(", ".join(f"{each} {sums[each]:,}" for each in sums) + f", {spent:.0f} s\n")
    figures = " ".join(f"{kind}={found[kind]}" for kind in ("lost", "doubled", "invariants"))
    sys.stdout.write(f"runs={asked.runs} {figures}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
