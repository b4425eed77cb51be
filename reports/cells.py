"""Makes cells from values. Nothing else does: so no text becomes a formula, an error or a number.

Text from people is written as text and stays text when somebody edits it; a time stands on the
reader's clock; a number too long for Excel to keep becomes text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from bot.report import Column, Kind, Row, Shown, Tone, Value
from bot.words import Code, Reader, Say, render, say
from reports import text
from reports.looks import WIDTHS, Looks, Paper, Part
from reports.proof import Broken

LARGEST = 10**15 - 1  # beyond it Excel loses digits
FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - before it, programs disagree on dates
WIDEST, LEAST_HEAD, GAP = 44, 10, 3  # characters
LINE = 13.5  # points
MOST_LINES = 25  # of a cell that wraps

Content = str | int | float | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Link:
    """Leads to another sheet of the book."""

    sheet: str


class Pen:
    """Writes in one language and zone, with the other language under every header."""

    def __init__(self, reader: Reader, other: Reader, looks: Looks) -> None:
        self.reader, self.other, self.looks = reader, other, looks
        self.zone = ZoneInfo(reader.zone)
        self._said: dict[str, str] = {}
        self._cut = self.words(say("… (+{count} characters)", count=Code("{count}")))

    def words(self, what: Say) -> str:
        if what.values:
            return render(what, self.reader, str)
        if what.sentence not in self._said:
            self._said[what.sentence] = render(what, self.reader, str)
        return self._said[what.sentence]

    def both(self, what: Say, between: str) -> str:
        """In the reader's language and the other one, where that says something else."""
        ours, other = self.words(what), render(what, self.other, str)
        return ours if ours == other else f"{ours}{between}{other}"

    def names(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """The headers, no two alike: a filter needs to tell them apart."""
        names: list[str] = []
        for column in columns:
            names.append(text.unlike(self.both(column.header, "\n"), names))
        return tuple(names)

    def part(self, paper: Paper, words: str, part: Part) -> Any:
        return _cell(paper, self.stored(words), self.looks.part(paper, part))

    def row(self, paper: Paper, columns: Sequence[Column], row: Row | Sequence[Any]) -> list[Any]:
        if len(row) != len(columns):
            raise Broken(f"{len(row)} values for {len(columns)} columns")
        return [self._value(paper, *pair) for pair in zip(columns, row, strict=True)]

    def stored(self, words: str) -> str:
        return text.stored(words, self._cut)

    def content(self, value: Value) -> Content:  # noqa: PLR0911
        """What a cell holds: text, a number, or a time on the reader's clock."""
        match value:
            case None:
                return None
            case Say():
                return self.stored(self.words(value))
            case str():
                return self.stored(value)
            case timedelta() if value >= timedelta():
                return value
            case datetime():
                return self._moment(value)
            case date() | timedelta():
                return str(value)
            case int():
                return value if abs(value) <= LARGEST else str(value)
            case float():
                return value if isfinite(value) else str(value)
            case _:
                assert_never(value)

    def width(self, column: Column, values: Sequence[Any]) -> float:
        """Enough for the header's longest word, and for what stands below."""
        names = self.both(column.header, "\n").split("\n")
        head = max(min(text.width(name), LEAST_HEAD) for name in names)
        head = max(head, *(text.width(word) for name in names for word in name.split()))
        needed = column.width or min(max(map(self._room(column), values), default=0), WIDEST)
        return max(WIDTHS[column.kind], needed, head) + GAP

    def _room(self, column: Column) -> Any:
        def room(value: Any) -> int:
            plain, kind, _ = _seen(value, column)
            content = plain.sheet if isinstance(plain, Link) else self.content(plain)
            return text.width(content) if isinstance(content, str) else WIDTHS[kind]

        return room

    def _value(self, paper: Paper, column: Column, value: Any) -> Any:
        plain, kind, tone = _seen(value, column)
        if isinstance(plain, Link):
            return self._link(paper, plain)
        style = self.looks.value(paper, kind, tone, column)
        return _cell(paper, self.content(plain), style)

    def _link(self, paper: Paper, link: Link) -> Any:
        cell = self.part(paper, link.sheet, "link")
        cell.hyperlink = Hyperlink(ref="", location=f"{quote_sheetname(link.sheet)}!A1")
        return cell

    def _moment(self, at: datetime) -> datetime | str:
        if at.tzinfo is None:
            raise Broken(f"a time without a zone: {at}")
        local = at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        return local if local >= FIRST_DAY else str(local)


def height(
    columns: Sequence[Column], cells: Sequence[Any], widths: Sequence[float]
) -> float | None:
    """Of a row with text that wraps; None where one line is enough."""
    tall = 1
    for column, cell, width in zip(columns, cells, widths, strict=False):
        if column.wrap and isinstance(cell.value, str):
            tall = max(tall, min(text.lines(cell.value, int(width) - GAP), MOST_LINES))
    return tall * LINE + 3 if tall > 1 else None


def head_height(names: Sequence[str], widths: Sequence[float]) -> float:
    rooms = zip(names, widths, strict=False)
    return max(text.lines(name, int(width) - 1) for name, width in rooms) * LINE + 6


def _seen(value: Any, column: Column) -> tuple[Any, Kind, Tone]:
    if isinstance(value, Shown):
        return value.value, value.kind or column.kind, value.tone
    return value, column.kind, "plain"


def _cell(paper: Paper, content: Content, style: StyleArray) -> Any:
    cell: Any = WriteOnlyCell(paper)
    cell._style = style
    cell.value = content
    if isinstance(content, str):
        cell.data_type = "s"  # or "=1+1" would be a formula, and "#N/A" an error
    return cell
