"""The only writer of workbooks: what layouts say, on as many sheets as it takes, in one file.

openpyxl makes the book; the rows of its long tables are streamed past it. A file that is not
complete is never put into place. Policy 5.2.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, islice
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

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
CHART_WIDE = 110  # characters
SPARE = 12.0  # of a column that only a chart stands on
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
        apart = len(sample) > ONE_PAGE and any(table.rows for table in short)
        columns = max(len(table.columns) for table in (short if apart else [first]))
        drawn = _drawn(layout, columns)
        lefts = _lefts(layout, drawn, len(short))
        places = [(left, t.columns, t.rows) for left, t in zip(lefts, short, strict=True) if t.rows]
        widths = self._widths([(0, first.columns, sample), *(() if apart else places)])
        self._begin(page, widths, layout)
        self._name(page, layout.inputs)
        name, page = page.name, self._long(page, layout, first, chain(sample, rows))
        if apart:
            page.end()
            page = self._apart(page, name, layout, _wide(self._widths(places)))
        for start in range(0, len(drawn), ABREAST):
            self._draw(page, drawn[start : start + ABREAST], short, lefts)
        begins = {wish.table for wish, _ in drawn}
        for at, table in enumerate(short):
            if table.rows and at not in begins:
                page.short(table, lefts[at])
        cut = self.pen.shortened - before
        notes = (*layout.notes, shortened(cut)) if cut else layout.notes
        page.end(notes, whole=bool(layout.charts) or layout.index)

    def _apart(self, long: Page, name: str, layout: Layout, widths: Sequence[float]) -> Page:
        """A sheet for what goes with a long table: nobody would find it so far below."""
        page = self._page(name, layout, self._after(long))
        page.apart = True
        self._shows[page.name] = next(
            (each.title for each in layout.tables[1:] if each.title), layout.shows
        )
        self._begin(page, widths, replace(layout, inputs=()))
        return page

    @property
    def stamp(self) -> str:
        """Whose copy it is, and of when, at the foot of every page: it is not to be passed on."""
        if not self.imprint.holder:
            return ""
        holder = Quoted(self.imprint.holder, HOLDER)
        told = say("{reader}, {moment}", reader=holder, moment=self.imprint.made_at)
        return f"{self.pen.words(told)} · "

    def _begin(self, page: Page, widths: Sequence[float], layout: Layout) -> None:
        page.live, footer = layout.live, f"{AUTHOR} · {self.stamp}{self.imprint.report}"
        page.begin(widths, self.imprint.about, footer)
        if layout.inputs:
            page.inputs(layout.inputs)
        else:
            page.lead(layout.lead or layout.shows)

    def _long(self, page: Page, layout: Layout, table: Table, rows: Iterator[Row]) -> Page:
        """The first table, on as many sheets as it takes. Returns the last."""
        name, widths = page.name, page.widths
        page.stays()
        page.header(table.columns)
        while block := list(islice(rows, min(AT_ONCE, self._room(page)))):
            if page.row == self.limit:
                self._close(page, table)
                page.end()
                page, before = self._page(name, layout, self._after(page)), page
                self._goes_on(before, page)
                self._begin(page, widths, replace(layout, inputs=()))
                page.stays()
                page.header(table.columns)
            page.lines(table.columns, block)
            self.rows += len(block)
            self.tell(self.rows)
        self._close(page, table)
        if page.row == HEADER_ROW:
            page.across("note", self.pen.words(EMPTY))
        return page

    def _after(self, page: Page) -> int:
        return self.pages.index(page) + 1

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
        self,
        page: Page,
        drawn: Sequence[tuple[Chart, int]],
        tables: Sequence[Filled],
        places: Sequence[int],
    ) -> None:
        """Charts side by side, and below each the table that it draws, at its own place."""
        wishes, lefts = zip(*drawn, strict=True)
        shown, begins = zip(*((tables[w.table], places[w.table]) for w in wishes), strict=True)
        _check(wishes, shown)
        top = page.row + 1
        for _ in range(CHART_ROWS + 2):
            page.put([])
        header = page.row + 2
        rights = (*lefts[1:], len(page.widths))
        for at, (wish, table) in enumerate(zip(wishes, shown, strict=True)):
            right = rights[at]
            spot = charts.Spot(
                left=lefts[at], right=right, top=top, bottom=top + CHART_ROWS,
                last=page.widths[right - 1], header=header, names=begins[at] + 1,
            )  # fmt: skip
            title = self.pen.words(wish.title)
            page.paper.add_chart(charts.chart(page.paper, wish, title, spot, table.rows))
        page.beside(shown, begins)

    def _index(self, cover: Page) -> Filled:
        pages = [page for page in self.pages if page is not cover]
        rows = (
            (Link(page.name), self._shows[page.name], None if page.apart else page.data)
            for page in pages
        )
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


def _wide(widths: Sequence[float]) -> list[float]:
    """With as many columns more as a chart needs to be read."""
    missing = max(0, CHART_WIDE - sum(widths))
    return [*widths, *(SPARE,) * ceil(missing / SPARE)]


def _drawn(layout: Layout, columns: int) -> list[tuple[Chart, int]]:
    """At which columns, from 0, charts begin: those side by side get as many each."""
    found = []
    for start in range(0, len(layout.charts), ABREAST):
        beside = layout.charts[start : start + ABREAST]
        found += [(wish, -(-columns * at // len(beside))) for at, wish in enumerate(beside)]
    return found


def _lefts(layout: Layout, drawn: Sequence[tuple[Chart, int]], tables: int) -> list[int]:
    """At which columns, from 0, the short tables begin: those that are drawn, below their chart."""
    lefts = [layout.aside] * tables
    for wish, left in drawn:
        lefts[wish.table] = max(left, layout.aside)
    return lefts
