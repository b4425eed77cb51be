"""Looks a finished workbook over: is anything wider than its column, or is a chart empty?"""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from matplotlib import get_data_path
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter as letter
from openpyxl.utils import range_boundaries
from openpyxl.utils.escape import unescape
from PIL import ImageFont

LINE = 13.0  # points, of one line in the smallest of our sizes with some air
SPARE = 1.0  # of a column's width: what its edges take
FONTS = {  # as wide as any that is used for the one we name
    bold: ImageFont.truetype(Path(get_data_path(), "fonts", "ttf", f"DejaVuSans{name}.ttf"), 100)
    for bold, name in ((False, ""), (True, "-Bold"))
}
DIGIT = FONTS[False].getlength("0")
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def faults(file: Path) -> list[str]:
    """What would be cut, or empty, on which sheet and in which cell."""
    book = load_workbook(file)
    found = [
        f"{sheet.title}!{fault}" for sheet in book.worksheets for fault in Paper(sheet).faults()
    ]
    return found + list(_empty_charts(file, book))


@dataclass(frozen=True)
class Paper:
    sheet: Any

    def faults(self) -> Iterator[str]:
        setup = self.sheet.page_setup
        if not self.sheet.sheet_properties.pageSetUpPr.fitToPage or setup.fitToWidth != 1:
            yield "A1 is not set up to be as wide as a page"
        spans = {area.coord.split(":")[0]: area for area in self.sheet.merged_cells.ranges}
        for row in self.sheet.iter_rows():
            for cell in row:
                if cell.value is not None and cell.data_type != "f":
                    yield from self.cell(cell, spans.get(cell.coordinate))

    def cell(self, cell: Any, area: Any) -> Iterator[str]:
        columns = range(cell.column, (area.max_col if area else cell.column) + 1)
        room = sum(self.sheet.column_dimensions[letter(each)].width for each in columns)
        room -= SPARE + cell.alignment.indent
        size = (cell.font.sz or 10) / 10
        words = self.words(cell.value, cell.number_format)
        lines = [self.room(line, bold=bool(cell.font.b)) * size for line in words.split("\n")]
        where = f"{cell.coordinate} {words[:40]!r}"
        if cell.alignment.wrap_text:
            tall = self.sheet.row_dimensions[cell.row].height
            folded = Folding(room / size, bold=bool(cell.font.b))
            need = sum(folded.lines(line) for line in words.split("\n")) * LINE * size
            if tall is not None and need > tall + 1:
                yield f"{where} needs {need:.0f} points of height and has {tall:.0f}"
        elif max(lines) > room and not self.runs_on(cell):
            yield f"{where} is {max(lines):.0f} wide in a column of {room:.0f}"

    def runs_on(self, cell: Any) -> bool:
        """Text that nothing stands beside is seen beyond its column, up to the last."""
        beside = self.sheet.cell(cell.row, cell.column + 1).value
        return isinstance(cell.value, str) and beside is None and cell.column < self.last

    @property
    def last(self) -> int:
        area = range_boundaries(self.sheet.print_area.split("!")[-1].replace("$", ""))
        return int(area[2] or 1)

    @staticmethod
    def words(value: Any, form: str) -> str:
        match value:
            case str():
                return unescape(value)
            case datetime():
                return value.strftime("%Y-%m-%d %H:%M")
            case timedelta():
                return f"{value / timedelta(hours=1):.0f}:00"
            case float() | int():
                return f"{value:,.1%}" if "%" in form else f"{value:,.1f}"
            case _:
                return str(value)

    @staticmethod
    def room(line: str, *, bold: bool = False) -> float:
        return sum(room(each, bold=bold) for each in line)


@dataclass(frozen=True, slots=True)
class Folding:
    """A column as wide as so many digits, in which words are not broken."""

    wide: float
    bold: bool

    def lines(self, line: str) -> int:
        count, left = 1, self.wide
        for word in re.findall(r"\s*[^\s\u2e80-\uffef]+|\s*.", line):
            need = sum(room(each, bold=self.bold) for each in word)
            if need > left:
                count, left = count + 1, self.wide
            left -= need
            while left < 0:
                count, left = count + 1, left + self.wide
        return count


def room(sign: str, *, bold: bool = False) -> float:
    """In digits. DejaVu has no Chinese signs; those are two digits wide."""
    if unicodedata.east_asian_width(sign) in "WF":
        return 2
    return float(FONTS[bold].getlength(sign) / DIGIT)


def _empty_charts(file: Path, book: Any) -> Iterator[str]:
    """A chart draws what stands in cells: some number must be there, and a name for each."""
    with zipfile.ZipFile(file) as parts:
        for part in sorted(parts.namelist()):
            if re.fullmatch(r"xl/charts/chart\d+\.xml", part):
                root = ElementTree.fromstring(parts.read(part))
                yield from (f"{part}: {each}" for each in _undrawn(book, root))


def _undrawn(book: Any, root: ElementTree.Element) -> Iterator[str]:
    """Of one series there may be too few to tell, and words stand in its cells; not of all."""
    numbers: list[float] = []
    for series in root.iter(f"{C}ser"):
        (place,) = [each.text or "" for each in series.findall(f"{C}val//{C}f")]
        names = [each.text or "" for each in series.findall(f"{C}cat//{C}f")]
        numbers += [each for each in _values(book, place) if isinstance(each, int | float)]
        if not names or None in [each for name in names for each in _values(book, name)]:
            yield f"points of {place} have no names"
    if not any(numbers):
        yield "nothing is drawn"
    tops = [float(each.attrib["val"]) for each in root.iter(f"{C}max")]
    if any(each > top for each in numbers for top in tops):
        yield "what is drawn goes beyond the axis"


def _values(book: Any, place: str) -> Iterator[Any]:
    sheet, area = place.rsplit("!", 1)
    found = book[sheet.strip("'").replace("''", "'")][area.replace("$", "")]
    for row in found if isinstance(found, tuple) else ((found,),):
        yield from (cell.value for cell in row)
