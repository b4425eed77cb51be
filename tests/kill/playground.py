"""Kill by hand: python -m tests.kill.playground --kills 200 --seed 1."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.kill.killing import Killing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.playground")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="duly-kill-") as folder:
        found = Killing(Path(folder), asked.seed).run(asked.kills)
    for what in (*found.lost, *found.doubled, *found.broken):
        sys.stdout.write(f"{what}\n")
    spent = time.monotonic() - began
    sys.stdout.write(
        f"{found.acknowledged} events acknowledged, {found.cards} cards seen, {spent:.0f} s\n"
    )
    sys.stdout.write(
        f"kills={found.kills} seed={asked.seed} lost={len(found.lost)} "
        f"doubled={len(found.doubled)} broken={len(found.broken)}\n"
    )
    return 0 if found.fine else 1


if __name__ == "__main__":
    sys.exit(main())
