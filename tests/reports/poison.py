"""Hostile texts into every column of text of every sheet that an edition has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from bot.report import Layout, Material, Row, Sheet, Shown, Table
from reports import text
from reports.build import build
from reports.sheets import SHEETS

Read = Iterator[tuple[str, list[list[Any]]]]  # sheet by sheet

MARK = "table {number} of {sheet} begins"


@dataclass(frozen=True)
class Spoiled:
    """What is to be found on a sheet below a mark. `columns`: where, counted from the mark's."""

    mark: str
    columns: tuple[int, ...]
    wanted: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Poison:
    """`hostile`: each of them in every column, in another row of each."""

    hostile: Sequence[str]

    def build(self, material: Material, out: Path) -> dict[str, list[Spoiled]]:
        """By the sheet's name, what it must hold."""
        spoiled: dict[str, list[Spoiled]] = {}
        ours = [each for each in SHEETS if material.edition in each.who]
        sheets = [self.sheet(each, spoiled) for each in ours]
        report = build(material, out, sheets)
        names = dict.fromkeys(each.name.split(" (")[0] for each in report.sheets)
        assert list(names) == [each.name.sentence for each in ours]
        return spoiled

    def sheet(self, sheet: Sheet, spoiled: dict[str, list[Spoiled]]) -> Sheet:
        name = sheet.name.sentence

        def made(material: Material) -> Layout:
            layout = sheet.build(material)
            both = [self.table(each, name, n) for n, each in enumerate(layout.tables)]
            spoiled[name] = [told for _, told in both if told.columns]
            return replace(layout, tables=tuple(table for table, _ in both))

        return replace(sheet, build=made)

    def table(self, table: Table, sheet: str, number: int) -> tuple[Table, Spoiled]:
        texts = tuple(at for at, each in enumerate(table.columns) if each.kind == "text")
        mark = MARK.format(number=number, sheet=sheet)
        spoil = list(self.rows(texts))
        others = next(iter(table.rows), (None,) * len(table.columns))
        rows = [self.row(others, texts, words, n) for n, words in enumerate([(mark,) * 99, *spoil])]
        visible = tuple(tuple(map(text.visible, words)) for words in spoil)
        return replace(table, rows=tuple(rows)), Spoiled(mark, texts, visible)

    def rows(self, texts: Sequence[int]) -> Iterator[tuple[str, ...]]:
        count = len(self.hostile)
        for n in range(count):
            yield tuple(self.hostile[(n + 7 * at) % count] for at in range(len(texts)))

    @staticmethod
    def row(others: Row, texts: Sequence[int], words: Sequence[str], number: int) -> Row:
        """Every third is bad news: those cells have a style of their own."""
        row: list[Any] = list(others)
        for at, one in zip(texts, words, strict=False):
            row[at] = Shown(one, tone="bad") if number % 3 == 0 else one
        return row


def by_calamine(file: Path) -> Read:
    book = CalamineWorkbook.from_path(str(file))
    for name in book.sheet_names:
        yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def whole(read: Read) -> Read:
    """What goes with a long table stands on a sheet of its own behind it, with a number."""
    for name, parts in groupby(read, lambda part: part[0].split(" (")[0]):
        yield name, [row for _, rows in parts for row in rows]


def by_openpyxl(file: Path) -> Read:
    """Sheet by sheet. A formula, an error or a link reads as what it is, not as its text."""
    book = load_workbook(file, read_only=True)
    for sheet in book.worksheets:
        yield sheet.title, [[_said(cell) for cell in row] for row in sheet.iter_rows()]
    book.close()


def _said(cell: Any) -> Any:
    if cell.data_type in "fe":
        return f"live: {cell.value!r}"
    return unescape(cell.value) if isinstance(cell.value, str) else cell.value


def lost(rows: list[list[Any]], told: Spoiled) -> list[str]:
    """What is not there as it was to be seen, of a table's rows."""
    top = next(n for n, row in enumerate(rows) if told.mark in row)
    first = list(rows[top]).index(told.mark) - told.columns[0]
    found = []
    for n, words in enumerate(told.wanted, top + 1):
        for at, wanted in zip(told.columns, words, strict=True):
            read = rows[n][first + at]
            if not same("" if read is None else read, wanted):
                found.append(f"row {n + 1}: {ascii(read)[:80]} for {ascii(wanted)[:80]}")
    return found


def same(read: Any, wanted: str) -> bool:
    """Or shortened with a mark, where no cell holds it."""
    if read == wanted:
        return True
    if not isinstance(read, str):
        return False
    kept, mark, left_off = read.rpartition("… (+")
    more = int(left_off.removesuffix(" characters)").replace(",", "")) if mark else 0
    stored = text.units(text.escaped(read))
    return wanted.startswith(kept) and len(kept) + more == len(wanted) and stored <= text.LONGEST
