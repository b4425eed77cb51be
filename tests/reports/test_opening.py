"""Every edition opens in other programs, in English and Chinese, with the same cells in each."""

import json
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from bot.report import EDITIONS
from reports.build import Report
from tests.needs import need
from tests.reports import fitting, office
from tests.reports.company import company
from tests.reports.look import Looked, made

LANGUAGES = ("en", "zh_Hans")
FIRST = datetime(1899, 12, 30)  # noqa: DTZ001
Cells = dict[tuple[str, int, int], Any]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    folder, store = tmp_path_factory.mktemp("opening"), company(80, busy=10)
    return [made(store, each, one, folder) for each in EDITIONS for one in LANGUAGES]


def by_openpyxl(file: Path) -> Cells:
    """All but formulas: what they come to stands in no file of ours."""
    book = load_workbook(file)
    found = {
        (sheet.title, cell.row, cell.column): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.data_type != "f"
    }
    return {key: alike(value) for key, value in found.items()}


def by_calamine(file: Path) -> Cells:
    book = CalamineWorkbook.from_path(str(file))
    found: Cells = {}
    for name in book.sheet_names:
        for row, values in enumerate(
            book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1
        ):
            found |= {
                (name, row, column): alike(value)
                for column, value in enumerate(values, 1)
                if value != ""
            }
    return found


def alike(value: Any) -> Any:
    """Dates, times and lengths of time in whole seconds; numbers to nine digits."""
    match value:
        case str():
            return unescape(value)
        case bool():
            return value
        case int() | float():
            return float(f"{value:.9g}")
    return round(length(value) / timedelta(seconds=1))


def length(value: datetime | date | time | timedelta) -> timedelta:
    """Since the first moment that a workbook knows."""
    match value:
        case timedelta():
            return value
        case datetime():
            return value - FIRST
        case date():
            return datetime.combine(value, time()) - FIRST
        case time():
            return datetime.combine(FIRST, value) - FIRST


def differences(one: Cells, other: Cells) -> Iterator[str]:
    for key in sorted(one.keys() | other.keys()):
        if one.get(key) != other.get(key):
            yield f"{key}: {one.get(key)!r} {other.get(key)!r}"


def test_two_libraries_read_the_same_cells(reports: list[Report]) -> None:
    for report in reports:
        ours, theirs = by_openpyxl(report.path), by_calamine(report.path)

        assert list(differences(ours, theirs)) == []
        assert len(ours) > 300


@pytest.mark.thorough
def test_nothing_is_cut_and_no_chart_is_empty(reports: list[Report]) -> None:
    assert [fault for report in reports for fault in fitting.faults(report.path)] == []


@pytest.mark.thorough
@pytest.mark.slow
def test_libreoffice_opens_every_edition_and_keeps_every_cell(
    reports: list[Report], tmp_path: Path
) -> None:
    """What it saves again has the same sheets with the same cells: it repaired nothing away."""
    again = office.convert([report.path for report in reports], office.XLSX, tmp_path)

    for report, saved in zip(reports, again, strict=True):
        ours, theirs = by_calamine(report.path), by_calamine(saved)
        assert CalamineWorkbook.from_path(str(saved)).sheet_names == [
            sheet.name for sheet in report.sheets
        ]
        kept = {key: value for key, value in theirs.items() if key in ours}
        assert list(differences(ours, kept)) == []


@pytest.mark.thorough
@pytest.mark.slow
def test_libreoffice_prints_every_edition(reports: list[Report], tmp_path: Path) -> None:
    printed = office.convert([report.path for report in reports], "pdf", tmp_path)

    for report, pdf in zip(reports, printed, strict=True):
        looked = Looked(report.path.stem, report, pdf, office.leaves(pdf))
        assert looked.faults() == []
        assert len(looked.leaves) >= len(report.sheets)


@pytest.mark.thorough
@pytest.mark.slow
def test_every_edition_keeps_to_the_schema(reports: list[Report]) -> None:
    """Of the file format, as the Open XML SDK has it."""
    audit, files = need("audit"), [str(report.path) for report in reports]

    for file in files:
        command = [audit, "-m", "openxml_audit", file, "-o", "json", "-m", "0"]
        said = subprocess.run(command, check=False, capture_output=True, timeout=600).stdout
        (found,) = json.loads(said)
        assert found["format"]
        assert [each for each in found["errors"] if each["severity"] != "warning"] == []
