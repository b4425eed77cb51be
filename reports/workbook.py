"""The only writer of workbooks: what layouts say, on as many sheets as it takes, in one file.

openpyxl makes the book; the rows of its long tables are streamed past it. A file that is not
complete is never put into place. Policy 5.2.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from bot.clock import fault_point
from bot.report import Area, Chart, Column, Input, Layout, Row, Table
from bot.words import Quoted, Reader, Say, say
from reports import charts, proof, text
from reports.cells import Link, Pen, shortened
from reports.looks import Looks
from reports.page import HEADER_ROW, INPUT_ROW, ONE_PAGE, Filled, Page
from reports.proof import Broken
from reports.splice import Filling, splice

LIMIT = 1_048_000  # rows of a sheet until the next begins: Excel's, less room for notes
SAMPLE = 2_000  # rows looked at to find the widths
OURS = 0o600  # nobody else on the machine may read it
AT_ONCE = 500  # rows of a long table
CHART_ROWS = 17  # left free for charts
ABREAST = 2  # charts
HOLDER = 60  # characters of a name at the foot of a page
AUTHOR = "Duly"
INDEX = (
    Column(header=say("Sheet")),
    Column(header=say("What it shows"), width=72, wrap=True),
    Column(header=say("Rows"), kind="whole"),
)
EMPTY = say("Nothing in this period.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What stands on every sheet. `about` is the line under the title."""

    title: Say
    about: Say
    report: str
    made_at: datetime
    reader: Reader
    other: Reader  # of the second line of every header
    holder: str = ""  # whose copy it is


@dataclass(frozen=True, slots=True)
class Written:
    """One sheet of the file, with its rows of data."""

    name: str
    rows: int


class Book:
    """A workbook on its way. `limit`: rows of a sheet, lower in tests."""

    def __init__(
        self, imprint: Imprint, limit: int = LIMIT, tell: Callable[[int], object] = int
    ) -> None:
        """`tell` hears now and then how many rows of long tables there are."""
        self.imprint, self.limit, self.tell = imprint, limit, tell
        self.book: Any = Workbook()
        del self.book[self.book.sheetnames[0]]
        self.pen = Pen(imprint.reader, imprint.other, Looks(self.book, imprint.reader.language))
        self.pages: list[Page] = []
        self.pen.areas = self._areas
        self._shows: dict[str, Say] = {}
        self._named: dict[str, list[Page]] = {}  # by what the sheet is called; it may go on
        self._late: list[tuple[Page, Layout]] = []
        self._tables = self.rows = 0

    def add(self, name: Say, layout: Layout) -> None:
        """Written at once; a sheet with the index when everything else is. Raises Broken."""
        page = self._page(self.pen.words(name), layout, len(self.pages))
        self._named[name.sentence] = [page]
        if layout.index:
            self._late.append((page, layout))
            return
        try:
            self._fill(page, layout)
        except BaseException:
            self.drop()
            raise

    def save(self, out: Path) -> tuple[Written, ...]:
        """Into `out`, whole or not at all. Raises Broken where the file is not what was written."""
        with TemporaryDirectory(dir=out.parent, prefix=".duly-") as folder:
            draft, whole = Path(folder) / "draft", Path(folder) / "whole"
            try:
                for page, layout in self._late:
                    self._fill(page, layout)
                if broken := [page.name for page in self.pages if page.failed]:
                    raise Broken(f"rows of {broken} could not be written")
                self._name_the_file()
                self.book.save(draft)
                splice(draft, whole, self._fillings())
            finally:
                self.drop()
            proof.prove(whole, [(page.name, page.laid + page.data) for page in self.pages])
            whole.chmod(OURS)
            with whole.open("rb") as body:
                os.fsync(body.fileno())
            fault_point("a workbook is whole")
            os.replace(whole, out)
        return tuple(Written(page.name, page.data) for page in self.pages)

    def drop(self) -> None:
        """Take back what lies on the disk. Whoever makes a book does so at its end."""
        for page in self.pages:
            page.drop()

    def _fillings(self) -> dict[str, Filling]:
        fillings = ((page.paper.path.lstrip("/"), page.filling) for page in self.pages)
        return {part: filling for part, filling in fillings if filling is not None}

    def _page(self, name: str, layout: Layout, at: int) -> Page:
        free = text.sheet_name(name, {page.name for page in self.pages})
        page = Page(self.book.create_sheet(free, at), layout.title, self.pen)
        self.pages.insert(at, page)
        self._shows[page.name] = layout.shows
        return page

    def _fill(self, page: Page, layout: Layout) -> None:
        first, *others = layout.tables
        before = self.pen.shortened
        rows = iter(first.rows)
        sample = list(islice(rows, SAMPLE))
        short = [Filled(table.columns, tuple(table.rows), table.title) for table in others]
        if layout.index:
            short.append(self._index(page))
        drawn = _drawn(layout.charts, len(first.columns))
        begins = {wish.table: left for wish, left in drawn}
        places = ((begins.get(at, 0), each.columns, each.rows) for at, each in enumerate(short))
        widths = self._widths([(0, first.columns, sample), *places])
        self._begin(page, widths, layout, layout.inputs)
        self._name(page, layout.inputs)
        page = self._long(page, layout, first, chain(sample, rows))
        if short and page.data > ONE_PAGE:
            page.part()
        for start in range(0, len(drawn), ABREAST):
            self._draw(page, drawn[start : start + ABREAST], short)
        for at, table in enumerate(short):
            if at not in begins:
                page.short(table)
        cut = self.pen.shortened - before
        notes = (*layout.notes, shortened(cut)) if cut else layout.notes
        page.end(notes, whole=bool(layout.charts) or layout.index)

    @property
    def stamp(self) -> str:
        """Whose copy it is, and of when, at the foot of every page: it is not to be passed on."""
        if not self.imprint.holder:
            return ""
        holder = Quoted(self.imprint.holder, HOLDER)
        told = say("{reader}, {moment}", reader=holder, moment=self.imprint.made_at)
        return f"{self.pen.words(told)} · "

    def _begin(
        self, page: Page, widths: Sequence[float], layout: Layout, inputs: Sequence[Input] = ()
    ) -> None:
        page.live, footer = layout.live, f"{AUTHOR} · {self.stamp}{self.imprint.report}"
        page.begin(widths, self.imprint.about, footer, inputs)

    def _long(self, page: Page, layout: Layout, table: Table, rows: Iterator[Row]) -> Page:
        """The first table, on as many sheets as it takes. Returns the last."""
        name, widths = page.name, page.widths
        page.header(table.columns)
        while block := list(islice(rows, min(AT_ONCE, self._room(page)))):
            if page.row == self.limit:
                self._close(page, table)
                page.end()
                page, before = self._page(name, layout, self.pages.index(page) + 1), page
                self._goes_on(before, page)
                self._begin(page, widths, layout)
                page.header(table.columns)
            page.lines(table.columns, block)
            self.rows += len(block)
            self.tell(self.rows)
        self._close(page, table)
        if page.row == HEADER_ROW:
            page.across("note", self.pen.words(EMPTY))
        return page

    def _goes_on(self, before: Page, page: Page) -> None:
        for pages in self._named.values():
            if before in pages:
                pages.append(page)

    def _areas(self, area: Area) -> list[str]:
        """Where the rows of a column stand, sheet by sheet. Raises Broken for an unknown sheet."""
        pages = self._named.get(area.sheet.sentence)
        if pages is None:
            raise Broken(f"there is no sheet {area.sheet.sentence}")
        return [
            f"{quote_sheetname(page.name)}!{absolute_coordinate(page.area(area.column))}"
            for page in pages
            if page.data
        ]

    def _name(self, page: Page, inputs: Sequence[Input]) -> None:
        """The cells above the header that formulas know by a name."""
        for each in inputs:
            if each.name:
                cell = absolute_coordinate(f"{get_column_letter(each.column + 1)}{INPUT_ROW}")
                where = f"{quote_sheetname(page.name)}!{cell}"
                self.book.defined_names[each.name] = DefinedName(each.name, attr_text=where)

    def _room(self, page: Page) -> int:
        """For so many rows, on this sheet or, where it is full, on the next."""
        return self.limit - page.row or self.limit - HEADER_ROW

    def _close(self, page: Page, table: Table) -> None:
        self._tables += 1
        page.close_table(table.columns, self._tables)

    def _draw(
        self, page: Page, drawn: Sequence[tuple[Chart, int]], tables: Sequence[Filled]
    ) -> None:
        """Charts side by side, and below each the table that it draws."""
        wishes, lefts = zip(*drawn, strict=True)
        shown = [tables[wish.table] for wish in wishes]
        _check(wishes, shown)
        top = page.row + 1
        for _ in range(CHART_ROWS + 2):
            page.put([])
        header = page.row + 2
        rights = (*lefts[1:], len(page.widths))
        for wish, table, left, right in zip(wishes, shown, lefts, rights, strict=True):
            data = (header, header + len(table.rows))
            last = page.widths[right - 1]
            spot = charts.Spot(left, right, top, top + CHART_ROWS, data, last)
            page.paper.add_chart(charts.chart(page.paper, wish, self.pen.words(wish.title), spot))
        page.beside(shown, lefts)

    def _index(self, cover: Page) -> Filled:
        pages = [page for page in self.pages if page is not cover]
        rows = ((Link(page.name), self._shows[page.name], page.data) for page in pages)
        return Filled(INDEX, tuple(rows), say("Contents"))

    def _widths(
        self, tables: Sequence[tuple[int, Sequence[Column], Sequence[Sequence[Any]]]]
    ) -> list[float]:
        """Of every column, as the table that needs most of it wants it."""
        widths: list[float] = []
        for left, columns, rows in tables:
            for number, column in enumerate(columns):
                needed = self.pen.width(column, [row[number] for row in rows if number < len(row)])
                at = left + number
                widths += [0.0] * (at + 1 - len(widths))
                widths[at] = max(widths[at], needed)
        return widths

    def _name_the_file(self) -> None:
        facts, imprint = self.book.properties, self.imprint
        facts.title = self.pen.stored(self.pen.words(imprint.title))
        facts.creator = facts.lastModifiedBy = AUTHOR
        facts.identifier = imprint.report
        facts.created = imprint.made_at.astimezone(UTC).replace(tzinfo=None)
        facts.language = imprint.reader.language.replace("_", "-")
        self.book.custom_doc_props.append(StringProperty(name="Duly report", value=imprint.report))


def _check(wishes: Sequence[Chart], tables: Sequence[Filled]) -> None:
    """Raises Broken where words would be drawn, or what is not there."""
    for wish, table in zip(wishes, tables, strict=True):
        numbers = [at for at, each in enumerate(table.columns, 1) if each.kind != "text"]
        if 1 in wish.series or not set(wish.series) <= set(numbers):
            raise Broken(f"of {len(table.columns)} columns, {wish.series} cannot be drawn")


def _drawn(wishes: Sequence[Chart], columns: int) -> list[tuple[Chart, int]]:
    """At which columns, from 0, charts begin: those side by side get as many each."""
    found = []
    for start in range(0, len(wishes), ABREAST):
        beside = wishes[start : start + ABREAST]
        found += [(wish, -(-columns * at // len(beside))) for at, wish in enumerate(beside)]
    return found
