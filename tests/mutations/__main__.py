"""Plants one mistake after another: python -m tests.mutations [--only NAME]."""

import argparse
import logging
import sys
import time

from tests.mutations.harnesses import first
from tests.mutations.mistakes import MISTAKES


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.mutations")
    options.add_argument("--only", metavar="NAME", choices=[each.name for each in MISTAKES])
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    wanted = [each for each in MISTAKES if asked.only in (None, each.name)]
    caught = 0
    for mistake in wanted:
        began = time.process_time()
        with mistake.plant():
            seen = first(mistake.look())
        caught += seen is not None
        spent = time.process_time() - began
        print(f"{mistake.name:34} {spent:5.1f} s  {seen or 'NOT SEEN'}"[:200], flush=True)
    print(f"planted={len(wanted)} caught={caught}")
    return 0 if caught == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
