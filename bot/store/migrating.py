"""Brings a database to the newest tables: by itself on SQLite, by `duly migrate` on PostgreSQL."""

from pathlib import Path

import sqlalchemy as sa

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0013"


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
    from alembic import command  # noqa: PLC0415  (a third of a second that most starts can save)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with db.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    return True
