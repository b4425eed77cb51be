"""How long it takes to look through a message, beside one pass of one pattern, and how often right.

    python -m bench.screening [--count 3000]

Ordinary messages come from examples/transcript.jsonl, each told once, so that nothing is
remembered; longer ones are several of them joined. The table is the one of the tests.
"""

import argparse
import re
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.policy.screening import screen
from bot.transcript import read
from tests.screening.figures import figures
from tests.screening.table import LOBBY, RULES, rows

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "transcript.jsonl"
ONE = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


def messages(count: int) -> list[str]:
    said = [row.text for row in read(EXAMPLE).rows]
    return [f"{said[n % len(said)]} ({n // len(said)})" for n in range(count)]


def linked(texts: Sequence[str]) -> list[str]:
    return [f"{text} https://host{n}.brightwater.example/a" for n, text in enumerate(texts)]


def spent(texts: Sequence[str], look: Callable[[str], object]) -> list[float]:
    """Milliseconds of each."""
    found = []
    for text in texts:
        start = time.perf_counter()
        look(text)
        found.append((time.perf_counter() - start) * 1000)
    return found


def line(name: str, times: Sequence[float]) -> str:
    ordered = sorted(times)
    mean, late = statistics.fmean(ordered), ordered[int(len(ordered) * 0.99)]
    return f"{name:34} {mean:8.4f} ms a message, p99 {late:7.4f} ms"


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--count", type=int, default=3000)
    count = wanted.parse_args().count
    short = messages(count)
    long = [" ".join(short[n : n + 10]) for n in range(0, len(short), 10)]
    table = [row.text for row in rows()]

    def look(text: str) -> object:
        return screen(text, LOBBY, RULES)

    for text in table:
        look(text)  # what is loaded when first wanted is loaded
    print(line("one pattern", spent(short, ONE.search)))
    print(line("an ordinary message", spent(short, look)))
    print(line("one with a link of its own", spent(linked(short), look)))
    print(line("ten joined", spent(long, look)))
    print(line("of the table, half with findings", spent(table, look)))
    print(f"\n{'rule':14} right missed wrong  precision  recall")
    for each in figures(rows()):
        print(
            f"{each.rule:14} {each.right:5} {each.missed:6} {each.wrong:5}"
            f" {each.precision:10.3f} {each.recall:7.3f}"
        )


if __name__ == "__main__":
    main()
