"""What is left of what was disposed of: nothing that can be read, and a proof of it. 3.3.1, 3.3.3.

Also what happens when the machine stops between two steps, and when two things happen at once.
"""

import argparse
import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot import shredding
from bot.cli import verify
from bot.clock import Clock, faults
from bot.events import CommandInvoked
from bot.handlers import disposing
from bot.handlers.disposing import PastTerm
from bot.policy.holds import Hold, Scope
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import connect, create, sqlite_url
from bot.store.verifying import Broken
from tests.desk import Desk
from tests.needs import seed, share
from tests.retention.world import WHOLE, Crash, Tally, World
from tests.simulation import fresh
from tests.stories.test_retention import (
    EXPIRED,
    MINUTES,
    broken,
    certificates,
    disposed,
    later,
    number_of,
    words,
)

CANARY = "Zitronenfalter"
ASKED = argparse.Namespace(key=False, bundle=None, against=None)  # of `duly verify`


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Desk]:
    db = connect(sqlite_url(tmp_path))
    create(db)
    desk = Desk(db=db)
    yield desk
    desk.close()


def keys_of(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.glob("*-keys.db*")))


def wrapped(folder: Path, ring: str) -> bytes:
    """What lies of a key in the store of keys."""
    db = sa.create_engine(f"sqlite:///{folder / 'duly-keys.db'}", poolclass=sa.NullPool)
    with db.connect() as conn:
        row = conn.exec_driver_sql("SELECT wrapped FROM rings WHERE name = ?", (ring,)).one()
    return bytes(row[0]) if row[0] is not None else b""


def agreed(desk: Desk) -> int:
    """Two have consented, and the keys are closed: it can be carried out."""
    number = number_of(desk)
    desk.says("hana", f"disposal {number} propose")
    desk.says("grace", f"disposal {number} consent")
    desk.wait(timedelta(minutes=2))
    return number


def test_an_old_copy_of_the_database_cannot_be_read_and_says_why(
    filed: Desk, tmp_path: Path
) -> None:
    id = filed.posts("ann", f"the word is {CANARY}")
    later(filed)
    agreed(filed)
    copy = tmp_path / "copy"
    copy.mkdir()
    here, there = sqlite3.connect(tmp_path / "duly.db"), sqlite3.connect(copy / "duly.db")
    with closing(here), closing(there):
        here.backup(there)
    key = wrapped(tmp_path, "work/2026-03")
    assert key in keys_of(tmp_path)

    filed.wait(MINUTES)
    filed.wait(MINUTES)

    assert words(filed, id) == ""
    assert wrapped(tmp_path, "work/2026-03") == b""
    assert key not in keys_of(tmp_path)
    shutil.copy(tmp_path / "duly-keys.db", copy / "duly-keys.db")  # beside the restored copy
    clock = Clock(lease=lambda: filed.now, random=Random(2).randbytes)
    old = Store(connect(sqlite_url(copy)), "acme", Seal(bytes(32), clock.random), clock)
    with old.reading() as tx:
        assert tx.records.words("paper/home/lobby", id) == ""
        assert tx.records.latest("paper/home/lobby", 10, 10) == []
    said: list[str] = []
    assert verify.run(ASKED, old, said.append) == 1
    old.db.dispose()
    assert any(
        "its key was destroyed, and no certificate says so: this may be an old copy" in each
        for each in said
    )


def test_verify_counts_what_was_disposed_of(desk: Desk) -> None:
    desk.posts("ann", "the offer")
    desk.posts("ann", "and its price")
    later(desk)
    disposed(desk, number_of(desk))

    said: list[str] = []
    assert verify.run(ASKED, desk.store, said.append) == 0
    assert said[-1] == "2 were disposed of, by certificate."


TAMPERED: dict[str, str] = {
    "a record is said to lie under a destroyed key": (
        "UPDATE wraps SET ring = 'work/2026-03' WHERE ring LIKE 'material/%'"
    ),
    "a key of what is gone is taken away": "DELETE FROM wraps WHERE ring = 'work/2026-03'",
    "who consented": "UPDATE disposal_certificates SET consented_by = 'eve'",
    "how much is gone": "UPDATE disposal_certificates SET disposed = 1",
    "no certificate": "DELETE FROM disposal_certificates",
}


@pytest.mark.parametrize("deed", TAMPERED)
def test_a_disposal_cannot_be_made_up_or_hidden(desk: Desk, deed: str) -> None:
    desk.posts("ann", "lunch?")
    price = desk.posts("ann", "the price list")
    desk.posts("ann", "the offer")
    desk.says("ann", f"class msg:{price} material It names our prices.")
    later(desk)
    disposed(desk, number_of(desk))
    assert [*broken(desk), *found(desk)] == []

    with desk.store.db.begin() as conn:
        for name in ("update", "delete"):
            on = "" if conn.dialect.name == "sqlite" else " ON disposal_certificates"
            conn.exec_driver_sql(f"DROP TRIGGER disposal_certificates_no_{name}{on}")
        conn.exec_driver_sql(TAMPERED[deed])

    assert [*broken(desk), *found(desk)] != []


def found(desk: Desk) -> list[Broken]:
    with desk.store.reading() as tx:
        return list(tx.disposed.verify())


@pytest.mark.parametrize(
    "point",
    ["before commit", "after commit", "what is disposed of was certified", "a ring was destroyed"],
)
def test_whatever_stops_it_the_next_look_goes_on(desk: Desk, point: str) -> None:
    id, kept = desk.posts("bob", "lunch?"), desk.posts("bob", "the rebate")
    desk.says("hana", "hold set words=rebate The dispute.")
    later(desk)
    agreed(desk)
    desk.now += timedelta(minutes=6)

    for _ in range(2):  # once in each of the two transactions of a look
        with pytest.raises(Crash), struck(point):
            shredding.work(desk.store)
        if certificates(desk):
            break
        desk.now += timedelta(minutes=1)
    desk.wait(MINUTES)
    desk.wait(MINUTES)

    assert words(desk, id) == ""
    assert words(desk, kept) == "the rebate"
    assert certificates(desk)["work/2026-03"].disposed == 1
    assert [*broken(desk), *found(desk)] == []
    assert {e.name for e in desk.store.rings.known() if e.destroyed_at} == {"work/2026-03"}


@contextmanager
def struck(point: str) -> Iterator[None]:
    """The machine stops there."""

    def strike(name: str) -> None:
        if name == point:
            raise Crash(name)

    faults.append(strike)
    try:
        yield
    finally:
        faults.remove(strike)


def test_while_the_keys_cannot_be_reached_what_was_agreed_on_waits(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    id = desk.posts("bob", "lunch?")
    later(desk)
    agreed(desk)
    there = desk.store.rings._find
    desk.store.rings._find = lambda: sa.create_engine("sqlite:////nowhere/keys.db")
    desk.wait(MINUTES)
    assert "the keys cannot be reached" in caplog.text
    assert not certificates(desk)
    desk.store.rings._find = there
    assert words(desk, id) == "lunch?"

    desk.wait(MINUTES)
    desk.wait(MINUTES)

    assert len(certificates(desk)) == 1
    assert words(desk, id) == ""


@pytest.mark.thorough
def test_a_hold_and_a_disposal_at_the_same_moment_take_turns(postgresql: sa.Engine) -> None:
    desk = Desk(db=postgresql)
    id = desk.posts("bob", "the rebate")
    desk.posts("bob", "lunch?")
    later(desk)
    agreed(desk)
    desk.now += timedelta(minutes=6)

    look = threading.Thread(target=shredding.work, args=(desk.store,))
    with desk.store.transaction() as tx:  # somebody sets a hold, and has not committed yet
        tx.journal.alone()
        hold = Hold(
            id="",
            number=99,
            scope=Scope(words=("rebate",)),
            reason="The dispute.",
            set_by="hana",
            at=desk.now,
        )
        tx.holds.add(hold)
        look.start()
        look.join(0.5)
        assert look.is_alive()
    look.join(20)

    assert not look.is_alive()
    assert words(desk, id) == "the rebate"
    assert certificates(desk)["work/2026-03"].kept == {"held": 1}
    desk.close()


@pytest.mark.thorough
def test_a_hold_that_comes_while_a_disposal_commits_is_told_that_it_is_too_late(
    postgresql: sa.Engine,
) -> None:
    desk = Desk(db=postgresql)
    desk.posts("bob", "the rebate")
    later(desk)
    number = agreed(desk)
    desk.now += timedelta(minutes=6)
    handled: list[int] = []

    def typed(hold: CommandInvoked) -> None:
        asyncio.run(desk.bot.inbox.take([hold]))
        handled.append(desk.bot.engine.work())

    def meanwhile(name: str) -> None:
        if name == "what is disposed of was certified" and not handled:
            hold = desk.command("hana", "hold set words=rebate The dispute.", "late")
            other = threading.Thread(target=typed, args=(hold,))
            other.start()
            other.join(20)

    faults.append(meanwhile)
    try:
        shredding.work(desk.store)
    finally:
        faults.remove(meanwhile)
    assert handled == [0]  # it waits its turn

    said = desk.wait(MINUTES)
    assert any("Too late for Work information, 2026-03: 1 records" in each for each in said)
    assert any(f"(#{number})" in each for each in said)
    desk.close()


def test_a_request_is_disposed_of_with_its_words_and_its_files_unless_it_is_held(
    desk: Desk,
) -> None:
    desk.says("ann", f"request notice subject=Lunch The office is closed. {CANARY}")
    desk.says("sam", "approve 1 Fine.")
    desk.says("ann", 'request notice subject=Rebate "The rebate ends."')
    desk.says("sam", "approve 2")
    desk.says("ann", "request notice subject=Open Nobody has decided on this.")
    desk.says("hana", "hold set words=rebate The dispute.")
    desk.says("bob", "confirm 1")
    with desk.store.transaction() as tx:
        for subject in {each.subject for each in tx.duties.owed_by_any(("bob", "wei", "eve"))}:
            tx.duties.close_all([subject], "done", "said so")
    later(desk, EXPIRED.replace(year=2037))
    disposed(desk, number_of(desk))

    with desk.store.reading() as tx:
        texts = [tx.requests.find(number) for number in (1, 2, 3)]
        assert [bool(each and each.form["text"]) for each in texts] == [False, True, True]
        assert texts[0] is not None
        assert texts[0].comment == ""
    assert [*broken(desk), *found(desk)] == []


def test_what_was_past_its_term_is_counted_against_what_is_gone(desk: Desk) -> None:
    desk.posts("ann", "lunch?")
    desk.posts("ann", "dinner?")
    later(desk)
    start, end = desk.now - timedelta(days=30), desk.now + timedelta(days=30)
    with desk.store.reading() as tx:
        assert disposing.past_term(tx, start, end) == {"work": PastTerm(left=2)}
    disposed(desk, number_of(desk))
    with desk.store.reading() as tx:
        assert disposing.past_term(tx, start, end) == {"work": PastTerm(disposed=2)}
        assert disposing.past_term(tx, end, end) == {}


@pytest.mark.thorough
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_random_archives_lose_what_is_due_and_nothing_else(database: str) -> None:
    """`python -m tests.retention --disposals 10000` runs as many as are wanted."""
    tally, wanted = Tally(), share(10_000) // 5 if database == "sqlite" else 3
    for company in range(1000):
        with fresh.database(database) as db:
            World(db, Random(f"{seed()}/{company}")).live(tally, WHOLE if wanted > 20 else 6)
        if tally.disposals >= wanted:
            break

    assert (tally.wrong, tally.broken) == (0, 0), tally.first
    assert tally.records > tally.disposals
