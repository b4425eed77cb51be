"""Where a database's keys lie: never in the database itself. Policy 3.3.3.

SQLite: a file beside it (`duly-keys.db`); in memory: another memory; otherwise what DULY_KEYS_URL
names, which every process must reach.
"""

import functools
import os
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from bot.clock import Clock, fault_point
from bot.seal import Seal
from bot.store.connecting import heard, refuse_mistaken
from bot.store.rings import KeysAway, Rings, meta

PRAGMAS = (
    "journal_mode=DELETE",  # no log in which a destroyed key would lie on
    "synchronous=EXTRA",  # on disk before anything that is wrapped under it
    "secure_delete=ON",  # a destroyed key is overwritten
    "busy_timeout=30000",  # ms
)
_joined: "WeakKeyDictionary[sa.Engine, sa.Engine]" = WeakKeyDictionary()
_turn = Lock()


class SamePlace(ValueError):
    """Keys must not lie beside what they open."""


def join(db: sa.Engine, keys: sa.Engine) -> None:
    """From now on the keys of `db` lie in `keys`. Raises SamePlace where that is one database."""
    if sa.inspect(keys).has_table("records"):
        raise SamePlace
    meta.create_all(keys)
    fault_point("a store of keys was made")
    _joined[db] = keys


def rings_of(db: sa.Engine, company: str, seal: Seal, clock: Clock) -> Rings:
    """Looked for when the first key is asked for."""
    return Rings(lambda: _keys_of(db), company, seal, clock)


def _keys_of(db: sa.Engine) -> sa.Engine:
    """Raises KeysAway where nobody has said where its keys lie, and it is no SQLite."""
    with _turn:
        if db not in _joined:
            if db.dialect.name != "sqlite":
                raise KeysAway("nobody has said where the keys of this database lie")
            file = db.url.database
            if file and file != ":memory:":
                join(db, connect_keys(f"sqlite:///{beside(Path(file))}"))
            else:
                _joined[db] = memory()
        return _joined[db]


def beside(file: Path) -> Path:
    return file.with_name(f"{file.stem}-keys.db")


def connect_keys(url: str) -> sa.Engine:
    """An engine for `url`; no connection is kept, as keys are seldom asked for."""
    if not url.startswith("sqlite"):
        _, _, rest = url.partition("://")
        options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 1, "max_overflow": 4}
        address = f"postgresql+psycopg://{rest}"
        refuse_mistaken(address)
        made = sa.make_url(address)
        return sa.create_engine(made, hide_parameters=True, connect_args=heard(made), **options)
    file = sa.make_url(url).database
    if file:
        os.close(os.open(file, os.O_CREAT, 0o600))  # readable by its owner alone
    arguments = {"check_same_thread": False, "isolation_level": None}
    db = sa.create_engine(
        url, hide_parameters=True, connect_args=arguments, poolclass=sa.pool.NullPool
    )
    sa.event.listen(db, "connect", _prepare)
    sa.event.listen(db, "begin", _begin)
    return db


def memory() -> sa.Engine:
    """Keys that are gone with the process. What was learnt of how statements read is shared."""
    pattern, compiled, _ = _pattern()
    db = sa.Engine(
        pattern.pool.recreate(),
        pattern.dialect,
        pattern.url,
        hide_parameters=True,
        execution_options={"compiled_cache": compiled},
    )
    sa.event.listen(db, "connect", _fill)
    sa.event.listen(db, "begin", _begin)
    return db


@functools.cache
def _pattern() -> tuple[sa.Engine, dict[Any, Any], tuple[str, ...]]:
    """Of memories: an engine, the statements compiled so far, and how the tables are made."""
    arguments = {"check_same_thread": False, "isolation_level": None}
    db = sa.create_engine("sqlite://", connect_args=arguments, poolclass=sa.StaticPool)
    made = (str(sa.schema.CreateTable(each).compile(db)) for each in meta.sorted_tables)
    return db, {}, tuple(made)


def _fill(connection: Any, record: Any) -> None:  # noqa: ARG001
    for statement in _pattern()[2]:
        connection.execute(statement)


def _prepare(connection: Any, record: Any) -> None:  # noqa: ARG001
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(conn: sa.Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")
