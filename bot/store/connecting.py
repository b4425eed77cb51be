"""Opens the database: one SQLite file (the default), or PostgreSQL."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.clock import fault_point
from bot.store.schema import meta
from bot.store.schema_search import prepare
from bot.store.triggers import install

MEMORY = "sqlite://"
POOL = 16  # connections
CACHE, LEAFING = 32_000, 4_000  # kB of pages
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # what is committed survives a power cut as far as the disk tells the truth
    "foreign_keys=ON",
    "busy_timeout=30000",  # ms
    f"cache_size=-{CACHE}",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",  # bytes
)
HEARD = {  # seconds after which we notice that the server is gone
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
LETS_GO = {  # after which the server undoes what we hold: who froze or is gone blocks nobody
    "idle_in_transaction_session_timeout": 60_000,  # ms
    "tcp_keepalives_idle": 30,  # s
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}


def connect(url: str, pool: int = POOL) -> sa.Engine:
    """An engine for `url`, its tables not yet looked at. Raises ValueError, or SQLAlchemy's.

    `pool`: connections to PostgreSQL at most; half of them are kept open.
    """
    if not url.startswith("sqlite"):
        return _postgresql(url, pool)
    options: dict[str, Any] = {
        "connect_args": {"check_same_thread": False, "isolation_level": None}
    }
    if url == MEMORY:
        options["poolclass"] = sa.StaticPool
    db = sa.create_engine(url, hide_parameters=True, **options)
    sa.event.listen(db, "connect", _prepare)
    sa.event.listen(db, "begin", _begin)
    return db


def in_memory() -> sa.Engine:
    """A whole store that is gone when it is closed; for tests and for replaying transcripts.

    Each is a copy of one that is made once a process, and all share what was learnt of how their
    statements read: making the tables and compiling the statements takes longer than most uses.
    """
    pattern, compiled = _pattern()
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


def create(db: sa.Engine) -> None:
    """Every table at its newest, without the steps of history between."""
    with db.begin() as conn:
        meta.create_all(conn)
        prepare(conn)
        install(conn)
        fault_point("the tables are made")


@contextmanager
def leafing(conn: sa.Connection) -> Iterator[None]:
    """Whole tables go by, each once: to keep their pages would help nothing and fill memory."""
    if conn.dialect.name != "sqlite":
        yield
        return
    conn.exec_driver_sql(f"PRAGMA cache_size=-{LEAFING}")
    try:
        yield
    finally:
        conn.exec_driver_sql(f"PRAGMA cache_size=-{CACHE}")


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'duly.db'}"


@functools.cache
def _pattern() -> tuple[sa.Engine, dict[Any, Any]]:
    """Every table, without a row, and the statements compiled so far."""
    db = connect(MEMORY)
    create(db)
    return db, {}


def _fill(connection: Any, record: Any) -> None:  # noqa: ARG001
    with _pattern()[0].connect() as pattern:
        pattern.connection.driver_connection.backup(connection)  # type: ignore[union-attr]


def _postgresql(url: str, pool: int) -> sa.Engine:
    plain = url.replace("postgres://", "postgresql://", 1)
    for name in ("postgresql://", "postgresql+psycopg://"):
        if plain.startswith(name):
            plain = "postgresql+psycopg://" + plain[len(name) :]
    refuse_mistaken(plain)
    made = sa.make_url(plain)
    kept = max(1, pool // 2)
    size = {"pool_size": kept, "max_overflow": pool - kept, "pool_pre_ping": True}
    db = sa.create_engine(made, hide_parameters=True, connect_args=heard(made), **size)
    sa.event.listen(db, "connect", _settle)
    return db


def heard(url: sa.URL) -> dict[str, int]:
    """What of `HEARD` the URL does not say otherwise."""
    return {name: value for name, value in HEARD.items() if name not in url.query}


def _settle(connection: Any, record: Any) -> None:  # noqa: ARG001
    """Said to the server, not in the URL: what stands between may not know of it."""
    before, connection.autocommit = connection.autocommit, True
    for name, value in LETS_GO.items():
        connection.execute(f"SET {name} = {value}")
    connection.autocommit = before


def refuse_mistaken(url: str) -> None:
    """An @ that stands in the password as it is makes the rest of it a host, which errors name.

    Raises ValueError.
    """
    if "@" in (sa.make_url(url).host or ""):
        raise ValueError("part of the password is taken for the host")


def _prepare(connection: Any, record: Any) -> None:  # noqa: ARG001
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(conn: sa.Connection) -> None:
    """A transaction that may write says so at once: one that finds out later fails when busy."""
    reads = conn.get_execution_options().get("duly_reads")
    conn.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
