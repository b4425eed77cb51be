"""What writing a workbook costs, next to other writers of the same rows.

Run: python -m bench.report [rows]. The peers are in the dependency groups `dev` and `bench`; each
writer has a process of its own. openpyxl's ordinary mode keeps every cell, so it gets a tenth of
the rows.
"""

import resource
import sys
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

ROWS = 200_000
PEERS = (  # a function of bench.writers, what it needs, and which part of the rows it gets
    ("openpyxl_write_only", "openpyxl", 1),
    ("duly", "openpyxl", 1),
    ("openpyxl_normal", "openpyxl", 10),
    ("xlsxwriter_constant_memory", "xlsxwriter", 1),
    ("pandas_to_excel", "pandas", 1),
)


def measure(name: str, count: int) -> None:
    if name != "pandas_to_excel":  # nobody else needs it, but openpyxl loads it where it is
        sys.modules["numpy"] = None  # type: ignore[assignment]
    from bench import writers  # noqa: PLC0415

    write: Any = getattr(writers, name)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out.xlsx"
        begun, worked = perf_counter(), process_time()
        write(count, out)
        spent, worked = perf_counter() - begun, process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{name:<27} {count:9,} rows {spent:7.1f} s {count / spent:8,.0f} rows/s "
            f"{worked:6.1f} s of processor {peak:6.0f} MB {out.stat().st_size / 1e6:6.1f} MB file"
        )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print("12 columns; MB: the most memory that the process had")
    for name, needs, part in PEERS:
        if find_spec(needs) is None:
            print(f"{name:<27} not measured: {needs} is not installed")
            continue
        process = get_context("spawn").Process(target=measure, args=(name, count // part))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
