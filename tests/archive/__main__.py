"""Edits the archive many times, and says how many were found and located.

python -m tests.archive [--edits 10000] [--seed 1] [--database sqlite|postgresql]
"""

import argparse
import sys
import time
from collections import Counter

from tests.archive.tampering import archive, edits, located
from tests.needs import SEED
from tests.simulation import fresh


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--edits", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    args = options.parse_args()
    found = place = 0
    kinds: Counter[str] = Counter()
    start = time.perf_counter()
    with fresh.database(args.database) as db:
        desk = archive(db)
        with desk.store.reading() as tx:
            assert [each for each in tx.verifying.steps() if not isinstance(each, int)] == []
        for number, (edit, said) in enumerate(edits(desk, args.edits, args.seed), 1):
            kinds[edit.what] += 1
            found += bool(said)
            place += located(edit, said)
            if not located(edit, said):
                print(f"edit {number} ({edit.what}): {said}, expected {edit}")
        desk.close()
    for what, count in sorted(kinds.items()):
        print(f"{count:6} {what}")
    print(f"{time.perf_counter() - start:.0f} s, seed {args.seed}, {args.database}")
    print(f"edits={args.edits} found={found} located={place}")
    return 0 if found == place == args.edits else 1


if __name__ == "__main__":
    sys.exit(main())
