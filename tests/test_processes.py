"""Processes: what they tell of themselves, what the doctor makes of it, and whose tables fit."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.card import Card
from bot.cli.common import newest
from bot.effects import Send
from bot.handlers import ailments
from bot.running import Runner
from bot.settings import Settings, Unusable
from bot.store import migrating
from bot.store.connecting import connect, sqlite_url
from bot.store.hints import Hints, tell
from bot.store.migrating import HEAD, Busy, floor, outgrown, suits, upgrade, version
from bot.store.outbox import Arrival
from bot.store.processes import ALIVE, KEPT
from bot.store.schema import outbox
from bot.words import Reader, render, say
from bot.workshop import Workshop
from tests.desk import MONDAY, Desk, account
from tests.test_store import empty_postgresql

M = timedelta(minutes=1)


def troubles(desk: Desk) -> list[str]:
    with desk.store.reading() as tx:
        found = [*ailments.of_processes(tx), *ailments.of_waiting(tx)]
    return [render(each, Reader(), str) for each in found]


def waits(desk: Desk, count: int, deadline: datetime) -> list[str]:
    with desk.store.transaction() as tx:
        first = len(tx.rows.all(outbox))
        return [
            tx.outbox.add(Send(account("bob"), Card(title=say("Done"))), f"c{n}", deadline=deadline)
            for n in range(first, first + count)
        ]


def arrives(desk: Desk, ids: list[str], a_minute: int) -> None:
    for start in range(0, len(ids), a_minute):
        desk.now += M
        with desk.store.transaction() as tx:
            for id in ids[start : start + a_minute]:
                tx.outbox.settle(id, "arrived", Arrival(account("bob"), None))


def test_what_leaves_only_after_it_is_due_is_said_at_the_pace_of_now(desk: Desk) -> None:
    sent = waits(desk, 40, desk.now)
    arrives(desk, sent[:10], 10)
    waits(desk, 100, desk.now + 9 * M)
    assert troubles(desk) == []  # too few have arrived to tell a pace
    arrives(desk, sent[10:], 10)
    desk.now += timedelta(seconds=1)  # 40 in three minutes; 5:59 are left, for 79

    (told,) = troubles(desk)
    assert told.startswith("21 cards will be sent only after what they speak of is due: 13 a min")
    waits(desk, 5, desk.now - M)  # too late already: they go first, and are not counted
    (told,) = troubles(desk)
    assert told.startswith("26 cards")


def begins(desk: Desk, id: str, kind: str) -> None:
    with desk.store.transaction() as tx:
        tx.processes.begin(id, kind, "1", works=kind != "web")


def beats(
    desk: Desk, id: str, *, ticked: datetime | None = None, skew: timedelta = timedelta(0)
) -> bool:
    with desk.store.transaction() as tx:
        return tx.processes.beat(id, ticked=ticked or desk.now, skew=skew)


def test_where_nothing_runs_or_all_runs_well_nothing_is_wrong(desk: Desk) -> None:
    assert troubles(desk) == []
    begins(desk, "a", "worker")
    begins(desk, "b", "web")
    beats(desk, "a")

    assert troubles(desk) == []


def test_who_ended_as_told_is_no_trouble_and_who_died_is_one(desk: Desk) -> None:
    begins(desk, "a", "worker")
    with desk.store.transaction() as tx:
        tx.processes.leave("a")
    assert troubles(desk) == []

    begins(desk, "b", "worker")
    desk.now += ALIVE
    (told,) = troubles(desk)
    assert told.startswith("The last worker was heard of at")
    begins(desk, "c", "worker")
    assert troubles(desk) == []
    desk.now += KEPT + M
    begins(desk, "d", "worker")
    with desk.store.reading() as tx:
        assert [each.id for each in tx.processes.all()] == ["d"]
    assert beats(desk, "b") is False


def test_pages_without_a_worker_are_told(desk: Desk) -> None:
    begins(desk, "b", "web")

    assert troubles(desk) == [
        "Pages are served, and no worker is there that handles and sends: ./duly worker"
    ]


def test_a_worker_that_does_not_look_at_the_clock_is_told_unless_another_does(desk: Desk) -> None:
    begins(desk, "a", "worker")
    beats(desk, "a")
    desk.now += 3 * M
    beats(desk, "a", ticked=MONDAY)
    (told,) = troubles(desk)
    assert told.startswith("No worker has looked at the clock since")

    begins(desk, "b", "worker")
    beats(desk, "b")
    assert troubles(desk) == []


def test_a_clock_that_is_wrong_is_told(desk: Desk) -> None:
    begins(desk, "a", "worker")
    beats(desk, "a", skew=timedelta(seconds=-30))

    (told,) = troubles(desk)
    assert "differs from the database's by 30 s" in told


def test_connections_that_run_out_are_told(
    postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(db=postgresql)
    assert troubles(desk) == []
    monkeypatch.setattr(ailments, "CROWDED", 0.0)

    (told,) = troubles(desk)
    assert "connections that the database allows are in use" in told
    desk.close()


def test_what_waits_and_what_is_not_seen_is_told(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.journal.admit([desk.command("ann", "mine", "k1")])
        tx.gaps.add("paper/home/lobby", desk.now)
    desk.now += 11 * M

    told = troubles(desk)
    assert [each.partition(" since")[0] for each in told] == [
        "Events wait to be handled",
        "Of 1 place nothing is seen at the moment: /duly daily",
    ]


# A runner


def test_a_runner_is_on_the_list_as_long_as_it_runs_and_ends_by_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.running.BEAT", timedelta(milliseconds=20))
    runner = Runner(desk.bot, [desk.paper], tick=0.05, kind="worker")

    async def scene() -> None:
        running = asyncio.create_task(runner.run())
        while not any(each.ticked_at for each in listed(desk)):  # noqa: ASYNC110  # in the store
            await asyncio.sleep(0.02)
        runner.end()
        async with asyncio.timeout(20):
            await running

    asyncio.run(scene())
    assert listed(desk) == []


def listed(desk: Desk) -> list[Any]:
    with desk.store.reading() as tx:
        return tx.processes.all()


def test_a_runner_whose_tables_have_become_too_new_lays_its_work_down(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.running.BEAT", timedelta(milliseconds=20))
    monkeypatch.setattr("bot.running.outgrown", lambda _: True)
    runner = Runner(desk.bot, [desk.paper], tick=0.05)

    async def scene() -> None:
        async with asyncio.timeout(20):
            await runner.run()

    asyncio.run(scene())
    assert runner.ending


def test_a_workbook_is_laid_down_for_others_by_who_ends(desk: Desk) -> None:
    desk.says("hana", "report 2026-03")

    async def scene() -> None:
        workshop = Workshop(desk.store, waits_for_ever)
        building = asyncio.create_task(workshop.round())
        while not held(desk):  # noqa: ASYNC110  # in the store
            await asyncio.sleep(0.01)
        building.cancel()
        with suppress(asyncio.CancelledError):
            await building

    asyncio.run(scene())
    with desk.store.transaction() as tx:
        again = tx.orders.claim(timedelta(minutes=15))
    assert again is not None
    assert again.tries == 0


def held(desk: Desk) -> bool:
    with desk.store.reading() as tx:
        return bool(tx.orders.of("hana")[0].held_until > desk.now)


def waits_for_ever(*_: object) -> None:
    threading.Event().wait()


# Hints


@pytest.mark.thorough
def test_what_another_process_takes_is_heard_when_it_is_committed(postgresql: sa.Engine) -> None:
    desk = Desk(db=postgresql)
    hints = Hints(postgresql, desk.company)
    assert hints.heard() is False
    with desk.store.transaction() as tx:
        tell(tx.rows)
        assert hints.heard() is False
    assert hints.heard() is True
    hints.close()
    desk.close()


# Tables


def on_postgresql(deed: Callable[[sa.Engine], None]) -> None:
    with empty_postgresql("processes") as db:
        upgrade(db)
        deed(db)


def newer(db: sa.Engine, lowest: str | None) -> None:
    with db.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        if lowest is None:
            conn.exec_driver_sql("DROP TABLE duly_floor")
        else:
            conn.exec_driver_sql(f"UPDATE duly_floor SET floor = '{lowest}'")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("lowest", "fits"), [(HEAD, True), ("0001", True), ("9000", False), (None, False)]
)
def test_newer_tables_say_whether_an_older_duly_can_go_on(
    tmp_path: Path, lowest: str | None, *, fits: bool
) -> None:
    db = connect(sqlite_url(tmp_path))
    upgrade(db)
    assert floor(db) is not None
    newer(db, lowest)

    assert suits(db) is fits
    with db.connect() as conn:
        assert outgrown(conn) is (lowest == "9000")
    assert upgrade(db) is False  # what is newer is left alone
    assert version(db) == "9999"
    desk = Desk()
    store = type(desk.store)(db, "acme", desk.store.seal, desk.clock)
    if fits:
        newest(store, Settings())
    else:
        with pytest.raises(Unusable, match="newer Duly"):
            newest(store, Settings())
    desk.close()
    db.dispose()


@pytest.mark.thorough
def test_tables_are_changed_while_others_use_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds a table for long is let go first; nobody waits behind us meanwhile."""
    monkeypatch.setattr(migrating, "PATIENCE", 1)

    def scene(db: sa.Engine) -> None:
        with db.begin() as conn:
            conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0027'")
            conn.exec_driver_sql("DROP TABLE processes; DROP TABLE limits")
            for each in ("outbox_carried", "outbox_undeliverable", "journal_parked"):
                conn.exec_driver_sql(f"DROP INDEX {each}")
            for each in ("lane", "carrier"):
                conn.exec_driver_sql(f"ALTER TABLE outbox DROP COLUMN {each}")
        using, done = db.connect(), threading.Event()
        held = using.begin()
        using.exec_driver_sql("SELECT count(*) FROM outbox")

        def let_go() -> None:
            done.wait(1.5)
            held.commit()

        waiting = threading.Thread(target=let_go)
        waiting.start()
        assert upgrade(db) is True
        waiting.join()
        using.close()
        assert version(db) == HEAD

    on_postgresql(scene)


@pytest.mark.thorough
def test_tables_that_are_always_in_use_stay_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "PATIENCE", 1)
    monkeypatch.setattr(migrating, "TRIES", 1)

    def scene(db: sa.Engine) -> None:
        with db.begin() as conn:
            conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0027'")
        with db.begin() as conn:
            conn.exec_driver_sql("LOCK TABLE outbox IN ACCESS SHARE MODE")
            with pytest.raises(Busy):
                upgrade(db)
        assert version(db) == "0027"

    on_postgresql(scene)
