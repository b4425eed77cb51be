"""One sheet, filled from the top: what is short by openpyxl, the rows of the long table by ink."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.formatting.rule import ColorScaleRule, DataBarRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter as letter
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableStyleInfo

from bot.report import Column, Input, Row
from bot.words import Say
from reports import cells, text
from reports.cells import LINE, Cell, Pen
from reports.lines import Lines
from reports.looks import Paper, Part
from reports.packed import Packed
from reports.proof import Broken
from reports.splice import Filling

INPUT_ROW, HEADER_ROW = 3, 4
TITLE, AIR = 27.0, 8.0  # points
SMALL = 0.9  # of the usual size: notes
A3, A4 = 8, 9
READABLE = 220  # characters on a line of A4
ONE_PAGE = 45  # rows that are still read on one page with their charts
CHARACTER = 5.4  # points
LONG, SHORT = 765, 520  # of A4 without its margins, about, points
BAR = "9FB3C8"
BAD, NEITHER, GOOD = "F4C7C3", "FFFFFF", "CFE8D0"  # pale: black on them prints well
SIGNALS = (("TRUE", "1B5E20", "E3F1E4"), ("FALSE", "9B1C1C", "FBE3E3"))  # ink, and behind it


@dataclass(frozen=True, slots=True)
class Filled:
    """A table whose rows are all known."""

    columns: tuple[Column, ...]
    rows: tuple[Sequence[Any], ...]
    title: Say | None = None


class Page:
    def __init__(self, paper: Paper, title: Say, pen: Pen) -> None:
        self.paper, self.title, self.pen = paper, title, pen
        self.widths: Sequence[float] = ()
        self.row = self.data = 0  # rows so far: in all, of data
        self.laid = 0  # rows with something in them, but for those of the long table
        self.apart = False  # what goes with a long table, on a sheet of its own
        self.failed = self.live = False
        self._packed = Packed()
        self._lines: Lines | None = None

    @property
    def name(self) -> str:
        return str(self.paper.title)

    @property
    def filling(self) -> Filling | None:
        """What is still to be put below the header."""
        area = f"A1:{letter(max(len(self.widths), 1))}{self.row}"
        return Filling(self._packed, HEADER_ROW, area) if self._lines else None

    def begin(self, widths: Sequence[float], about: Say, footer: str) -> None:
        """As far as the row under the title, which says what the sheet is for."""
        self.widths = widths
        for column, width in enumerate(widths, 1):
            self.paper.column_dimensions[letter(column)].width = width
        self._set_up(footer)
        self.across("title", self.pen.both(self.title, " · "))
        self.across("about", self.pen.words(about))

    def lead(self, words: Say) -> None:
        self.across("lead", self.pen.words(words))

    def inputs(self, inputs: Sequence[Input]) -> None:
        self.put(self._above(inputs))

    def _above(self, inputs: Sequence[Input]) -> list[Cell | None]:
        row: list[Cell | None] = [None] * (max((each.column for each in inputs), default=-1) + 1)
        for each in inputs:
            if isinstance(each.value, int):
                style = self.pen.looks.part(self.paper, "input")
                row[each.column] = Cell(each.value, style)
            else:
                row[each.column] = self.pen.part(self.paper, self.pen.words(each.value), "label")
        return row

    def put(self, row: Sequence[Cell | None], height: float | None = None) -> None:
        """The next row. Raises Broken: what cannot be written must not be left out unseen."""
        self.row += 1
        self.laid += height is not None or any(row)
        if height is not None:
            self.paper.row_dimensions[self.row].height = height
        try:
            for column, cell in enumerate(row, 1):
                if cell is not None:
                    self._lay(column, cell)
        except Exception as error:
            self.failed = True
            raise Broken(f"row {self.row} of {self.name}: {error!r}") from error

    def across(self, part: Part, words: str) -> None:
        """A line of words over all columns."""
        row = self.row + 1
        if len(self.widths) > 1:
            self.paper.merged_cells.add(f"A{row}:{letter(len(self.widths))}{row}")
        self.put([self.pen.part(self.paper, words, part)], self._high(part, words))

    def _high(self, part: Part, words: str) -> float:
        room = sum(self.widths) / (SMALL if part in ("about", "note") else 1)
        fits = LINE * text.lines(words, int(room)) + (AIR if part == "lead" else 3)
        return TITLE if part == "title" else fits

    def header(self, columns: Sequence[Column]) -> None:
        names = self.pen.names(columns)
        height = cells.head_height(names, self.widths)
        self.put([self.pen.part(self.paper, name, "header") for name in names], height)

    def stays(self) -> None:
        """The header does: on the screen, and at the top of every printed page."""
        self.paper.freeze_panes = f"A{HEADER_ROW + 1}"
        self.paper.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"

    def lines(self, columns: Sequence[Column], rows: Sequence[Row | Sequence[Any]]) -> None:
        """The next rows of the long table. Raises Broken."""
        if self._lines is None:
            self._lines = Lines(self.pen, self.paper, columns, self.widths)
            self._lines.live = self.live
        try:
            self._packed.add(self._lines.xml(self.row + 1, rows).encode())
        except Exception as error:
            self.failed = True
            raise Broken(f"{self.name}: {error}") from error
        self.row += len(rows)
        self.data += len(rows)

    def values(self, columns: Sequence[Column], row: Row | Sequence[Any]) -> None:
        height = self.pen.height(columns, row, self.widths)
        self.put(self.pen.row(self.paper, columns, row), height)

    def short(self, table: Filled, left: int = 0) -> None:
        """From that column on, counted from 0."""
        self.put([])
        if left:
            self.beside([table], [left])
            return
        if table.title is not None:
            self.across("heading", self.pen.both(table.title, " · "))
        self.header(table.columns)
        for row in table.rows:
            self.values(table.columns, row)

    def beside(self, tables: Sequence[Filled], lefts: Sequence[int]) -> None:
        """Short tables side by side, each from its column on, counted from 0."""
        pen, paper = self.pen, self.paper
        titles = [[pen.both(each.title, " · ")] if each.title else [] for each in tables]
        heads = [pen.names(each.columns) for each in tables]
        tall = [
            cells.head_height(each, self.widths[left:])
            for each, left in zip(heads, lefts, strict=True)
        ]
        self._beside([[pen.part(paper, w, "heading") for w in each] for each in titles], lefts)
        self._beside([[pen.part(paper, w, "header") for w in h] for h in heads], lefts, max(tall))
        for number in range(max(len(each.rows) for each in tables)):
            made = [
                pen.row(paper, each.columns, each.rows[number]) if number < len(each.rows) else []
                for each in tables
            ]
            self._beside(made, lefts)

    def close_table(self, columns: Sequence[Column], number: int) -> None:
        """Filter, bands and bars over the rows that the long table got here."""
        if self.row == HEADER_ROW:
            return

        end = f"{letter(len(columns))}{self.row}"
        table: Any = ExcelTable(displayName=f"Duly_{number}", ref=f"A{HEADER_ROW}:{end}")
        named: list[TableColumn] = [
            TableColumn(id=at, name=self.pen.stored(name).replace("\n", "_x000a_"))
            for at, name in enumerate(self.pen.names(columns), 1)
        ]
        table.tableColumns = named
        table.autoFilter = AutoFilter(ref=table.ref)
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on what a header may be: it is what the cell says
            self.paper.add_table(table)
        for at, column in enumerate(columns):
            area = self.area(at)
            if column.bar:
                rule = DataBarRule("num", 0, "num", 1, BAR)  # type: ignore[no-untyped-call]
                self.paper.conditional_formatting.add(area, rule)
            if column.heat:
                self.paper.conditional_formatting.add(area, _heat(column.heat))
            if column.alarm:
                self._alarm(area)
            if column.choices:
                self._offer(area, column.choices)

    def area(self, column: int) -> str:
        """The rows of one column, from 0, of the long table: of what there is so far."""
        first, last = HEADER_ROW + 1, HEADER_ROW + self.data
        return f"{letter(column + 1)}{first}:{letter(column + 1)}{last}"

    def _alarm(self, area: str) -> None:
        first = area.partition(":")[0]
        for value, ink, behind in SIGNALS:
            made = FormulaRule(  # type: ignore[no-untyped-call]
                formula=[f"{first}={value}"],
                font=Font(color=ink, bold=True),
                fill=PatternFill("solid", bgColor=behind),
            )
            self.paper.conditional_formatting.add(area, made)

    def _offer(self, area: str, choices: Sequence[str]) -> None:
        only = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        only.showErrorMessage = True
        only.add(area)
        self.paper.add_data_validation(only)

    def end(self, notes: Sequence[Say] = (), *, whole: bool = False) -> None:
        """Nothing more comes on this sheet. `whole`: to be printed on one page, if it is short.

        A sheet of few rows in all is, too: else its last note would stand alone under the header.
        """
        if notes:
            self.put([])
        for note in notes:
            self.across("note", self.pen.words(note))
        self.paper.print_area = f"A1:{letter(len(self.widths))}{self.row}"
        if self.row <= ONE_PAGE or (whole and self.data <= ONE_PAGE):
            self.paper.page_setup.fitToHeight = 1
            wide, tall = sum(self.widths) * CHARACTER, self._tall
            if min(SHORT / wide, LONG / tall) > min(LONG / wide, SHORT / tall):
                self.paper.page_setup.orientation = "portrait"

    @property
    def _tall(self) -> float:
        """Points from the first row to the last."""
        known = [each.height or LINE for each in self.paper.row_dimensions.values()]
        return sum(known) + LINE * (self.row - len(known))

    def drop(self) -> None:
        """Take back what lies on the disk for this sheet."""
        self._packed.drop()

    def _lay(self, column: int, cell: Cell) -> None:
        made = self.paper.cell(self.row, column)
        made._style = cell.style
        made.value = cell.content
        if isinstance(cell.content, str):
            made.data_type = "s"  # or "=1+1" would be a formula, and "#N/A" an error
        if cell.leads:
            place = f"{quote_sheetname(cell.leads)}!A1"
            made.hyperlink = Hyperlink(ref=made.coordinate, location=place)
            made._style = cell.style  # openpyxl gives links a look of its own

    def _beside(
        self,
        parts: Sequence[Sequence[Cell]],
        lefts: Sequence[int],
        height: float | None = None,
    ) -> None:
        row: list[Cell | None] = []
        for left, part in zip(lefts, parts, strict=True):
            row += [None] * (left - len(row))
            row += part
        self.put(row, height)

    def _set_up(self, footer: str) -> None:
        """Landscape, as wide as the page.

        What could not be read on A4 is for A3.
        """
        paper = self.paper
        paper.sheet_view.showGridLines = False
        paper.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        setup, margins = paper.page_setup, paper.page_margins
        wide = sum(self.widths) > READABLE
        setup.orientation, setup.paperSize = "landscape", A3 if wide else A4
        setup.fitToWidth, setup.fitToHeight = 1, 0
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.footer = 0.5, 0.75, 0.3
        paper.oddFooter.left.text = footer.replace("&", "&&")
        paper.oddFooter.right.text = "&P / &N"


def _heat(values: tuple[float, float, float]) -> Any:
    """Excel wants the smallest first."""
    (low, pale), (middle, none), (high, deep) = sorted(
        zip(values, (BAD, NEITHER, GOOD), strict=True)
    )
    return ColorScaleRule(  # type: ignore[no-untyped-call]
        start_type="num",
        start_value=low,
        start_color=pale,
        mid_type="num",
        mid_value=middle,
        mid_color=none,
        end_type="num",
        end_value=high,
        end_color=deep,
    )
