"""Writes a backup while Duly runs: one moment's picture, and nobody waits for it. Policy 3.3.2."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.backup.sealed import Sealing
from bot.clock import fault_point
from bot.store import Store, Transaction
from bot.store.copying import parts, shape, tables
from bot.store.keycopies import copied
from bot.store.migrating import HEAD


@dataclass(slots=True)
class Written:
    rows: int = 0
    records: int = 0
    size: int = 0  # bytes of the file
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)


def write(store: Store, file: Path, heard: Callable[[int], object] = lambda rows: None) -> Written:
    """To `file`, which is there whole or not at all. `heard`: how many rows so far.

    Raises OSError.
    """

    def fill(sealing: Sealing, written: Written) -> None:
        with store.reading() as tx:
            _head(sealing, store, tx)
            for table in tables():
                found = parts(tx.rows.conn, table, store.company)
                written.tables[table.name] = _table(sealing, table, found)
                written.rows += written.tables[table.name]["rows"]
                heard(written.rows)

    written = _written(store, file, "store", fill)
    written.records = written.tables["records"]["rows"]
    return written


def write_keys(store: Store, file: Path) -> Written:
    """The rings apart, likewise. Raises OSError."""

    def fill(sealing: Sealing, written: Written) -> None:
        _line(sealing, {"company": store.company})
        for table, found in copied(store.rings):
            written.tables[table.name] = _table(sealing, table, found)
            written.rows += written.tables[table.name]["rows"]

    return _written(store, file, "keys", fill)


def _written(
    store: Store, file: Path, kind: str, fill: Callable[[Sealing, Written], None]
) -> Written:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    written = Written()
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            since = store.clock.lease()  # what is done after this may be missing
            about = {"kind": kind, "tables": HEAD, "made": since.isoformat()}
            sealing = Sealing(out, store.seal.key, store.clock.random, about)
            fill(sealing, written)
            _line(sealing, {"end": written.tables})
            sealing.close()
            out.flush()
            os.fsync(out.fileno())
            written.size = out.tell()
        fault_point("a backup is whole")
        draft.replace(file)
        _settle(file.parent)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _head(sealing: Sealing, store: Store, tx: Transaction) -> None:
    last = tx.restores.newest()
    _line(sealing, {"company": store.company, "newest": last, "founded": tx.restores.founded()})


def _table(sealing: Sealing, table: Any, found: Iterable[tuple[bytes, int]]) -> dict[str, Any]:
    _line(sealing, {"table": table.name, "shape": shape(table)})
    digest, rows = hashlib.sha256(), 0
    for part, count in found:
        sealing.write(part)
        digest.update(part)
        rows += count
    fault_point("a table is in the backup")
    return {"rows": rows, "sha256": digest.hexdigest()}


def _line(sealing: Sealing, told: dict[str, Any]) -> None:
    sealing.write(json.dumps(told, separators=(",", ":")).encode() + b"\n")


def _settle(folder: Path) -> None:
    """The new name is on the disk too; some file systems cannot say so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
