"""Reads a workbook back with two libraries that did not write it together."""

from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from reports.page import HEADER_ROW


def by_openpyxl(file: Path, sheet: str) -> list[list[Any]]:
    """Every cell's value from the header on, as Excel would show it; fails on a formula."""
    book = load_workbook(file)
    rows = []
    for row in book[sheet].iter_rows(min_row=HEADER_ROW):
        assert all(cell.data_type not in ("f", "e") for cell in row)
        rows.append([_shown(cell.value) for cell in row])
    book.close()
    return rows


def by_calamine(file: Path, sheet: str) -> list[list[Any]]:
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_name(sheet)
    return [list(row) for row in rows.to_python(skip_empty_area=False)][HEADER_ROW - 1 :]


def everything(file: Path) -> str:
    """All that stands anywhere in the file, for looking what must not be in it."""
    book = CalamineWorkbook.from_path(str(file))
    names = book.sheet_names
    found = [str(row) for name in names for row in book.get_sheet_by_name(name).to_python()]
    return "\n".join([*names, *found])


def table(file: Path, sheet: str) -> list[dict[str, Any]]:
    """The first table of a sheet as rows by header, the header's first line."""
    header, *rows = by_openpyxl(file, sheet)
    names = [str(name).split("\n")[0] for name in header]
    found = []
    for row in rows:
        if not any(value is not None for value in row[1:]):
            break  # a blank line or a note
        found.append(dict(zip(names, row, strict=True)))
    return found


def _shown(value: Any) -> Any:
    return unescape(value) if isinstance(value, str) else value
