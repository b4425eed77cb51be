"""One company's rows in one transaction: no query can forget the company, no body the seal."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import operators

from bot.clock import Clock
from bot.seal import Seal
from bot.store.codec import pack, unpack
from bot.store.origin import Origin
from bot.store.rings import Rings

Where = sa.ColumnElement[bool]
SKEW = timedelta(minutes=1)  # by which clocks may differ
TAKEN = "23505"  # PostgreSQL: another row has that key
AGAIN = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock
AWAY = ("08", "53", "57", "58")  # PostgreSQL: connection, resources, operator, system
STUCK = (  # SQLite: a disk that is full or fails, a file that is locked or cannot be opened
    *("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_NOMEM"),
    *("SQLITE_CANTOPEN", "SQLITE_READONLY"),
)


US, MOST = "our_company", "at_most"  # parameters; no column is called so


@cache
def _ours(table: sa.Table) -> sa.Select[Any]:
    """What every statement about a table begins with: made once, for making it takes longest."""
    return sa.select(table).where(table.c.company == sa.bindparam(US))


# to SQLite `+column` is no column any more: no index is walked through for its order
LAST: operators.custom_op[Any] = operators.custom_op("+")


@cache
def _sorted(*columns: sa.Column[Any]) -> tuple[sa.ColumnElement[Any], ...]:
    """By these, once they are found.

    SQLite, which knows nothing of how many there are, would rather walk through a whole table in
    its order than sort the few that are wanted.
    """
    return tuple(sa.UnaryExpression(each, operator=LAST) for each in columns)


@cache
def _first(table: sa.Table) -> sa.Select[Any]:
    return _ours(table).limit(1)


@cache
def _changed(table: sa.Table) -> sa.Update:
    return table.update().where(table.c.company == sa.bindparam(US))


@cache
def _same(
    table: sa.Table, where: tuple[Where, ...], order: tuple[sa.Column[Any], ...], *, lock: bool
) -> sa.Select[Any]:
    ours = _ours(table).where(*where).order_by(*order).limit(sa.bindparam(MOST))
    return ours.with_for_update(skip_locked=True) if lock else ours


@cache
def _added(table: sa.Table) -> sa.Insert:
    return table.insert()


@cache
def _one_changed(table: sa.Table, where: tuple[Where, ...], columns: tuple[str, ...]) -> sa.Update:
    """`where` without values: the same conditions each time."""
    return _each_changed(table, ("id",), columns).where(*where)


@cache
def _each_changed(table: sa.Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> sa.Update:
    ours = _changed(table).where(*(table.c[key] == sa.bindparam(f"its_{key}") for key in keys))
    return ours.values({name: sa.bindparam(f"new_{name}") for name in columns})


def still(end: sa.Column[datetime], now: datetime, span: timedelta) -> tuple[Where, ...]:
    """It has not ended, and was not made by a clock that was ahead: it would last longer."""
    return end > now, end <= now + span + SKEW


def storable(text: str) -> str:
    """As it is or, where a database cannot hold it (NUL, half a character), a hash of it."""
    if text.isprintable():
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Rows:
    conn: sa.Connection
    company: str
    seal: Seal
    clock: Clock
    rings: Rings
    own: dict[str, Seal | None] = field(default_factory=dict)  # bot.store.keeping's
    origin: Origin = field(default_factory=Origin)

    @property
    def _us(self) -> dict[str, str]:
        return {US: self.company}

    @property
    def shared(self) -> bool:
        """Several processes may write at once (PostgreSQL); on SQLite there is one writer."""
        return self.conn.dialect.name != "sqlite"

    def all(
        self,
        table: sa.Table,
        *where: Where,
        order: Sequence[sa.ColumnElement[Any]] = (),
        limit: int | None = None,
        to_change: bool = False,
    ) -> Sequence[Any]:
        """In the order of their keys, which is the order of time, unless another is named.

        `to_change`: nobody else changes them before we commit.
        """
        keys = tuple(table.primary_key)
        ours = _ours(table).where(*where).limit(limit)
        ours = ours.order_by(*(order or (self.found(*keys) if where and limit is None else keys)))
        if to_change and self.shared and not self.only_reads:
            ours = ours.with_for_update()
        return self.conn.execute(ours, self._us).all()

    def found(self, *columns: sa.Column[Any]) -> tuple[sa.ColumnElement[Any], ...]:
        """An order for those that are wanted whole: it does not matter for how they are found."""
        return columns if self.shared else _sorted(*columns)

    @property
    def only_reads(self) -> bool:
        return bool(self.conn.get_execution_options().get("duly_reads"))

    def free(
        self, table: sa.Table, *where: Where, order: Sequence[sa.Column[Any]], limit: int
    ) -> Sequence[Any]:
        """Rows that nobody else holds in a transaction of theirs; ours until we commit."""
        ours = _ours(table).where(*where).order_by(*order).limit(limit)
        if self.shared:
            ours = ours.with_for_update(skip_locked=True)
        return self.conn.execute(ours, self._us).all()

    def same(
        self,
        table: sa.Table,
        where: tuple[Where, ...],
        order: tuple[sa.Column[Any], ...],
        limit: int,
        *,
        free: bool = False,
        **values: Any,
    ) -> Sequence[Any]:
        """By a statement that is made once: `where` is the same each time.

        What differs are `values` of its parameters. `free`: only rows that nobody else holds.
        """
        ours = _same(table, where, order, lock=free and self.shared)
        return self.conn.execute(ours, self._us | {MOST: limit} | values).all()

    def one(self, table: sa.Table, *where: Where) -> Any | None:
        return self.conn.execute(_first(table).where(*where), self._us).first()

    def count(self, table: sa.Table, *where: Where) -> int:
        ours = sa.select(sa.func.count()).select_from(table)
        return int(
            self.conn.execute(ours.where(table.c.company == self.company, *where)).scalar_one()
        )

    def add(self, table: sa.Table, **values: Any) -> None:
        self.conn.execute(_added(table), {"company": self.company, **values})

    def add_all(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self.conn.execute(_added(table), [{"company": self.company, **row} for row in rows])

    def unless_known(self, table: sa.Table, *keys: str) -> Any:
        """An insert that leaves alone what is there already under `keys`; give it the company."""
        known = ["company", *keys]
        if self.shared:
            return postgresql.insert(table).on_conflict_do_nothing(index_elements=known)
        return sqlite.insert(table).on_conflict_do_nothing(index_elements=known)

    def change(self, table: sa.Table, *where: Where, **values: Any) -> int:
        ours = _changed(table).where(*where)
        return self.conn.execute(ours.values(values), self._us).rowcount

    def change_one(self, table: sa.Table, id: str, *where: Where, values: Mapping[str, Any]) -> int:
        """The row of that id, where the rest holds: a statement that is made once."""
        ours = _one_changed(table, where, tuple(values))
        new = {f"new_{name}": value for name, value in values.items()}
        return self.conn.execute(ours, self._us | {"its_id": id} | new).rowcount

    def change_each(
        self, table: sa.Table, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
    ) -> None:
        """Of each the columns by which its row is known, and what changes: alike for all."""
        if not changes:
            return
        keys, columns = (tuple(each) for each in changes[0])
        rows = [
            self._us
            | {f"its_{name}": value for name, value in known.items()}
            | {f"new_{name}": value for name, value in values.items()}
            for known, values in changes
        ]
        self.conn.execute(_each_changed(table, keys, columns), rows)

    def remove(self, table: sa.Table, *where: Where) -> int:
        ours = table.delete().where(table.c.company == self.company, *where)
        return self.conn.execute(ours).rowcount

    def put(self, table: sa.Table, keys: Mapping[str, Any], **values: Any) -> None:
        """Change the row, or add it."""
        found = [table.c[key] == value for key, value in keys.items()]
        changed = self.change(table, *found, **values) if values else self.count(table, *found)
        if changed:
            return
        if not self.shared or {"company", *keys} != {each.name for each in table.primary_key}:
            self.add(table, **keys, **values)
            return
        ours = {"company": self.company, **keys, **values}
        if not self.conn.execute(self.unless_known(table, *keys), ours).rowcount:
            self.change(table, *found, **values)  # somebody was quicker to add it

    def count_up(self, table: sa.Table, name: str, by: int) -> int:
        """The last number of that name, `by` further; held until we commit."""
        one, further = table.c.name == name, table.c.last + by
        if not self.change(table, one, last=further):
            first = {"company": self.company, "name": name, "last": 0}
            self.conn.execute(self.unless_known(table, "name"), first)
            self.change(table, one, last=further)
        row = self.one(table, one)
        assert row is not None
        return int(row.last)

    def new_id(self) -> str:
        """Of what cards are named after: the same again where the same event comes again."""
        return self.origin.id(self.seal.key, self.company) or self.clock.new_id()

    def close(self, column: sa.Column[Any], id: str, value: Any) -> bytes:
        return self.seal.close(pack(value), *self.slot(column, id))

    def open(self, column: sa.Column[Any], id: str, sealed: bytes) -> Any:
        return unpack(self.seal.open(sealed, *self.slot(column, id)))

    def slot(self, column: sa.Column[Any], id: str) -> tuple[str, str, str]:
        return column.table.name, f"{self.company}/{id}", column.name


def gave_way(error: BaseException) -> bool:
    """The database undid it for somebody else's sake, or could not just then: again will do.

    SQLite may undo everything at such an error; going back to a savepoint then is one of its own.
    """
    return _passes(error) or (error.__context__ is not None and gave_way(error.__context__))


def _passes(error: BaseException) -> bool:
    if isinstance(error, sa.exc.PendingRollbackError):  # it went away in the midst of it
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    state = _state(error) or ""
    kind = getattr(error.orig, "sqlite_errorname", "")
    away = error.connection_invalidated or state.startswith(AWAY) or kind.startswith(STUCK)
    return away or state in AGAIN


def overtaken(error: BaseException) -> bool:
    """As above, or somebody else was quicker to add the same."""
    return gave_way(error) or was_taken(error)


def was_taken(error: BaseException) -> bool:
    """Another row has that key already."""
    return _state(error) == TAKEN


def _state(error: BaseException) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
