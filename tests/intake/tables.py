"""Small tables, written as people would write them."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from bot.intake.columns import PEOPLE
from bot.intake.notes import Faults
from bot.intake.people import plan
from bot.intake.plans import Plan
from bot.intake.tables import Row, Table
from bot.policy.people import Directory
from bot.words import Reader, Say, render

ENGLISH = Reader("en", "Asia/Shanghai")
Person = Mapping[str, str]


def words(what: Say) -> str:
    return render(what, ENGLISH, lambda text: text)


def table(*people: Person) -> Table:
    """As it would be read from a file whose headings stand on row 1."""
    names = [c.name for c in PEOPLE if any(c.name in each for each in people)]
    rows = [
        Row(n, {name: each.get(name, "") for name in names}) for n, each in enumerate(people, 2)
    ]
    return Table({name: name for name in names}, tuple(rows))


def planned(*people: Person, known: Directory | None = None, complete: bool = False) -> Plan:
    return plan(table(*people), known or Directory(), complete=complete)


def faults(*people: Person, known: Directory | None = None) -> list[str]:
    """As "row column: sentence", or none."""
    try:
        planned(*people, known=known)
    except Faults as error:
        return [f"{each.row} {each.column}: {words(each.what)}" for each in error.found]
    return []


def write_csv(file: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    with file.open("w", newline="", encoding=encoding) as opened:
        csv.writer(opened).writerows(rows)
    return file


def write_xlsx(file: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(file)
    return file
