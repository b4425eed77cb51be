"""Journal in, state and outbox out: a batch is one transaction, an event one savepoint."""

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.engine import BATCH, FEW, SHORTEST, Engine
from bot.events import CommandInvoked, Happening
from bot.handlers import Handlers
from bot.store import Transaction
from bot.store.connecting import connect, create, sqlite_url
from bot.store.schema import journal, outbox, records
from tests.desk import Desk

# SQLite has one writer: these are about several
SHARED = pytest.mark.parametrize("desk", ["postgresql"], indirect=True)


@dataclass(frozen=True)
class Scripted(Handlers):
    """Does what a scene asks of it for an event, by its key; everything else as ever."""

    deeds: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def handle(self, tx: Transaction, event: Happening) -> None:
        self.seen.append(event.key)
        super().handle(tx, event)
        if event.key in self.deeds:
            self.deeds[event.key](tx)


def scripted(desk: Desk, **deeds: Any) -> tuple[Engine, Scripted]:
    made = Scripted(desk.bot.engine.handlers.commands, deeds=deeds)
    return Engine(desk.store, made), made


def admit(desk: Desk, *events: Happening) -> None:
    with desk.store.transaction() as tx:
        tx.journal.admit(events)


def commands(desk: Desk, count: int) -> list[CommandInvoked]:
    return [desk.command("ann", "mine", f"k{number}") for number in range(count)]


def keys(desk: Desk, table: sa.Table, *where: Any) -> list[str]:
    with desk.store.db.connect() as conn:
        return [row.key for row in conn.execute(sa.select(table).where(*where).order_by("id"))]


def test_a_batch_is_one_transaction(desk: Desk) -> None:
    commits: list[object] = []
    admit(desk, *commands(desk, BATCH + 5))
    sa.event.listen(desk.store.db, "commit", commits.append)

    assert (desk.bot.engine.work(), desk.bot.engine.work(), desk.bot.engine.work()) == (BATCH, 5, 0)
    assert len(commits) == 3


def test_events_are_handled_in_the_order_they_came(desk: Desk) -> None:
    engine, made = scripted(desk)
    admit(desk, *commands(desk, 30))
    engine.work()

    assert made.seen == [f"k{number}" for number in range(30)]


def test_what_a_broken_event_did_is_undone_and_what_the_others_did_stays(desk: Desk) -> None:
    def break_(tx: Transaction) -> None:
        tx.duties.number()
        raise ZeroDivisionError

    engine, _ = scripted(desk, k1=break_)
    admit(desk, *commands(desk, 3))
    engine.work()

    assert keys(desk, outbox) == ["k0/0", "k2/0"]
    assert keys(desk, journal, journal.c.error.is_not(None)) == ["k1"]
    assert keys(desk, journal, journal.c.settled_at.is_not(None)) == ["k0", "k2"]
    with desk.store.transaction() as tx:
        assert tx.duties.number() == 1


def test_a_statement_the_database_refuses_is_undone_too(desk: Desk) -> None:
    """On PostgreSQL a failed statement spoils all that follows it, but for the savepoint."""

    def twice(tx: Transaction) -> None:
        for _ in range(2):
            tx.rows.add(journal, id="x", key="x", place="", taken_at=desk.now)

    engine, _ = scripted(desk, k1=twice)
    admit(desk, *commands(desk, 3))
    engine.work()

    assert keys(desk, outbox) == ["k0/0", "k2/0"]


def test_what_was_learnt_of_people_is_forgotten_with_what_was_undone(desk: Desk) -> None:
    def leave(tx: Transaction) -> None:
        tx.people.link(next(iter(tx.people.snapshot().logins)), None)
        assert len(tx.people.snapshot().directory.accounts) < 8
        raise ZeroDivisionError

    engine, _ = scripted(desk, k0=leave)
    admit(desk, *commands(desk, 2))
    engine.work()

    with desk.store.transaction() as tx:
        assert len(tx.people.snapshot().directory.accounts) == 8
    assert keys(desk, outbox) == ["k1/0"]


def test_a_crash_undoes_the_whole_batch_and_it_comes_again(desk: Desk) -> None:
    class Crash(BaseException):
        pass

    def strike(name: str) -> None:
        if name == "a batch was settled":
            raise Crash

    admit(desk, *[desk.message("ann", f"@bob word {n}?", f"m{n}") for n in range(3)])
    clock.faults.append(strike)
    with pytest.raises(Crash):
        desk.bot.engine.work()
    clock.faults.remove(strike)
    with desk.store.db.connect() as conn:
        assert not conn.execute(sa.select(records)).all()
    desk.hears()

    with desk.store.transaction() as tx:
        assert tx.records.head("paper/home/lobby")[0] == 3
        assert [step for step in tx.records.verify() if not isinstance(step, int)] == []


def test_the_life_of_an_answered_duty_can_be_told(desk: Desk) -> None:
    desk.posts("ann", "@bob when will it be ready?")
    desk.posts("bob", "on Thursday")

    assert desk.titles(desk.says("ann", "explain 1")) == ["ann: The life of #1"]


def test_the_engine_makes_way_for_who_must_acknowledge() -> None:
    """On SQLite there is one writer: after a few events the engine lets the inbox through."""
    desk = Desk()
    waiting: list[threading.Thread] = []

    def arrive(tx: Transaction) -> None:  # noqa: ARG001
        urgent = [desk.command("bob", "mine", "urgent")]
        waiting.append(threading.Thread(target=_take, args=(desk, urgent)))
        waiting[0].start()
        while not desk.store.turn.wanted:
            sleep(0.001)
        sleep(SHORTEST)

    engine, _ = scripted(desk, k0=arrive)
    admit(desk, *commands(desk, 50))

    assert engine.work() == 1
    waiting[0].join(10)
    assert "urgent" in keys(desk, journal)
    assert [engine.work() for _ in range(3)] == [FEW, 50 - FEW, 0]  # … and reads only a few more
    desk.close()


def _take(desk: Desk, events: list[CommandInvoked]) -> None:
    asyncio.run(desk.bot.inbox.take(events))


@SHARED
def test_one_engine_at_a_time_works_on_a_journal(desk: Desk) -> None:
    other, _ = scripted(desk)
    admit(desk, *commands(desk, 3))

    with desk.store.transaction() as tx:
        assert len(tx.journal.waiting(10)) == 3
        assert other.work() == 0
    assert other.work() == 3


@pytest.mark.thorough
@SHARED
def test_a_deadlock_is_tried_again_and_parks_nothing(desk: Desk) -> None:
    """The ticker holds a due and wants its duty, the engine holds the duty and wants its due."""
    desk.posts("ann", "@bob when will it be ready?")
    duty = desk.duty(1)
    holds, wants = threading.Event(), threading.Event()

    def settle(tx: Transaction) -> None:
        tx.duties.save(duty)
        wants.set()
        assert holds.wait(10)
        tx.dues.cancel("duty", duty.id)

    def tick() -> None:
        with desk.store.transaction() as tx:
            tx.dues.claim(desk.now + timedelta(days=9), 10)
            holds.set()
            assert wants.wait(10)
            threading.Event().wait(0.5)  # the engine waits first, so it is the engine that yields
            tx.duties.climb([duty.id], 1)

    engine, _ = scripted(desk, k0=settle)
    admit(desk, *commands(desk, 1))
    ticking = threading.Thread(target=tick)
    ticking.start()
    with pytest.raises(sa.exc.OperationalError, match="deadlock"):
        engine.work()
    ticking.join(10)
    engine.work()

    assert keys(desk, journal, journal.c.error.is_not(None)) == []
    assert keys(desk, outbox)[-1] == "k0/0"


def test_a_disk_that_is_full_for_a_moment_parks_nothing(tmp_path: Path) -> None:
    """SQLite undoes the whole transaction by itself: what is done after that would stay."""
    db = connect(sqlite_url(tmp_path))
    create(db)
    desk = Desk(db=db)
    engine, script = scripted(desk, full=_fill)
    events = [desk.command("ann", "mine", key) for key in ("full", "next")]
    asyncio.run(desk.bot.inbox.take(events))

    with pytest.raises(sa.exc.OperationalError, match="no such savepoint"):
        engine.work()
    with desk.store.reading() as tx:
        assert [row.error for row in tx.journal.waiting(9)] == [None, None]
        assert tx.outbox.unsent() == 0
    script.deeds.clear()
    assert engine.work() == 2
    with desk.store.reading() as tx:
        assert tx.outbox.unsent() == 2
    desk.close()


def _fill(tx: Transaction) -> None:
    """Not a page more fits in while this is written."""
    tx.rows.conn.exec_driver_sql("PRAGMA max_page_count = 1")  # no less than there are
    try:
        for number in range(2000):
            tx.listeners.move(f"{number}", "x" * 100)
    finally:
        tx.rows.conn.exec_driver_sql("PRAGMA max_page_count = 1000000")
