"""Makes cells from values. Nothing else does: so no text becomes a formula, an error or a number.

Text from people is written as text and stays text when somebody edits it; a time stands on the
reader's clock; a number too long for Excel to keep becomes text. Policy 5.2.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, isfinite
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from openpyxl.styles.cell_style import StyleArray

from bot.report import Area, Column, Formula, Kind, Row, Shown, Tone, Value
from bot.words import Code, Reader, Say, render, say
from reports import text
from reports.looks import WIDTHS, Looks, Paper, Part
from reports.proof import Broken

LARGEST = 10**15 - 1  # beyond it Excel loses digits
FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - before it, programs disagree on dates
ROW = re.compile(r"\{row([+-]\d+)?\}")
WIDEST, LEAST_HEAD, GAP = 44, 10, 3  # characters
LINE = 13.5  # points
MOST_LINES = 25  # of a cell that wraps
BOLD = 0.95  # of what fits in plain letters

Content = str | int | float | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Link:
    """Leads to another sheet of the book."""

    sheet: str


@dataclass(frozen=True, slots=True)
class Cell:
    """As it is put on a sheet. `leads`: to which sheet a click goes."""

    content: Content
    style: StyleArray
    leads: str = ""


class Pen:
    """Writes in one language and zone, with the other language under every header."""

    def __init__(self, reader: Reader, other: Reader, looks: Looks) -> None:
        self.reader, self.other, self.looks = reader, other, looks
        self.zone = ZoneInfo(reader.zone)
        self.shortened = 0  # texts, so far
        self.areas: Callable[[Area], Sequence[str]] = lambda _: ()  # of the book, sheet by sheet
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

    def part(self, paper: Paper, words: str, part: Part) -> Cell:
        return Cell(self.stored(words), self.looks.part(paper, part))

    def row(self, paper: Paper, columns: Sequence[Column], row: Row | Sequence[Any]) -> list[Cell]:
        if len(row) != len(columns):
            raise Broken(f"{len(row)} values for {len(columns)} columns")
        return [self._value(paper, *pair) for pair in zip(columns, row, strict=True)]

    def stored(self, words: str) -> str:
        """As the file keeps it. What has to be shortened is counted."""
        whole = text.escaped(text.visible(words))
        if text.fits(whole):
            return whole
        self.shortened += 1
        return text.cut(words, self._cut)

    def formula(self, formula: Formula, row: int) -> str:
        """As the file has it. A sheet that goes on on the next is added up."""
        own = ROW.sub(lambda found: str(row + int(found[1] or 0)), formula.text)
        if not formula.areas:
            return own
        pages = zip(*map(self.areas, formula.areas), strict=True)
        made = []
        for page in pages:
            text = own
            for number, area in enumerate(page):
                text = text.replace(f"{{{number}}}", area)
            made.append(text)
        return "+".join(made) or "0"

    def content(self, value: Value) -> Content:  # noqa: PLR0911
        """What a cell holds: text, a number, or a time on the reader's clock. Raises Broken."""
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
                return finite(value)
            case Formula():
                raise Broken("a formula where none may stand")
            case _:
                assert_never(value)

    def width(self, column: Column, values: Sequence[Any]) -> float:
        """Enough for the header's longest word, and for what stands below."""
        names = self.both(column.header, "\n").split("\n")
        head = max(min(text.width(name), LEAST_HEAD) for name in names)
        head = max(head, *(_head_width(word) for name in names for word in name.split()))
        needed = column.width or min(max(map(self._room(column), values), default=0), WIDEST)
        return max(WIDTHS[column.kind], needed, head) + GAP

    def height(
        self, columns: Sequence[Column], row: Row | Sequence[Any], widths: Sequence[float]
    ) -> float | None:
        """Of a row with text that wraps; None where one line is enough."""
        tall = 1
        for column, value, width in zip(columns, row, widths, strict=False):
            plain = seen(value, column)[0]
            if column.wrap and isinstance(plain, str | Say):
                needed = text.lines(self._shown(plain), int(width) - GAP)
                tall = max(tall, min(needed, MOST_LINES))
        return tall * LINE + 3 if tall > 1 else None

    def _room(self, column: Column) -> Any:
        def room(value: Any) -> int:
            plain, kind, _ = seen(value, column)
            if isinstance(plain, Link):
                return text.width(plain.sheet)
            if isinstance(plain, int):
                return max(WIDTHS[kind], len(f"{plain:,}"))
            return text.width(self._shown(plain)) if isinstance(plain, str | Say) else WIDTHS[kind]

        return room

    def _shown(self, words: str | Say) -> str:
        """What is seen of it, as far as that matters for the room it takes."""
        plain = self.words(words) if isinstance(words, Say) else words
        return text.visible(plain[: text.LONGEST])

    def _value(self, paper: Paper, column: Column, value: Any) -> Cell:
        plain, kind, tone = seen(value, column)
        if isinstance(plain, Link):
            return Cell(self.stored(plain.sheet), self.looks.part(paper, "link"), plain.sheet)
        return Cell(self.content(plain), self.looks.value(paper, kind, tone, column))

    def _moment(self, at: datetime) -> datetime | str:
        if at.tzinfo is None:
            raise Broken(f"a time without a zone: {at}")
        try:
            local = at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        except OverflowError:  # beyond the year 9999
            return str(at)
        return local if local >= FIRST_DAY else str(local)


def shortened(count: int) -> Say:
    return say(
        "Texts longer than a cell can hold: {count}. Each ends with a mark that says by how much.",
        count=count,
    )


def _head_width(word: str) -> int:
    """Of a word in bold, next to the gap that every column has."""
    return max(text.width(word), ceil(text.drawn(word) / BOLD) - 1)


def head_height(names: Sequence[str], widths: Sequence[float]) -> float:
    rooms = zip(names, widths, strict=False)
    return max(text.lines(name, int(width * BOLD) - 1) for name, width in rooms) * LINE + 6


def seen(value: Any, column: Column) -> tuple[Any, Kind, Tone]:
    """The value itself and how it is to look: a time looks like a time in every column."""
    shown = value if isinstance(value, Shown) else Shown(value)
    if isinstance(shown.value, datetime):
        return shown.value, "moment", shown.tone
    if isinstance(shown.value, timedelta):
        return shown.value, "span", shown.tone
    return shown.value, shown.kind or column.kind, shown.tone


def finite(number: float) -> float:
    if not isfinite(number):
        raise Broken(f"a number that is none: {number}")
    return number
