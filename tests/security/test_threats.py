"""The table of threats names tests that exist; and what no other page shows."""

import re
from pathlib import Path
from time import process_time

from bot.policy.reading import default_rulebook
from bot.policy.screening import OPEN, screen
from tests.needs import ROOT

PAGE = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (T\d+) \|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
THREATS = [f"T{number}" for number in range(1, 24)]


def rows() -> dict[str, str]:
    return dict(ROW.findall(PAGE.read_text(encoding="utf-8")))


def named_in(file: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_threat_has_its_row_and_a_test() -> None:
    found = rows()

    assert list(found) == THREATS
    for name, row in found.items():
        assert TEST.search(row), name
        assert row.count("|") == 3, name


def test_every_test_that_the_page_names_is_there() -> None:
    named = TEST.findall(PAGE.read_text(encoding="utf-8"))
    missing = [f"{file}::{test}" for file, test in named if test not in named_in(ROOT / file)]

    assert len(named) > 50
    assert missing == []


def test_many_things_to_find_in_a_text_cost_no_more_than_their_share() -> None:
    """With a character that is folded: the places are those of the text as it was said."""
    rules = default_rulebook().screening

    def spent(times: int) -> float:
        text = "\u200b" + "my id is 11010519491231002X, " * times
        began = process_time()
        assert screen(text, OPEN, rules)
        return process_time() - began

    spent(10)
    few, many = min(spent(100) for _ in range(3)), min(spent(400) for _ in range(3))
    assert many < 10 * few + 0.05
