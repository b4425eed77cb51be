"""Brings a database to the newest tables: by itself on SQLite, by `duly migrate` on PostgreSQL."""

from pathlib import Path

import sqlalchemy as sa

from bot.store.schema import meta
from bot.store.schema_search import prepare
from bot.store.triggers import install

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0028"
FLOOR = "0027"  # a Duly of that HEAD, or of a later one, can go on with the tables of now
FLOORS = "duly_floor"  # the table, beside alembic_version, in which that is written down
TURN = 0x44_55_4C_60  # of whoever changes the tables (PostgreSQL)
PATIENCE, TRIES = 3, 20  # seconds to wait for a table that is in use, and how often that is tried
IN_USE = "55P03"  # PostgreSQL: a lock was not to be had in time


def version(db: sa.Engine) -> str | None:
    """Which tables a database has; None: none yet."""
    with db.connect().execution_options(duly_reads=True) as conn:
        if not sa.inspect(conn).has_table("alembic_version"):
            return None
        found = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(found) if found else None


class Busy(Exception):
    """Somebody has used a table for longer than we wait."""


def upgrade(db: sa.Engine) -> bool:
    """To HEAD; False where it is there already, or further. Others may be at work meanwhile.

    Raises Busy.
    """
    found = version(db)
    if found == HEAD or (found is not None and not is_known(found)):
        return False
    for _ in range(TRIES):
        try:
            with db.begin() as conn:
                _alone(conn)
                _climb(conn, HEAD)
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != IN_USE:
                raise
        else:
            return True
    raise Busy


def _alone(conn: sa.Connection) -> None:
    """Who waits for a table holds up all who come after: so not for long."""
    if conn.dialect.name != "sqlite":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        conn.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")


def suits(db: sa.Engine) -> bool:
    """Whether this Duly can work with the tables of a database: its own, or newer ones that say so.

    Raises sqlalchemy.exc.DBAPIError.
    """
    found = version(db)
    if found == HEAD:
        return True
    if found is None or is_known(found):
        return False
    lowest = floor(db)
    return lowest is not None and lowest <= HEAD


def floor(db: sa.Engine) -> str | None:
    """The HEAD that a Duly must have at least to work with the tables; None: they do not say."""
    with db.connect().execution_options(duly_reads=True) as conn:
        return _floor(conn)


def _floor(conn: sa.Connection) -> str | None:
    if not sa.inspect(conn).has_table(FLOORS):
        return None
    found = conn.exec_driver_sql(f"SELECT floor FROM {FLOORS}").scalar()
    return str(found) if found else None


def outgrown(conn: sa.Connection) -> bool:
    """Since we began, the tables have become those of a newer Duly, and not for ours."""
    lowest = _floor(conn)
    return lowest is not None and lowest > HEAD


def _note_floor(conn: sa.Connection) -> None:
    conn.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {FLOORS} (floor VARCHAR(32) NOT NULL)")
    conn.exec_driver_sql(f"DELETE FROM {FLOORS}")
    conn.exec_driver_sql(f"INSERT INTO {FLOORS} VALUES ('{FLOOR}')")


def bring(conn: sa.Connection, to: str) -> None:
    """The tables, from whichever they are, to those of a version; committed with the rest."""
    found = sa.inspect(conn).has_table("alembic_version")
    if found and conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == to:
        return
    if not found and to == HEAD:
        _found(conn)
    else:
        _climb(conn, to)


def _climb(conn: sa.Connection, to: str) -> None:
    from alembic import command  # noqa: PLC0415  (a third of a second that most starts can save)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = conn
    command.upgrade(config, to)
    if to == HEAD:
        _note_floor(conn)


def _found(conn: sa.Connection) -> None:
    """The newest at once, where there are none: the steps of history take seconds."""
    meta.create_all(conn)
    prepare(conn)
    install(conn)
    conn.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
    )
    conn.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")
    _note_floor(conn)


def is_known(version: str) -> bool:
    """A newer Duly has tables that we know nothing of."""
    return any(file.name.startswith(f"{version}_") for file in (FOLDER / "versions").glob("*.py"))
