"""A company with a past in a real file, and its store as it is after a restore elsewhere."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.backup.reading import Backup
from bot.backup.restoring import Restoring
from bot.backup.writing import write
from bot.clock import Clock
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.copying import tables
from bot.store.migrating import HEAD, bring
from tests.desk import Desk

KEY = bytes(32)


def on_file(folder: Path) -> sa.Engine:
    folder.mkdir(exist_ok=True)
    db = connect(sqlite_url(folder))
    with db.begin() as conn:
        bring(conn, HEAD)
    return db


def busy(desk: Desk) -> None:
    """A bit of everything that the tables hold."""
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.posts("bob", "@ann tomorrow by noon")
    desk.says("ann", "request notice Closed on Friday")
    desk.says("sam", "approve 3")
    desk.says("wei", "away 2026-03-09..2026-03-10 @bob")
    desk.says("mei", "settings digest 10:00")
    desk.says("ann", "meeting Budget @bob Thu 14:00 for 45m")


def backed_up(desk: Desk, file: Path) -> Path:
    write(desk.store, file)
    return file


def restoring(file: Path, clock: Clock, *, key: bytes = KEY, company: str = "acme") -> Restoring:
    return Restoring(Backup(io.BytesIO(file.read_bytes()), key), company, clock)


def store_in(folder: Path, clock: Clock) -> Store:
    """Without the keys of what is kept: they lie apart."""
    return Store(connect(sqlite_url(folder)), "acme", Seal(KEY, clock.random), clock)


def keys_of(store: Store) -> sa.Engine:
    return store.rings._find()


def content(db: sa.Engine, but: Callable[[str], bool] = lambda table: False) -> dict[str, Any]:
    """Every row of every table, as the database has it."""
    with db.connect().execution_options(duly_reads=True) as conn:
        return {
            each.name: sorted(map(repr, conn.exec_driver_sql(f"SELECT * FROM {each.name}")))
            for each in tables()
            if not but(each.name)
        }
