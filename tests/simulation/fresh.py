"""A new database for every story: in memory, or copied on a real PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Literal

import sqlalchemy as sa

from bot.store.connecting import connect, create, in_memory
from tests import postgres

Kind = Literal["sqlite", "postgresql"]
TEMPLATE = "duly_template"

_numbers = count(1)
_made: set[str] = set()


@contextmanager
def database(kind: str) -> Iterator[sa.Engine]:
    """Skips, or fails where the tests are strict, when there is no PostgreSQL."""
    if kind == "sqlite":
        db = in_memory()
        yield db
        db.dispose()
        return
    server, name = postgres.server(), f"fresh_{next(_numbers)}"
    _template(server)
    server.create_from_template(name, TEMPLATE)
    db = connect(server.url(name))
    try:
        yield db
    finally:
        db.dispose()
        server.drop(name)


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
