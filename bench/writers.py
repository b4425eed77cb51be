"""Writes the same rows with Duly and with other libraries: what `bench.report` measures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from bot.report import Column, Kind, Layout, Row, Table
from bot.words import Reader, say
from reports.workbook import Book, Imprint

START = datetime(2026, 10, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
KINDS: tuple[Kind, ...] = (
    "text", "text", "text", "text", "text", "text", "text", "moment", "moment", "moment",
    "decimal", "text",
)  # fmt: skip
HEADER = [f"Column {n}" for n in range(len(KINDS))]


def rows(count: int) -> Iterator[Row]:
    """7 texts, some Chinese, 3 moments, a number, a short text."""
    for n in range(count):
        at = START + timedelta(seconds=13 * n)
        yield (
            f"#{n}", "slack", f"部门{n % 40}", f"asker {n}", f"owner {n}", f"T1/C{n % 50}/{n:012}",
            "question-to-person", at, at + timedelta(hours=4), at + timedelta(hours=1), n % 480 / 7,
            "● on time" if n % 9 else "▲ late",
        )  # fmt: skip


def plain(count: int) -> Iterator[list[Any]]:
    """For who knows no zones: on the clock that ours converts to."""
    for row in rows(count):
        yield [_naive(value) if isinstance(value, datetime) else value for value in row]


def _naive(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(tzinfo=None)


def duly(count: int, out: Path) -> None:
    reader = Reader("en", "Asia/Shanghai")
    name = say("Bench")
    imprint = Imprint(
        title=name, about=name, report="0", made_at=START, reader=reader, other=reader
    )
    columns = tuple(Column(header=say(f"Column {n}"), kind=kind) for n, kind in enumerate(KINDS))
    table = Table(columns=columns, rows=rows(count))
    book = Book(imprint)
    book.add(say("Rows"), Layout(title=say("Rows"), shows=say("Rows"), tables=(table,)))
    book.save(out)


def openpyxl_write_only(count: int, out: Path) -> None:
    """As little as it can do: no style, no check, no table."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Rows")
    sheet.append(HEADER)
    for row in plain(count):
        sheet.append(row)
    book.save(out)


def openpyxl_normal(count: int, out: Path) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(HEADER)
    for row in plain(count):
        sheet.append(row)
    book.save(out)


def xlsxwriter_constant_memory(count: int, out: Path) -> None:
    import xlsxwriter  # noqa: PLC0415

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    book = xlsxwriter.Workbook(str(out), options)
    sheet = book.add_worksheet("Rows")
    sheet.write_row(0, 0, HEADER)
    for number, row in enumerate(plain(count), 1):
        sheet.write_row(number, 0, row)
    book.close()


def pandas_to_excel(count: int, out: Path) -> None:
    import pandas  # noqa: PLC0415

    pandas.DataFrame(plain(count), columns=HEADER).to_excel(out, index=False)
