"""A company's rows, table by table, in a form that no engine has to itself. Policy 3.3.2.

Times are whole numbers, bytes are Base64, the rest is as JSON has it. A table whose `info` says
`rebuilt` is left out: what is in it can be made again of the others.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.evidence import HEADER, START, leaf, link
from bot.store.schema import Moment, heads, meta, records
from bot.store.verifying import Broken
from bot.words import Say, say

AT_ONCE = 500  # rows in one part …
LARGEST = 1 << 20  # … and bytes of theirs, roughly
LARGE = ("pieces",)  # tables whose rows are as large as that each
CHAIN = (*HEADER, "body", "previous", "hash")
TYPES: Mapping[str, Any] = {
    "text": sa.Text(),
    "whole": sa.BigInteger(),
    "bytes": sa.LargeBinary(),
    "yes": sa.Boolean(),
}
Shape = list[list[str]]  # the name of each column, and its type


def tables() -> list[sa.Table]:
    """All that a backup has, in the order in which they are written: heads before records."""
    found = (each for each in meta.tables.values() if not each.info.get("rebuilt"))
    return sorted(found, key=lambda each: each.name)


def shape(table: sa.Table) -> Shape:
    """But for the company, which is the same in all."""
    return [[column.name, _type(column)] for column in table.c if column.name != "company"]


def parts(conn: sa.Connection, table: sa.Table, company: str) -> Iterator[tuple[bytes, int]]:
    """JSON of some rows, and how many; records in the order of their chains."""
    columns = [column for column in table.c if column.name != "company"]
    raw = [sa.type_coerce(each, TYPES[_type(each)]) for each in columns]
    order = [table.c.conversation, table.c.seq] if table is records else list(table.primary_key)
    size = 1 if table.name in LARGE else AT_ONCE
    wanted = sa.select(*raw).where(table.c.company == company).order_by(*order)
    with conn.execute(wanted.execution_options(yield_per=size)) as found:
        for some in found.partitions():
            yield from _packed(some)


def _packed(rows: Sequence[Any]) -> Iterator[tuple[bytes, int]]:
    batch: list[list[Any]] = []
    size = 0
    for row in rows:
        plain = [_text(value) if isinstance(value, bytes) else value for value in row]
        size += sum(len(value) for value in plain if isinstance(value, str))
        batch.append(plain)
        if size > LARGEST:
            yield _json(batch), len(batch)
            batch, size = [], 0
    if batch:
        yield _json(batch), len(batch)


def put(
    conn: sa.Connection, name: str, shape: Shape, rows: Sequence[Sequence[Any]], company: str
) -> None:
    """Into a table as it was when the backup was made."""
    known = [(column, TYPES[kind]) for column, kind in shape]
    table = sa.table(name, sa.column("company"), *(sa.column(*each) for each in known))
    names = ["company", *(column for column, _ in shape)]
    values = [dict(zip(names, (company, *row), strict=True)) for row in bare(shape, rows)]
    if values:
        conn.execute(table.insert(), values)


def bare(shape: Shape, rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """Rows as the database has them."""
    sealed = [place for place, (_, kind) in enumerate(shape) if kind == "bytes"]
    for row in rows:
        plain = list(row)
        for place in sealed:
            if plain[place] is not None:
                plain[place] = base64.b64decode(plain[place])
        yield plain


def counts(conn: sa.Connection, company: str | None) -> dict[str, int]:
    """Rows by table, of a company or of all; only of tables that are there."""
    there = set(sa.inspect(conn).get_table_names())
    found = {}
    for each in (each for each in meta.tables.values() if each.name in there):
        ours = sa.select(sa.func.count()).select_from(sa.table(each.name, sa.column("company")))
        if company is not None:
            ours = ours.where(sa.column("company") == company)
        found[each.name] = int(conn.execute(ours).scalar_one())
    return {name: count for name, count in found.items() if count}


def clear(conn: sa.Connection) -> None:
    """Every table of ours goes, with what guards it."""
    there = set(sa.inspect(conn).get_table_names())
    for name in [*(each for each in meta.tables if each in there), "alembic_version"]:
        conn.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def connected(conn: sa.Connection) -> int:
    """Who else has a line to this database (PostgreSQL)."""
    if conn.dialect.name == "sqlite":
        return 0
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(conn.exec_driver_sql(others).scalar_one())


@dataclass(slots=True)
class Chains:
    """Goes along the chains while their rows pass by: in little room, however many there are."""

    ends: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # what the heads say
    broken: list[Broken] = field(default_factory=list)
    held: int = 0
    _here: str = ""
    _seq: int = 0
    _last: bytes = START

    def see(self, name: str, shape: Shape, rows: Sequence[Sequence[Any]]) -> None:
        columns = [column for column, _ in shape]
        if name == heads.name:
            for row in bare(shape, rows):
                said = dict(zip(columns, row, strict=True))
                self.ends[said["conversation"]] = said["seq"], said["hash"]
        elif name == records.name and {*CHAIN} <= {*columns}:
            for row in bare(shape, rows):
                self._record(dict(zip(columns, row, strict=True)))

    def end(self) -> list[Broken]:
        """What does not hold, and what is missing at the end of a chain or all of one."""
        self._leave()
        for name in self.ends:
            self.broken.append(Broken(name, 1, say("it is missing")))
        return self.broken

    def _record(self, row: Mapping[str, Any]) -> None:
        name = row["conversation"]
        if name != self._here:
            self._leave()
            self._here, self._seq, self._last = name, 0, START
        why = self._why(row)
        if why is not None and not any(each.conversation == name for each in self.broken):
            self.broken.append(Broken(name, self._seq + 1, why))
        self._seq, self._last, self.held = row["seq"], row["hash"], self.held + 1

    def _why(self, row: Mapping[str, Any]) -> Say | None:
        if row["seq"] != self._seq + 1:
            return say("it is missing")
        if row["previous"] != self._last:
            return say("it does not follow the record before it")
        header = tuple(row[name] for name in HEADER)
        if link(self._last, leaf(header, row["body"])) != row["hash"]:
            return say("it was changed")
        return None

    def _leave(self) -> None:
        if not self._here:
            return
        if self.ends.pop(self._here, None) != (self._seq, self._last):
            why = say("the chain does not end where its head says")
            self.broken.append(Broken(self._here, self._seq + 1, why))
        self._here = ""


def _type(column: sa.Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, sa.LargeBinary):
        return "bytes"
    if isinstance(kind, sa.Boolean):
        return "yes"
    if isinstance(kind, sa.String):
        return "text"
    if isinstance(kind, sa.Integer | Moment):
        return "whole"
    raise TypeError(f"{column} is of a kind that no backup can hold")


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _json(rows: list[list[Any]]) -> bytes:
    return json.dumps(rows, separators=(",", ":")).encode("ascii") + b"\n"
