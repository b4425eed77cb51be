"""Counts records by their class in passing: to group them, SQLite would sort them all in memory."""

import sqlalchemy as sa

from bot.store.rows import Rows, Where
from bot.store.schema import records

ALL = sa.true()


def by_class(rows: Rows, *where: Where, marked: Where = ALL) -> dict[str, tuple[int, int]]:
    """How many of those records there are of each class, and of how many `marked` is true."""
    name = records.c.class_name
    ours = records.c.company == rows.company, *where
    names = rows.conn.execute(sa.select(name).where(*ours).distinct()).scalars().all()
    if not names:
        return {}
    sums = [_sum(name == one, also) for one in names for also in (ALL, marked)]
    counts = rows.conn.execute(sa.select(*sums).where(*ours)).one()
    return dict(zip(names, zip(counts[::2], counts[1::2], strict=True), strict=True))


def _sum(*where: Where) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((sa.and_(*where), 1), else_=0))
