"""The heavy proofs of the workbook, by hand.

python -m tests.reports --seed 1 --count 200     the key figures of so many companies, three ways
python -m tests.reports --seed 1 --texts 10000   so many hostile texts in every column of text
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.report import EDITIONS, Edition
from tests.reports.company import company
from tests.reports.test_poison import spoiled
from tests.reports.thrice import differing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reports")
    parser.add_argument("--seed", type=int, default=0, help="of the first company")
    parser.add_argument("--count", type=int, default=1, help="how many companies, seed by seed")
    parser.add_argument("--texts", type=int, default=0, help="how many hostile texts, instead")
    parser.add_argument("--edition", choices=EDITIONS, help="no other: hr has every sheet")
    asked = parser.parse_args()
    if not asked.texts:
        return recount(asked)
    return spoil(asked.texts, asked.seed, (asked.edition,) if asked.edition else EDITIONS)


def spoil(count: int, seed: int, editions: Sequence[Edition]) -> int:
    for edition in editions:
        began = time.monotonic()
        with TemporaryDirectory() as folder:
            found = spoiled(company(60, busy=8), edition, count, seed, Path(folder))
        spent, columns = time.monotonic() - began, sum(found.values())
        print(
            f"{edition}: {len(found)} sheets, {columns} columns of text, {count * columns:,} cells "
            f"read back by two programs, {spent:.0f} s",
            flush=True,
        )
    return 0


def recount(asked: argparse.Namespace) -> int:
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
