"""More than it can take at once: it refuses or waits, locks up never, and loses nothing."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.effects import Deliverable
from bot.events import MessageRef
from bot.port import TryLater
from bot.store.connecting import connect, create, sqlite_url
from bot.store.schema import journal, outbox
from bot.words import Reader
from tests.desk import Desk, Paper

BURST = 600  # events: three batches, and sixty times what comes in a busy second
HOUR = timedelta(hours=1)


class Closed(Paper):
    """Takes nothing while it is shut."""

    shut = True

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        if self.shut:
            raise TryLater(timedelta(minutes=1))
        return await super().deliver(effect, key=key, reader=reader)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sa.Engine]:
    db = connect(sqlite_url(tmp_path))
    create(db)
    yield db
    db.dispose()


def rows(desk: Desk, table: sa.Table) -> list[Any]:
    with desk.store.db.connect() as conn:
        return list(conn.execute(sa.select(table)))


def begin(conn: sa.Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")


def grow(desk: Desk, pages: int) -> None:
    """How many pages its disk has room for, from now on."""
    with desk.store.db.connect() as conn:
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        conn.rollback()


def test_on_a_full_disk_nothing_is_acknowledged_and_with_room_again_all_is_done(
    file: sa.Engine,
) -> None:
    """One connection, so that the limit, which is a connection's, holds for all of it."""
    only = sa.create_engine(file.url, poolclass=sa.StaticPool, creator=file.pool._creator)
    sa.event.listen(only, "begin", begin)
    desk = Desk(db=only)
    with desk.store.db.connect() as conn:
        used = int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())
        conn.rollback()
    grow(desk, used + 8)
    words = "@bob when will the samples be ready? " + "x" * 2000
    taken, refused = [], []
    for number in range(40):
        event = desk.message("ann", words, f"m{number}")
        try:
            asyncio.run(desk.bot.inbox.take([event]))
            taken.append(event.key)
        except (sa.exc.OperationalError, ConnectionError):
            refused.append(event)

    assert taken
    assert refused
    assert {row.key for row in rows(desk, journal)} == set(taken)
    grow(desk, 10**6)
    desk.take(*refused)
    assert len(rows(desk, journal)) == 40
    assert all(row.settled_at for row in rows(desk, journal))
    desk.close()
    only.dispose()


@pytest.mark.thorough
def test_what_comes_is_taken_while_nothing_can_be_sent() -> None:
    """Ten times as much as usual, for hours: then one card for each, and no storm."""
    paper = Closed()
    desk = Desk(paper=paper)
    asked = [
        desk.message("ann", f"@bob when will {number} be ready?", f"m{number}")
        for number in range(BURST)
    ]
    desk.take(*asked)
    for _ in range(6):
        desk.wait(HOUR)

    assert all(row.settled_at for row in rows(desk, journal))
    assert paper.lines == []
    paper.shut = False
    desk.wait(timedelta(minutes=2))
    assert 1 <= sum(line.to == "bob" for line in paper.lines) <= 2
    assert [row for row in rows(desk, outbox) if row.state == "undeliverable"] == []
    desk.close()


def test_one_connection_is_enough(tmp_path: Path) -> None:
    """Whoever holds it gives it back before anything is said to a platform."""
    url = sqlite_url(tmp_path)
    made = connect(url)
    create(made)
    made.dispose()
    db = sa.create_engine(
        url, poolclass=sa.QueuePool, pool_size=1, max_overflow=0, pool_timeout=5,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )  # fmt: skip
    sa.event.listen(db, "begin", begin)
    desk = Desk(db=db)
    asked = [desk.message("ann", "@bob when is it ready?", f"m{n}") for n in range(30)]

    async def all_at_once() -> None:
        takes = [desk.bot.inbox.take([each]) for each in asked]
        turns = [desk.bot.turn() for _ in range(4)]
        await asyncio.gather(*takes, *turns)

    asyncio.run(all_at_once())
    desk.wait(timedelta(0))
    assert len(desk.says("ann", "waiting")) == 1
    assert all(row.settled_at for row in rows(desk, journal))
    desk.close()
