"""A table somebody filled in, .xlsx or .csv, becomes rows of text under columns we know.

What kind of file it is shows its content, not its name.
"""

import csv
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from re import split, sub
from typing import Any

from bot.words import Code, Quoted, Rows, Say, Value, say

SIZE = 50 * 2**20  # bytes of a file
UNPACKED = 200 * 2**20  # bytes of a workbook's parts together
MOST_ROWS = 200_000
LAST_ROW = 1_048_576  # of an Excel sheet
WIDTH = 200  # columns that are looked at
HEAD = 10  # rows among which the headings stand
KNOWN = 2  # headings we must know to take a row for the row of headings
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCODINGS = ("utf-8-sig", "gb18030", "big5hkscs")
DELIMITERS = (",", ";", "\t")
WHOLE = 10**15  # a larger number is no employee number, and Excel no longer counts it exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column we know, by its names in our languages and what else people call it."""

    name: str
    zh_Hans: str
    zh_Hant: str
    about: Say
    also: tuple[str, ...] = ()
    example: str = ""
    needed: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(map(_plain, (self.name, self.zh_Hans, self.zh_Hant, *self.also)))


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as Excel counts it: the first is 1
    cells: Mapping[str, str]  # by the column's name


@dataclass(frozen=True, slots=True)
class Table:
    headings: Mapping[str, str]  # our column's name -> what the file calls it
    rows: tuple[Row, ...]
    extra: tuple[str, ...] = ()  # headings of columns we do not know
    encoding: str = ""


class Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, what: Say) -> None:
        super().__init__(what.sentence)
        self.what = what


Grid = Iterator[tuple[int, list[str]]]


def read(file: Path | bytes, columns: Sequence[Column]) -> Table:
    """A file, or what it contains. Raises Unreadable."""
    content = file if isinstance(file, bytes) else _content(file)
    if len(content) > SIZE:
        raise Unreadable(
            say(
                "The file is larger than {size} MB. Keep only the sheet that is to be read.",
                size=SIZE >> 20,
            )
        )
    if content.startswith(OLD_EXCEL):
        raise Unreadable(
            say(
                "This is an old Excel file, or one with a password. "
                "Open it in Excel and save it as .xlsx without a password."
            )
        )
    table = (_xlsx if content.startswith(ZIP) else _csv)(content, columns)
    missing = [each for each in columns if each.needed and each.name not in table.headings]
    for column in missing:
        names = Rows(tuple(map(Code, (column.name, column.zh_Hans, column.zh_Hant))))
        raise Unreadable(
            say("A column is missing. Name it one of {names}, and fill it in.", names=names)
        )
    return table


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(SIZE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(
            say("{file} cannot be opened: {reason}.", file=Quoted(str(file)), reason=Quoted(reason))
        ) from None
    return content


def _table(grid: Grid, columns: Sequence[Column]) -> Table | None:
    """What stands below the first row of headings; None where no row is one."""
    for _, texts in islice(grid, HEAD):
        places = _places(texts, columns)
        if len(places) >= KNOWN:
            headings = {name: _short(texts[place]) for place, name in places.items()}
            known = set(places)
            extra = [_short(text) for n, text in enumerate(texts) if text and n not in known]
            return Table(headings, tuple(_rows(grid, places)), tuple(extra))
    return None


def _rows(grid: Grid, places: Mapping[int, str]) -> Iterator[Row]:
    for count, (number, texts) in enumerate(grid, 1):
        if count > MOST_ROWS:
            raise Unreadable(say("The file has more than {count} rows. Split it.", count=MOST_ROWS))
        row = Row(
            number,
            {name: texts[n] if n < len(texts) else "" for n, name in places.items()},
        )
        if any(row.cells.values()):
            yield row


def _places(texts: Sequence[str], columns: Sequence[Column]) -> dict[int, str]:
    """Which column of ours each place of a row of headings names."""
    known = {name: column.name for column in columns for name in column.names}
    found: dict[int, str] = {}
    for place, text in enumerate(texts):
        name = _meant(text, known)
        first = next((n for n, other in found.items() if other == name), None)
        if name and first is not None:
            raise Unreadable(
                say(
                    "The columns {first} and {second} mean the same: keep one.",
                    first=Quoted(_short(texts[first])),
                    second=Quoted(_short(text)),
                )
            )
        if name:
            found[place] = name
    return found


def _meant(text: str, known: Mapping[str, str]) -> str | None:
    """A heading may be in two languages at once: "姓名 / name"."""
    if (whole := known.get(_plain(text))) is not None:
        return whole
    parts = {known.get(_plain(part)) for part in split(r"[\n/／()（）|｜]", text)} - {None}
    return parts.pop() if len(parts) == 1 else None


def _plain(heading: str) -> str:
    """Without what people vary: case, width, spaces, hyphens and the star of a needed column."""
    words = unicodedata.normalize("NFKC", heading[:100]).casefold()
    return sub(r"[\s_\-*]+", " ", words).strip()


def _short(heading: str) -> str:
    return " ".join(heading.split())[:60]


def _no_headings(columns: Sequence[Column]) -> Unreadable:
    names = Rows(tuple(Code(column.name) for column in columns))
    return Unreadable(
        say(
            "No row of headings was found. The first row must name the columns, of these: {names}.",
            names=names,
        )
    )


def _tidy(text: str) -> str:
    """The same text, whichever program wrote it: line ends differ."""
    return text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()


# .csv


def _csv(content: bytes, columns: Sequence[Column]) -> Table:
    """In the encoding and with the delimiter under which most headings are known."""
    choices = [(how, text, mark) for how, text in _texts(content) for mark in DELIMITERS]
    if not choices:
        raise Unreadable(
            say(
                "This is neither .xlsx nor text in UTF-8 or GB18030. Save it as .xlsx or CSV UTF-8."
            )
        )
    encoding, text, mark = max(choices, key=lambda each: _promise(each[1], each[2], columns))
    table = _table(_lines(text, mark), columns)
    if table is None:
        raise _no_headings(columns)
    return Table(table.headings, table.rows, table.extra, encoding)


def _texts(content: bytes) -> Iterator[tuple[str, str]]:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        yield encoding.removesuffix("-sig"), text
        if encoding == "utf-8-sig":
            return


def _promise(text: str, mark: str, columns: Sequence[Column]) -> int:
    """How many headings are known if read so."""
    try:
        return max(len(_places(row, columns)) for _, row in islice(_lines(text, mark), HEAD))
    except Unreadable:
        return KNOWN  # a heading twice, say: the reading itself will tell
    except ValueError:
        return 0


def _lines(text: str, mark: str) -> Grid:
    lines = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for number, texts in enumerate(lines, 1):
            if tidy := [_tidy(each) for each in texts[:WIDTH]]:
                yield number, tidy
    except csv.Error as error:
        where: dict[str, Value] = {"line": lines.line_num, "reason": Quoted(str(error))}
        raise Unreadable(say("The text breaks off near line {line}: {reason}.", **where)) from None


# .xlsx


def _xlsx(content: bytes, columns: Sequence[Column]) -> Table:
    """The first sheet with headings we know. Whatever openpyxl stumbles over, the file is at fault.

    The entities of XML bombs are refused by expat itself, the size of the parts by us.
    """
    import openpyxl  # noqa: PLC0415  # 90 ms that a .csv need not wait for

    try:
        _weigh(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it will not keep when saving: we never save
            book = openpyxl.load_workbook(
                BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            tables = (_table(_cells(sheet), columns) for sheet in book.worksheets)
            table = next((each for each in tables if each is not None), None)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(
            say("This workbook is damaged. Open it in Excel and save it again as .xlsx.")
        ) from error
    if table is None:
        raise _no_headings(columns)
    return table


def _weigh(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > UNPACKED:
        raise Unreadable(
            say(
                "Unpacked, this workbook is larger than {size} MB. "
                "Keep only the sheet that is to be read.",
                size=UNPACKED >> 20,
            )
        )


def _cells(sheet: Any) -> Grid:
    sheet.reset_dimensions()  # what a file says of its own size need not be true
    for number, row in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=WIDTH), 1):
        texts = [_text(cell) for cell in row]
        if any(texts):
            yield number, texts


def _text(cell: Any) -> str:
    """Numbers without ".0", days as 2026-10-01, and 0012 where the cell shows it so."""
    match cell.value:
        case bool(value):
            return str(value).upper()
        case int(value) | float(value) if value == value // 1 and abs(value) < WHOLE:
            shown = cell.number_format or ""
            return str(int(value)).zfill(len(shown) if set(shown) == {"0"} else 0)
        case datetime() as value:
            whole = value.time() == time()
            return value.date().isoformat() if whole else value.isoformat(timespec="minutes")
        case None:
            return ""
        case value:
            return _tidy(str(value))  # a date or a time is ISO then
