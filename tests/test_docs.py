"""What the pages say is there, is there."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.policy.reading import default_rulebook

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
FILE = re.compile(r"`((?:bot|adapters|commands|reports|tests|bench|docs|examples)/[\w./]+)`")
CLAUSE = re.compile(r"[Pp]olicy ((?:\d\.\d(?:\.\d)?(?:-[a-z]+)?(?:, | and )?)+)")


def clauses() -> set[str]:
    """Every clause that docs/policy.md has a row for, written out."""
    found: set[str] = set()
    for line in (ROOT / "docs" / "policy.md").read_text(encoding="utf-8").splitlines():
        if re.match(r"\| \d", line):
            cell = line.split("|")[1]
            stem = ""
            for part in (each.strip() for each in cell.split(",")):
                name = stem + part if part.startswith("-") else part
                stem = name.partition("-")[0]
                found |= {name, stem}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_file_named_on_a_page_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    for link in LINK.findall(text):
        assert (page.parent / link).exists(), link
    for file in FILE.findall(text):
        if "NAME" in file:  # a recipe: yet to be made
            continue
        assert (ROOT / file).exists(), file


def test_every_clause_that_the_code_cites_has_its_row() -> None:
    known = clauses()
    for folder in ("bot", "adapters", "commands", "reports"):
        for file in (ROOT / folder).rglob("*.py"):
            for cited in CLAUSE.findall(file.read_text(encoding="utf-8")):
                for clause in re.split(r", | and ", cited.rstrip(", ")):
                    name = clause.removesuffix(" and")  # a chapter stands for what is in it
                    assert name in known or any(k.startswith(f"{name}.") for k in known), file


def test_every_clause_of_the_default_policy_has_its_row() -> None:
    book, known = default_rulebook(), clauses()
    cited = {each.clause for each in book.classes.values()}
    cited |= {each.clause for each in book.levels.values()}
    cited |= {each.clause for each in book.rules}
    cited |= {each.clause for each in book.routes.values()}
    cited |= {book.marks.clause, book.nudges.clause, book.promise_clause}

    assert cited <= known


def test_the_locks_and_the_project_agree_on_what_is_needed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").casefold()
    for wanted in project["dependencies"]:
        name = re.split(r"[<>=]", wanted)[0]  # with its extras, which old pips want to see
        assert f"\n{name}==" in f"\n{locked}", name
