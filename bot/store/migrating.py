"""Brings a database to the newest tables: by itself on SQLite, by `duly migrate` on PostgreSQL."""

from pathlib import Path

import sqlalchemy as sa

from bot.clock import fault_point
from bot.store.schema import meta
from bot.store.schema_search import prepare
from bot.store.triggers import install

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0027"


def version(db: sa.Engine) -> str | None:
    """Which tables a database has; None: none yet."""
    with db.connect().execution_options(duly_reads=True) as conn:
        if not sa.inspect(conn).has_table("alembic_version"):
            return None
        found = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(found) if found else None


def upgrade(db: sa.Engine) -> bool:
    """To HEAD; False where it is there already."""
    if version(db) == HEAD:
        return False
    with db.begin() as conn:
        _climb(conn, HEAD)
        fault_point("the tables are to be at their newest")
    fault_point("the tables are at their newest")
    return True


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


def _found(conn: sa.Connection) -> None:
    """The newest at once, where there are none: the steps of history take seconds."""
    meta.create_all(conn)
    prepare(conn)
    install(conn)
    conn.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
    )
    conn.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")


def is_known(version: str) -> bool:
    """A newer Duly has tables that we know nothing of."""
    return any(file.name.startswith(f"{version}_") for file in (FOLDER / "versions").glob("*.py"))
