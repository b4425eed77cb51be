"""A new database for every story: in memory, or a lent one on a real PostgreSQL.

On PostgreSQL a database is made from a template once and emptied after each story: making and
dropping one costs the disk more than most stories do.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Literal

import sqlalchemy as sa

from bot.store import keystore
from bot.store.connecting import connect, create, in_memory
from bot.store.schema import meta
from tests import postgres

Kind = Literal["sqlite", "postgresql"]
TEMPLATE = "duly_template"

BUSY = (
    "SELECT FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND state <> 'idle'"
)
SHAPE = """SELECT
    (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'),
    (SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'),
    (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public')"""
# What the tables refuse (to change evidence) they refuse to everybody but a replica.
EMPTY = (
    "SET LOCAL lock_timeout = '5s'",
    "SET LOCAL session_replication_role = replica",
    "DO $$ BEGIN "
    + " ".join(
        f"IF EXISTS (SELECT FROM {table}) THEN DELETE FROM {table}; END IF;"
        for table in meta.tables
    )
    + " END $$",
)

_numbers = count(1)
_made: set[str] = set()
_idle: list[tuple[str, sa.Engine]] = []


@contextmanager
def database(kind: str) -> Iterator[sa.Engine]:
    """Skips, or fails where the tests are strict, when there is no PostgreSQL."""
    if kind == "sqlite":
        db = in_memory()
        yield db
        db.dispose()
        return
    name, db = _idle.pop() if _idle else _new()
    clean, shape = False, _shape(db)
    keystore.join(db, keystore.memory())
    try:
        yield db
        clean = _emptied(db) and _shape(db) == shape  # some stories break what guards the tables
    finally:
        if clean:
            _idle.append((name, db))
        else:
            db.dispose()
            postgres.server().drop(name)


def _new() -> tuple[str, sa.Engine]:
    server, name = postgres.server(), f"fresh_{os.getpid()}_{next(_numbers)}"
    _template(server)
    server.create_from_template(name, TEMPLATE)
    return name, connect(server.url(name))


def _shape(db: sa.Engine) -> tuple[int, ...]:
    with db.connect() as conn:
        return tuple(conn.exec_driver_sql(SHAPE).one())


def _emptied(db: sa.Engine) -> bool:
    """False where that is not allowed, or somebody still holds on to it."""
    try:
        with db.begin() as conn:
            if conn.exec_driver_sql(BUSY).all():
                return False
            for statement in EMPTY:
                conn.exec_driver_sql(statement)
    except sa.exc.DBAPIError:
        return False
    return True


def _template(server: postgres.Server) -> None:
    """Every table at its newest, made once a process."""
    if TEMPLATE in _made:
        return
    server.drop(TEMPLATE)
    server.create(TEMPLATE)
    db = connect(server.url(TEMPLATE))
    create(db)
    db.dispose()
    _made.add(TEMPLATE)
