"""Thousands of texts that want to be something else, read back by three programs."""

import csv
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from bot.report import Layout, Row, Shown, Table
from bot.words import say
from reports import text
from tests.needs import need, seed, share
from tests.reports.hostile import texts
from tests.reports.poison import same
from tests.reports.test_workbook import book, column

HEADER = ["a", "wrapped", "of people", "told"]
SHEETS = ("Long", "Short")  # rows streamed past openpyxl, and rows that it writes
COLUMNS = (column("a"), column("wrapped", wrap=True), column("of people", "moment"), column("told"))


@dataclass(frozen=True)
class Scene:
    file: Path
    wanted: list[str]  # as it is to be seen

    def agrees(self, rows: list[list[Any]]) -> None:
        """The rows below the header, whatever comes after them."""
        first = next(at for at, row in enumerate(rows) if row[:4] == HEADER) + 1
        found = rows[first : first + len(self.wanted)]
        for row, wanted in zip(found, self.wanted, strict=True):
            for value in row[:4]:
                assert same(value or "", wanted), f"{ascii(value)[:99]} for {ascii(wanted)[:99]}"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    hostile, out = texts(share(10_000), seed()), tmp_path_factory.mktemp("hostile") / "h.xlsx"
    rows: list[Row] = [(words, words, words, Shown(words, tone="bad")) for words in hostile]
    made, one = book(), Table(columns=(column("only"),), rows=[("x",)])
    table = Table(columns=COLUMNS, rows=rows)
    for name, tables in (("Long", (table,)), ("Short", (one, table))):
        made.add(say(name), Layout(title=say("T"), shows=say("T"), tables=tables))
    made.save(out)
    return Scene(out, [text.visible(words) for words in hostile])


@pytest.mark.parametrize("sheet", SHEETS)
def test_calamine_reads_what_was_said(scene: Scene, sheet: str) -> None:
    read = CalamineWorkbook.from_path(str(scene.file)).get_sheet_by_name(sheet)

    scene.agrees(read.to_python(skip_empty_area=False))


@pytest.mark.parametrize("sheet", SHEETS)
def test_openpyxl_reads_what_was_said_and_no_formula(scene: Scene, sheet: str) -> None:
    rows = list(load_workbook(scene.file)[sheet].iter_rows(max_col=4))

    assert not [cell for row in rows for cell in row if cell.data_type in "fe" or cell.hyperlink]
    scene.agrees([[unescape(str(cell.value or "")) for cell in row] for row in rows])


@pytest.mark.slow
def test_libreoffice_reads_what_was_said(scene: Scene, tmp_path: Path) -> None:
    """As text: what it shows of a formula would be its result."""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = [need("libreoffice"), profile, "--headless", "--convert-to", form, "--outdir"]
    subprocess.run(
        [*command, str(tmp_path), str(scene.file)], check=True, capture_output=True, timeout=120
    )

    limit = csv.field_size_limit(1 << 20)
    try:
        for sheet in SHEETS:
            with (tmp_path / f"h-{sheet}.csv").open(newline="", encoding="utf-8") as lines:
                scene.agrees(list(csv.reader(lines)))
    finally:
        csv.field_size_limit(limit)
