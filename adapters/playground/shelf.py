"""The platform's own small database: one file, one connection, every commit on the disk.

Bodies lie in it sealed; names of places, accounts, times and emoji do not.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from bot.clock import fault_point
from bot.seal import Seal

SCHEMA = """
create table if not exists lines (
    id text primary key, n integer not null, place text not null, thread text,
    author text not null, at text not null, only_for text, quotes text, key text,
    body blob not null, edited integer not null default 0, gone integer not null default 0);
create index if not exists lines_of_a_place on lines (place, n);
create index if not exists lines_of_a_thread on lines (thread) where thread is not null;
create table if not exists reactions (
    line text not null, emoji text not null, account text not null,
    primary key (line, emoji, account)) without rowid;
create table if not exists changes (
    n integer primary key autoincrement, kind text not null, line text,
    place text not null, only_for text);
create table if not exists delivered (key text primary key, line text) without rowid;
create table if not exists uploads (
    file text not null, account text not null, line text not null,
    primary key (file, account)) without rowid;
create table if not exists homes (account text primary key, body blob not null) without rowid;
create table if not exists seen (
    account text not null, place text not null, n integer not null,
    primary key (account, place)) without rowid;
create table if not exists deliveries (
    number integer primary key autoincrement, id text not null unique, at text not null,
    message text not null, body blob, settled integer not null default 0);
create index if not exists deliveries_owed on deliveries (number) where settled = 0;
create table if not exists settings (name text primary key, value text not null) without rowid;
"""

Row = Sequence[Any]


class Shelf:
    """Usable from any thread; writers wait for each other."""

    def __init__(self, file: Path | None, seal: Seal) -> None:
        self.seal = seal
        self._turn = RLock()
        self._db = sqlite3.connect(
            file or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(SCHEMA)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is on the disk afterwards, or none."""
        with self._turn:
            self._db.execute("begin immediate")
            try:
                yield
                fault_point("playground.commit")
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise
        fault_point("playground.committed")

    def run(self, sql: str, *values: object) -> int:
        """Returns the number of the last row added."""
        fault_point("playground.run")
        with self._turn:
            return self._db.execute(sql, values).lastrowid or 0

    def rows(self, sql: str, *values: object) -> list[Row]:
        with self._turn:
            return self._db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Row | None:
        return next(iter(self.rows(sql, *values)), None)

    def setting(self, name: str) -> str | None:
        row = self.one("select value from settings where name = ?", name)
        return None if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        self.run("insert or replace into settings values (?, ?)", name, value)

    def close(self) -> None:
        with self._turn:
            self._db.close()


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values."""
    return ", ".join("?" * len(values))
