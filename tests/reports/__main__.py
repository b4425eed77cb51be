"""Key figures three ways, by hand: python -m tests.reports --seed 1 --count 200."""

import argparse
import sys
import time

from tests.reports.thrice import differing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reports")
    parser.add_argument("--seed", type=int, default=0, help="of the first company")
    parser.add_argument("--count", type=int, default=1, help="how many companies, seed by seed")
    asked = parser.parse_args()
    began, wrong = time.monotonic(), 0
    for seed in range(asked.seed, asked.seed + asked.count):
        for each in sorted(differing(seed)):
            wrong += 1
            print(each)
    spent = time.monotonic() - began
    print(f"{asked.count} companies from seed {asked.seed}: {wrong} differences, {spent:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
