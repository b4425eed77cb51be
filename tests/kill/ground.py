"""A real database that is laid anew for every company: one SQLite file, or a PostgreSQL database.

The parent of the kills opens it, so that its children inherit what was learnt of how statements
read; no connection is open while it forks.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

import sqlalchemy as sa

from bot.clock import Clock
from bot.policy.periodic import EDITIONS
from bot.seal import Seal
from bot.store import Store, keystore
from bot.store.connecting import POOL, connect, create, sqlite_url
from tests import postgres
from tests.desk import Desk

Kind = Literal["sqlite", "postgresql"]
COMPANY, KEY = "acme", bytes(32)
FOUNDED, LIVE = "founded", "live"
# Nobody gets a report unasked: to make those of a month would be most of the time.
POLICY = "[reports]\n" + "".join(f"{edition} = []\n" for edition in EDITIONS)


@dataclass
class Ground:
    folder: Path
    server: postgres.Server | None = None  # None: SQLite
    pool: int = POOL  # connections to PostgreSQL that a process holds at most
    db: sa.Engine = field(init=False)

    def __post_init__(self) -> None:
        for name in (FOUNDED, LIVE):
            (self.folder / name).mkdir()
        self._found()
        self.db = self._engine(LIVE)
        self.renew()
        self._warm()

    def store(self, clock: Clock) -> Store:
        return Store(self.db, COMPANY, Seal(KEY, clock.random), clock)

    def renew(self) -> None:
        """As on the day it was founded; whoever is still connected is cut off."""
        self.db.dispose()
        shutil.rmtree(self.folder / LIVE)
        shutil.copytree(self.folder / FOUNDED, self.folder / LIVE)
        if self.server is not None:
            self.server.drop(LIVE)
            self.server.create_from_template(LIVE, FOUNDED)

    def _found(self) -> None:
        if self.server is not None:
            self.server.create(FOUNDED)
        db = self._engine(FOUNDED)
        create(db)
        Desk(db=db, policy=POLICY, key=KEY, company=COMPANY).close()
        if self.server is None:  # all of it in the one file that is copied
            with db.connect() as conn:
                conn.exec_driver_sql("ROLLBACK")
                conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.dispose()

    def _warm(self) -> None:
        """What every process learns of statements, zones and words is learnt once, before."""
        desk = Desk(Random(1), db=self.db, policy=POLICY, key=KEY, company=f"{COMPANY}-before")
        desk.posts("ann", "@bob when is the sample ready?")
        desk.says("bob", "mine")
        desk.says("ann", "request notice Closed on Friday")
        desk.until(desk.now.replace(hour=9))
        desk.close()
        self.renew()

    def _engine(self, name: str) -> sa.Engine:
        folder = self.folder / name
        db = connect(self.server.url(name) if self.server else sqlite_url(folder), self.pool)
        keystore.join(db, keystore.connect_keys(f"sqlite:///{folder / 'duly-keys.db'}"))
        return db
