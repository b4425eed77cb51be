"""Lays a backup into an empty database, and makes its store ready to go on. Policy 3.3.2."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bot.backup.reading import Backup
from bot.clock import Clock, fault_point
from bot.handlers import restored
from bot.seal import Seal
from bot.settings import Unusable
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.copying import clear, connected, counts, put
from bot.store.keycopies import OtherKeys, certified, lay_back
from bot.store.migrating import HEAD, bring

FILE = "duly.db"
DRAFT = "duly.db.restoring"
BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside a database
HURRY = ("journal_mode=MEMORY", "synchronous=OFF", "secure_delete=OFF")  # of a draft

OTHER_COMPANY = (
    "This backup is of the company {theirs}, and {ours} is set here. Set DULY_COMPANY={theirs}, "
    "or restore the right file."
)
FULL = (
    "There is a Duly database in {where} already. Name an empty place with {option}, "
    "or add --replace{kept}."
)
OTHER_KIND = {
    "store": "This is a copy of keys. Restore the backup of the database first, then this.",
    "keys": "This is the backup of a database, and no copy of keys.",
}
OTHER_KEYS = (
    "These are the keys of another database. Restore the copy that was made of this one's, "
    "or move the store of keys that is here away first."
)
CONNECTED = (
    "{count} others are connected to this database. Stop every Duly process, and whoever else is "
    "at it, then restore again."
)
SHARED = (
    "Another company's rows are in this database too. Restore into a database of its own, and set "
    "DULY_DATABASE_URL to it."
)


@dataclass(frozen=True, slots=True)
class Laid:
    rows: int
    first: int  # the first number from now on
    kept: Path | None = None  # what was there before


@dataclass(frozen=True, slots=True)
class Restoring:
    """Raises Unusable, and bot.backup.sealed.Unsound."""

    backup: Backup
    company: str
    clock: Clock
    heard: Callable[[int], object] = lambda rows: None

    def into_folder(self, folder: Path, *, replace: bool) -> Laid:
        """SQLite: made beside, and given its name when it is whole. Nobody may be at work there."""
        self.begin()
        there = folder / FILE
        if there.exists() and not replace:
            kept = ": what is there stays beside it, under another name"
            raise Unusable(FULL.format(where=folder, option="--data DIR", kept=kept))
        draft = folder / DRAFT
        _remove(draft)
        db = connect(sqlite_url(folder).replace(FILE, DRAFT))
        sa.event.listen(db, "connect", _hurry)
        try:
            with db.begin() as conn:
                first = self._lay(conn)
            fault_point("a restored database is whole")
        except BaseException:
            db.dispose()
            _remove(draft)
            raise
        db.dispose()
        _sync(draft)
        kept_as = _set_aside(there)
        fault_point("what was there is set aside")
        draft.replace(there)
        return Laid(self.backup.rows, first, kept_as)

    def into(self, db: sa.Engine, *, replace: bool) -> Laid:
        """PostgreSQL: in one transaction."""
        self.begin()
        with db.begin() as conn:
            if others := connected(conn):
                raise Unusable(CONNECTED.format(count=others))
            full = counts(conn, None)
            if full != counts(conn, self.company):
                raise Unusable(SHARED)
            if full and not replace:
                kept = " to give up what is there"
                raise Unusable(FULL.format(where="that URL", option="--database URL", kept=kept))
            clear(conn)
            first = self._lay(conn)
        fault_point("a database is laid back")
        return Laid(self.backup.rows, first)

    def keys_into(self, store: Store) -> int:
        """Rings that are missing come back; none that was destroyed does. How many came.

        Raises Unusable.
        """
        self.begin("keys")
        told = list(self.backup.parts())  # all of it is sound, or nothing is laid
        with store.reading() as tx:
            gone = certified(tx.rows)
        try:
            return sum(lay_back(store.rings, *each, gone) for each in told if each[2])
        except OtherKeys:
            raise Unusable(OTHER_KEYS) from None

    def begin(self, kind: str = "store") -> None:
        self.backup.look()
        if self.backup.kind != kind:
            raise Unusable(OTHER_KIND[kind])
        if self.backup.company != self.company:
            said = OTHER_COMPANY.format(theirs=self.backup.company, ours=self.company)
            raise Unusable(said)

    def _lay(self, conn: sa.Connection) -> int:
        """The tables of then, the rows, the tables of now; and what was forgotten is noted."""
        bring(conn, self.backup.tables)
        for name, shape, rows in self.backup.parts():
            put(conn, name, shape, rows, self.company)
            self.heard(self.backup.rows)
        bring(conn, HEAD)
        fault_point("the rows are in")
        return self.reconcile(conn)

    def reconcile(self, conn: sa.Connection) -> int:
        store = Store(
            conn.engine, self.company, Seal(self.backup.key, self.clock.random), self.clock
        )
        tx = store.on(conn)
        self.clock.ahead = tx.listeners.ahead()
        assert self.backup.made is not None
        return restored.reconcile(tx, self.backup.made, "restored")


def _hurry(connection: sa.engine.interfaces.DBAPIConnection, record: object) -> None:  # noqa: ARG001
    for pragma in HURRY:
        connection.execute(f"PRAGMA {pragma}")


def _free(file: Path) -> Path:
    """A name that nothing has yet: one that was killed may have begun with the same."""
    names = (file.with_name(f"{file.name}{end}") for end in ("", *(f"-{n}" for n in range(2, 100))))
    return next(each for each in names if not each.exists())


def _remove(file: Path) -> None:
    for end in BESIDE:
        file.with_name(file.name + end).unlink(missing_ok=True)


def _sync(file: Path) -> None:
    with file.open("rb+") as out:
        os.fsync(out.fileno())


def _set_aside(there: Path) -> Path | None:
    """What was there, whole, under another name; it is taken from its own name by the next step."""
    if not there.exists():
        return None
    with suppress(sa.exc.DatabaseError):
        db = connect(f"sqlite:///{there}")
        with db.connect() as conn:  # what lies beside it goes into it
            conn.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        db.dispose()
    kept = _free(there.with_name(f"{FILE}.before-{time.strftime('%Y%m%d-%H%M%S')}"))
    os.link(there, kept)
    for end in BESIDE[1:]:
        there.with_name(there.name + end).unlink(missing_ok=True)
    return kept
