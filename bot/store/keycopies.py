"""A copy of a company's rings, and how it is laid back: what was destroyed stays destroyed.

Policy 3.3.3. Each ring is wrapped under the company's key, in the copy as in the store.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.copying import Shape, bare, parts, put
from bot.store.rings import Rings, rings, stores
from bot.store.rows import Rows
from bot.store.schema_retention import disposal_certificates

TABLES = (stores, rings)


class OtherKeys(ValueError):
    """They are of another database."""


def copied(ours: Rings) -> Iterator[tuple[sa.Table, list[tuple[bytes, int]]]]:
    """Each table, with its rows in parts."""
    with ours._begun() as conn:
        for table in TABLES:
            yield table, list(parts(conn, table, ours.company))


def certified(rows: Rows) -> set[str]:
    """Rings of which the database knows that what they opened was disposed of."""
    return {str(row.ring) for row in rows.all(disposal_certificates)}


def lay_back(
    ours: Rings, name: str, shape: Shape, rows: Sequence[Sequence[Any]], gone: Collection[str]
) -> int:
    """Some rows of one of the tables. How many rings came back. Raises OtherKeys.

    `gone`: those that never do, whatever the copy has.
    """
    columns = [column for column, _ in shape]
    if name == rings.name:
        place = columns.index("name")
        rows = [row for row in rows if row[place] not in gone]
    told = [dict(zip(columns, row, strict=True)) for row in bare(shape, rows)]
    with ours._begun() as conn:
        known = {row[0]: row[1] for row in conn.execute(_known(name, ours.company))}
        if name == stores.name and known and any(each["id"] not in known for each in told):
            raise OtherKeys
        key = "id" if name == stores.name else "name"
        new = [row for row, each in zip(rows, told, strict=True) if each[key] not in known]
        put(conn, name, shape, new, ours.company)
        if name == rings.name:
            _end(conn, ours.company, told, known)
    ours._forget()
    fresh = [each for each in told if each.get("name") not in known and each.get("wrapped")]
    return len(fresh)


def destroyed(ours: Rings) -> int:
    """How many rings there were, and are no more."""
    return sum(each.destroyed_at is not None for each in ours.known())


def _known(name: str, company: str) -> sa.Select[Any]:
    if name == stores.name:
        return sa.select(stores.c.id, stores.c.id).where(stores.c.company == company)
    return sa.select(rings.c.name, rings.c.wrapped).where(rings.c.company == company)


def _end(conn: sa.Connection, company: str, told: list[dict[str, Any]], known: Any) -> None:
    """What the copy knows to be destroyed is destroyed here too: this store was older."""
    raw = sa.table(rings.name, *map(sa.column, ("company", "name", "wrapped", "destroyed_at")))
    for each in told:
        if each["wrapped"] is None and known.get(each["name"]) is not None:
            mine = raw.c.company == company, raw.c.name == each["name"]
            ended = {"wrapped": None, "destroyed_at": each["destroyed_at"]}
            conn.execute(raw.update().where(*mine).values(**ended))
