"""What writing a workbook costs, next to bare openpyxl. Run: python -m bench.report [rows]"""

import resource
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from openpyxl import Workbook

from bot.report import Column, Kind, Layout, Row, Table
from bot.words import Reader, say
from reports.workbook import Book, Imprint

ROWS = 200_000
START = datetime(2026, 10, 1, 1, tzinfo=UTC)
KINDS: tuple[Kind, ...] = (
    "text", "text", "text", "text", "text", "text", "text", "moment", "moment", "moment",
    "decimal", "text",
)  # fmt: skip


def rows(count: int) -> Iterator[Row]:
    """7 texts, some Chinese, 3 moments, a number, a short text."""
    for n in range(count):
        at = START + timedelta(seconds=13 * n)
        yield (
            f"#{n}", "slack", f"部门{n % 40}", f"asker {n}", f"owner {n}", f"T1/C{n % 50}/{n:012}",
            "question-to-person", at, at + timedelta(hours=4), at + timedelta(hours=1), n % 480 / 7,
            "● on time" if n % 9 else "▲ late",
        )  # fmt: skip


def ours(count: int, out: Path) -> None:
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


def bare(count: int, out: Path) -> None:
    """As little as openpyxl can do: no style, no check, times without a zone."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Rows")
    for row in rows(count):
        naive = (v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in row)
        sheet.append(list(naive))
    book.save(out)


def measure(write: Callable[[int, Path], None], count: int) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out.xlsx"
        begun = perf_counter()
        write(count, out)
        spent = perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{write.__name__:<6} {spent:6.1f} s {count / spent:8,.0f} rows/s "
            f"{peak:5.0f} MB peak {out.stat().st_size / 1e6:6.1f} MB file"
        )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"{count:,} rows of {len(KINDS)} columns")
    for write in (bare, ours):
        process = get_context("spawn").Process(target=measure, args=(write, count))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
