"""How long a backup takes, its check and its restore, and in how little room.

    python -m bench.backup [--records 1000000]

Beside it stands the bare limit: SQLite's own copy of the same file.
"""

import argparse
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite

from bench.company import store_in
from bot.backup.reading import Backup, check
from bot.backup.restoring import Restoring
from bot.backup.writing import write
from bot.evidence import START, leaf, link
from bot.store import Store, Transaction
from bot.store.codec import pack
from bot.store.rings import MAIN
from bot.store.schema import Moment, heads, records, wraps
from bot.store.wrapping import Wraps

BATCH = 10_000
SQLITE = sqlite.dialect()
BEGAN = datetime(2026, 3, 2, 1, tzinfo=UTC)


def fill(store: Store, count: int) -> None:
    """Records of fifty conversations, as long as people write, with their keys and heads."""
    ends: dict[str, tuple[int, bytes]] = {}
    for start in range(0, count, BATCH):
        with store.transaction() as tx:
            numbers = range(start, min(start + BATCH, count))
            made = [_record(tx, number, ends) for number in numbers]
            tx.rows.add_all(records, [record for record, _ in made])
            tx.rows.add_all(wraps, [wrap for _, wrap in made])
    with store.transaction() as tx:
        rows = [{"conversation": name, "seq": n, "hash": last} for name, (n, last) in ends.items()]
        tx.rows.add_all(heads, rows)


def _record(
    tx: Transaction, number: int, ends: dict[str, tuple[int, bytes]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """As `Records.add` would make it, many at once."""
    id, own, rows = tx.clock.new_id(), tx.rows.seal.fresh(), tx.rows
    said = f"The samples of order {number} will be ready on Thursday at noon. " * 3
    sealed = own.close(pack({"text": said}), *rows.slot(records.c.body, id))
    name = f"slack/T1/C{number % 50}"
    seq, previous = ends.get(name, (0, START))
    values: dict[str, Any] = {
        "id": id,
        "conversation": name,
        "seq": seq + 1,
        "kind": "post",
        "thread": None,
        "message": f"{number}",
        "author": f"slack/T1/U{number % 997}",
        "class_name": "general",
        "at": BEGAN + number * timedelta(seconds=1),
    }
    at = Moment().process_bind_param(values["at"], SQLITE)
    header = (*list(values.values())[:-1], at)
    hash = link(previous, leaf(header, sealed))
    ends[name] = seq + 1, hash
    wrapped = rows.seal.close(own.key, *Wraps(rows).slot(id, MAIN, None))
    record = values | {"body": sealed, "previous": previous, "hash": hash}
    return record, {"record": id, "ring": MAIN, "wrapped": wrapped}


def spent(what: str, do: Callable[[], Any]) -> Any:
    began, worked = time.perf_counter(), time.process_time()
    found = do()
    room = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took, work = time.perf_counter() - began, time.process_time() - worked
    sys.stdout.write(f"{what:<36} {took:8.1f} s, {work:7.1f} of work {room:6.0f} MB at most\n")
    sys.stdout.flush()
    return found


def plain(folder: Path) -> None:
    with (
        sqlite3.connect(folder / "duly.db") as here,
        sqlite3.connect(folder / "copy.db") as there,
    ):
        here.backup(there)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.backup")
    parser.add_argument("--records", type=int, default=1_000_000)
    count = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="duly-bench-") as name:
        folder, file = Path(name), Path(name) / "acme.duly"
        store = store_in(folder)
        spent(f"{count:,} records are made", lambda: fill(store, count))
        written = spent("backup", lambda: write(store, file))
        with file.open("rb") as body:
            spent("check", lambda: check(Backup(body, store.seal.key)))
        (folder / "new").mkdir()
        with file.open("rb") as body:
            back = Restoring(Backup(body, store.seal.key), store.company, store.clock)
            spent("restore", lambda: back.into_folder(folder / "new", replace=False))
        spent("SQLite's own copy, for comparison", lambda: plain(folder))
        size = (folder / "duly.db").stat().st_size
        sys.stdout.write(f"{written.rows:,} rows; {written.size:,} bytes, of {size:,}\n")


if __name__ == "__main__":
    main()
