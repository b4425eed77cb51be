"""Feed every parser by hand: python -m tests.fuzzing --inputs 1000000 --seed 7 [--only NAME]."""

import argparse
import sys

from tests.fuzzing.running import GUIDED, Outcome, runs
from tests.fuzzing.targets import TARGETS, named

SHOWN = 400  # bytes of an input


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing")
    parser.add_argument("--inputs", type=int, default=10_000, help="to all of them together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[each.name for each in TARGETS], metavar="NAME")
    parser.add_argument("--chance", action="store_true", help="without atheris, where it is here")
    asked = parser.parse_args()
    targets = (named(asked.only),) if asked.only else TARGETS
    inputs = crashes = slow = 0
    guided = GUIDED and not asked.chance
    for each in runs(asked.inputs, asked.seed, targets, guided=guided):
        print(
            f"{each.target:16} {each.engine:8} {each.inputs:8} inputs, "
            f"{each.count('crash')} crashes, "
            f"slowest {each.slowest * 1000:7.1f} ms",
            flush=True,
        )
        tell(each)
        inputs += each.inputs
        crashes += each.count("crash", "ended")
        slow += each.count("slow")
    print(f"inputs={inputs} crashes={crashes} slow={slow}")
    return 1 if crashes or slow else 0


def tell(outcome: Outcome) -> None:
    for each in outcome.found:
        print(
            f"  {each.kind}: {each.place}\n{each.told}\n  input: {each.input[:SHOWN]!r}", flush=True
        )


if __name__ == "__main__":
    sys.exit(main())
