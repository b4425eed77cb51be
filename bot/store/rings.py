"""The keys that open what is kept: one for each class and month, apart from all they open.

Policy 3.3.1 (kept by class), 3.3.3 (safe and confidential).
A ring is 32 bytes of chance, wrapped under the company's key in a database of its own: neither
that database nor the other reads anything alone. To destroy a ring is to destroy everything that
is wrapped under it, in every copy and backup there is of the main database.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, LargeBinary, String, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.clock import Clock, fault_point
from bot.seal import KEY, InvalidTag, Seal
from bot.store.schema import Moment

MAIN = "main"  # under the company's key itself: what was kept before there were rings
HOLD = "hold/"  # what a legal hold keeps is wrapped under the hold's own ring
REMEMBERED = timedelta(minutes=1)  # lease time: as long may a process use a ring it has read
SETTLED = timedelta(minutes=5)  # lease time between a ring's closing and its end
NAME = re.compile(r"(\w+)(!?)/(\d{4}-\d\d)(?:\+(\d+))?")

meta = sa.MetaData()
rings = Table(
    "rings",
    meta,
    Column("company", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("wrapped", LargeBinary),  # None: destroyed, and never to be made again
    Column("made_at", Moment, nullable=False),  # lease time, as all of these
    Column("closed_at", Moment),  # nothing more is wrapped under it
    Column("destroyed_at", Moment),
)
stores = Table(
    "key_stores",  # by which a database knows that these are its keys
    meta,
    Column("company", String, primary_key=True),
    Column("id", String, nullable=False),
    Column("proof", LargeBinary, nullable=False),  # the id, sealed: is the company's key the same
)


class Destroyed(LookupError):
    """What was wrapped under this ring is gone for good, as it was meant to be."""


class Lost(LookupError):
    """There should be such a ring: another key store, or an older copy of it, is in its place."""


class KeysAway(Exception):
    """The key store cannot be reached; the same again will do once it can."""


@dataclass(frozen=True, slots=True)
class Ring:
    """What a ring's name says. `month`: 2026-11, in UTC; `part`: counted from 1."""

    class_name: str
    important: bool
    month: str
    part: int = 1

    @classmethod
    def of(cls, class_name: str, at: datetime, *, important: bool = False) -> "Ring":
        at = at.astimezone(UTC)
        return cls(class_name, important, f"{at.year:04d}-{at.month:02d}")

    @property
    def name(self) -> str:
        more = f"+{self.part}" if self.part > 1 else ""
        return f"{self.class_name}{'!' * self.important}/{self.month}{more}"


@dataclass(frozen=True, slots=True)
class Known:
    name: str
    made_at: datetime
    closed_at: datetime | None
    destroyed_at: datetime | None


def parse(name: str) -> Ring | None:
    """None: it is not the ring of a class and month."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    return Ring(found[1], bool(found[2]), found[3], int(found[4] or 1))


class Rings:
    """One company's. What was read of them is forgotten after a minute: others may destroy them."""

    def __init__(
        self, find: Callable[[], sa.Engine], company: str, seal: Seal, clock: Clock
    ) -> None:
        self._find, self.company, self._master, self._clock = find, company, seal, clock
        self._turn, self._until = Lock(), clock.lease()
        self._read: dict[str, Seal | None] = {}  # None: destroyed
        self._writes: dict[Ring, tuple[str, Seal]] = {}

    def seal(self, name: str) -> Seal:
        """To open what is wrapped under a ring. Raises Destroyed, Lost or KeysAway."""
        if name == MAIN:
            return self._master
        self._age()
        if name not in self._read:
            with self._begun() as conn:
                row = self._row(conn, name)
            if row is None:
                raise Lost(name)
            self._read[name] = self._open(row) if row.wrapped is not None else None
        found = self._read[name]
        if found is None:
            raise Destroyed(name)
        return found

    def writing(self, ring: Ring) -> tuple[str, Seal]:
        """To wrap something under it: made, and on disk, at its first use.

        Where it was closed already, what comes late has another of its own: `work/2026-11+2`.
        """
        self._age()
        found = self._writes.get(ring)
        if found is None:
            found = self._writes[ring] = self._next(ring)
        return found

    def named(self, name: str) -> Seal:
        """Made where there is none. Raises Destroyed where it was."""
        with self._begun() as conn:
            row = self._made(conn, name)
        return self._open(row)

    def close(self, name: str) -> None:
        """From now on nothing is wrapped under it; what is can still be read, or wrapped anew."""
        mine = rings.c.company == self.company, rings.c.name == name
        once = rings.update().where(*mine, rings.c.closed_at.is_(None))
        with self._begun() as conn:
            conn.execute(once.values(closed_at=self._clock.lease()))
        self._forget()

    def destroy(self, name: str) -> None:
        """For good: only its name stays.

        Raises ValueError where it was not closed five minutes before: until then another process
        may wrap something under it.
        """
        lease = self._clock.lease()
        mine = rings.c.company == self.company, rings.c.name == name
        settled = rings.c.closed_at <= lease - SETTLED, rings.c.wrapped.is_not(None)
        with self._begun() as conn:
            gone = rings.update().where(*mine, *settled).values(wrapped=None, destroyed_at=lease)
            if not conn.execute(gone).rowcount:
                row = self._row(conn, name)
                if row is None or row.wrapped is not None:
                    raise ValueError(f"{name} was not closed {SETTLED} ago")
        self._forget()
        fault_point("a ring was destroyed")
        if self._find().dialect.name != "sqlite":  # else the old row stays in its file for a while
            with self._find().connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                conn.exec_driver_sql("VACUUM FULL rings")

    def destroyed_at(self, name: str) -> datetime | None:
        """Lease time; None: it was not."""
        with self._begun() as conn:
            row = self._row(conn, name)
        return row.destroyed_at if row else None

    def known(self) -> list[Known]:
        """Every ring there is or was, by name."""
        with self._begun() as conn:
            ours = sa.select(rings).where(rings.c.company == self.company)
            rows = conn.execute(ours.order_by(rings.c.name)).all()
        return [Known(each.name, each.made_at, each.closed_at, each.destroyed_at) for each in rows]

    def rewrap(self, new: Seal) -> int:
        """Every ring under another company's key; how many there were."""
        with self._begun() as conn:
            ours = sa.select(rings).where(rings.c.company == self.company)
            rows = [row for row in conn.execute(ours).all() if row.wrapped is not None]
            for row in rows:
                wrapped = new.close(self._key(row), *self._slot(row.name))
                mine = rings.c.company == self.company, rings.c.name == row.name
                conn.execute(rings.update().where(*mine).values(wrapped=wrapped))
            if known := self._store(conn):
                proof = new.close(known.id.encode(), *self._slot(known.id))
                mine_too = stores.c.company == self.company
                conn.execute(stores.update().where(mine_too).values(proof=proof))
        self._master = new
        self._forget()
        return len(rows)

    def identity(self, *, make: bool) -> str | None:
        """By which a database knows its key store. Raises InvalidTag where the key is another."""
        with self._begun() as conn:
            found = self._store(conn)
            if found is None:
                if not make:
                    return None
                id = self._clock.new_id()
                proof = self._master.close(id.encode(), *self._slot(id))
                self._put(conn, stores, ["company"], {"id": id, "proof": proof})
                found = self._store(conn)
        assert found is not None
        self._master.open(found.proof, *self._slot(found.id))
        return str(found.id)

    def _next(self, ring: Ring) -> tuple[str, Seal]:
        with self._begun() as conn:
            row = self._made(conn, ring.name)
        if row.closed_at is None:
            return ring.name, self._open(row)
        return self._next(replace(ring, part=ring.part + 1))

    def _made(self, conn: sa.Connection, name: str) -> Any:
        row = self._row(conn, name)
        if row is None:
            key = self._clock.random(KEY)
            wrapped = self._master.close(key, *self._slot(name))
            new = {"name": name, "wrapped": wrapped, "made_at": self._clock.lease()}
            self._put(conn, rings, ["company", "name"], new)
            row = self._row(conn, name)  # ours, or another's who was quicker
        return row

    def _put(self, conn: sa.Connection, table: Table, keys: list[str], new: dict[str, Any]) -> None:
        insert: Callable[[Table], Any] = (
            sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
        )
        unless = insert(table).on_conflict_do_nothing(index_elements=keys)
        conn.execute(unless, {"company": self.company, **new})

    def _row(self, conn: sa.Connection, name: str) -> Any:
        mine = rings.c.company == self.company, rings.c.name == name
        return conn.execute(sa.select(rings).where(*mine)).first()

    def _store(self, conn: sa.Connection) -> Any:
        return conn.execute(sa.select(stores).where(stores.c.company == self.company)).first()

    def _open(self, row: Any) -> Seal:
        return Seal(self._key(row), self._clock.random)

    def _key(self, row: Any) -> bytes:
        if row.wrapped is None:
            raise Destroyed(row.name)
        try:
            return self._master.open(row.wrapped, *self._slot(row.name))
        except InvalidTag:
            raise Lost(row.name) from None

    def _slot(self, name: str) -> tuple[str, str, str]:
        return "rings", f"{self.company}/{name}", "wrapped"

    def _age(self) -> None:
        if not self._until - REMEMBERED <= self._clock.lease() < self._until:
            self._forget()

    def _forget(self) -> None:
        self._read.clear()
        self._writes.clear()
        self._until = self._clock.lease() + REMEMBERED

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        """On disk before anything that is wrapped under it: a transaction of its own."""
        try:
            with self._turn, self._find().begin() as conn:
                yield conn
                fault_point("the keys are to be written")
        except sa.exc.OperationalError as error:
            raise KeysAway(str(error.orig)) from error
        fault_point("the keys were written")
