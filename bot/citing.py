"""Which modules say, in their own words, that they carry out which clause."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from bot.policy.clauses import CLAUSES, serves

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "commands", "adapters", "reports")
FIRST_WORDS = re.compile(r'\s*"""(.*?)"""', re.DOTALL)  # parsing hundreds of files takes seconds
CITED = re.compile(r"(?<![\d.])([1-5]\.\d(?:\.\d)?(?:-[a-z]+)?(?:, -[a-z]+)*)(?![\d.]*\d)")


@cache
def controls() -> Mapping[str, tuple[str, ...]]:
    """Of every clause, the files whose first words cite it; none where nothing carries it out."""
    found: dict[str, list[str]] = {each.id: [] for each in CLAUSES}
    for file in _files():
        words = FIRST_WORDS.match(file.read_text("utf-8"))
        cited = set(_cited(words[1])) if words else set()
        name = str(file.relative_to(ROOT))
        for clause, names in found.items():
            if any(serves(each, clause) for each in cited):
                names.append(name)
    return {clause: tuple(names) for clause, names in found.items()}


def _files() -> Iterator[Path]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in file.parts and file.name != "clauses.py":
                yield file


def _cited(text: str) -> Iterator[str]:
    """ "2.1.1-rumour, -formal" cites two clauses."""
    for match in CITED.finditer(text):
        first, *more = match[1].split(", ")
        yield first
        yield from (first.rpartition("-")[0] + each for each in more)
