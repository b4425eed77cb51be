"""Keys of classes and months: made before they are used, destroyed for good."""

import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.common import newest, open_store, paired
from bot.seal import Seal
from bot.settings import Settings, Unusable
from bot.store import Store, keystore
from bot.store.connecting import connect, in_memory, sqlite_url
from bot.store.migrating import upgrade
from bot.store.rings import SETTLED, Destroyed, Lost, Ring, parse
from bot.store.schema import records
from bot.store.wrapping import Belonging
from tests.desk import Desk

HERE = "paper/home/lobby"
MARCH = Ring("work", False, "2026-03")


def ring_of(desk: Desk, message: str) -> set[str]:
    with desk.store.reading() as tx:
        row, _ = tx.records.message(HERE, message) or pytest.fail("it cannot be read")
        ids = [row.id]
        return {(tx.wraps.of(id) or pytest.fail("no key")).ring for id in ids}


def destroy(desk: Desk, name: str) -> None:
    desk.store.rings.close(name)
    desk.now += SETTLED
    desk.store.rings.destroy(name)


@pytest.mark.parametrize("name", ["work/2026-11", "work!/2026-11", "personal/2026-01+2"])
def test_a_rings_name_says_what_is_under_it(name: str) -> None:
    ring = parse(name)

    assert ring is not None
    assert ring.name == name


@pytest.mark.parametrize("name", ["main", "hold/7", "signing", "work/2026", "a b/2026-11"])
def test_other_names_are_of_no_class_and_month(name: str) -> None:
    assert parse(name) is None


def test_what_is_said_lies_under_its_class_and_month(desk: Desk) -> None:
    message = desk.posts("ann", "the list is ready")

    assert ring_of(desk, message) == {"work/2026-03"}
    assert [each.name for each in desk.store.rings.known()] == ["work/2026-03"]


def test_another_class_wraps_the_message_anew_and_the_chain_stands(desk: Desk) -> None:
    message = desk.posts("ann", "the plan of the merger")
    desk.says("ann", f"class msg:{message} material it is about money")

    assert ring_of(desk, message) == {"material/2026-03"}
    with desk.store.reading() as tx:
        assert list(tx.records.verify())[-1] == 2


def test_what_is_marked_as_important_is_kept_as_important(desk: Desk) -> None:
    message = desk.posts("ann", "@bob can you sign the contract?")
    assert ring_of(desk, message) == {"work/2026-03"}

    desk.says("ann", f"important msg:{message}")

    assert ring_of(desk, message) == {"work!/2026-03"}


def test_what_is_held_stays_when_its_month_is_destroyed(desk: Desk) -> None:
    held, other = desk.posts("ann", "about the case"), desk.posts("bob", "about lunch")
    with desk.store.transaction() as tx:
        row, _ = tx.records.message(HERE, held) or pytest.fail("unread")
        desk.store.rings.named("hold/7")
        tx.wraps.hold([row.id], "hold/7")
        assert tx.wraps.place(row.id) == MARCH
        tx.records.belongs(HERE, held, Belonging(class_name="material"))
    destroy(desk, "work/2026-03")

    with desk.store.reading() as tx:
        assert tx.records.words(HERE, held) == "about the case"
        assert tx.records.message(HERE, other) is None
        assert list(tx.records.verify())[-1] == 2
    with desk.store.transaction() as tx:
        tx.wraps.release([row.id])
    assert ring_of(desk, held) == {"material/2026-03"}


def test_what_comes_late_for_a_closed_month_has_a_ring_of_its_own(desk: Desk) -> None:
    desk.posts("ann", "hello")
    destroy(desk, "work/2026-03")

    late = desk.posts("ann", "and this")

    assert ring_of(desk, late) == {"work/2026-03+2"}


def test_a_ring_is_destroyed_only_when_nobody_can_still_use_it(desk: Desk) -> None:
    desk.posts("ann", "hello")
    desk.store.rings.close("work/2026-03")
    with pytest.raises(ValueError, match="was not closed"):
        desk.store.rings.destroy("work/2026-03")
    desk.now += SETTLED
    desk.store.rings.destroy("work/2026-03")
    desk.store.rings.destroy("work/2026-03")  # again is no error

    with pytest.raises(Destroyed):
        desk.store.rings.named("work/2026-03")


def test_another_process_notices_that_a_ring_was_destroyed(desk: Desk) -> None:
    message = desk.posts("ann", "hello")
    other = Store(desk.store.db, desk.company, desk.store.seal, desk.clock)
    with other.reading() as tx:
        assert tx.records.words(HERE, message) == "hello"
    destroy(desk, "work/2026-03")

    with other.reading() as tx:
        assert tx.records.words(HERE, message) == ""


def test_what_was_kept_before_there_were_rings_is_read_and_brought_in() -> None:
    desk = Desk()
    message = desk.posts("ann", "hello")
    with desk.store.transaction() as tx:
        row, _ = tx.records.message(HERE, message) or pytest.fail("unread")
        tx.wraps._anew(tx.wraps.of(row.id), "main", None)
    assert ring_of(desk, message) == {"main"}

    with desk.store.transaction() as tx:
        assert (tx.wraps.bring_in(), tx.wraps.bring_in()) == (1, 0)

    assert ring_of(desk, message) == {"work/2026-03"}


def test_what_is_brought_in_goes_by_its_class_in_force_and_by_its_weight() -> None:
    """Else it would be disposed of when the class it was posted with is due."""
    desk = Desk()
    plan, urgent = desk.posts("ann", "the merger"), desk.posts("ann", "@bob what of the fire?")
    desk.says("ann", f"class msg:{plan} material It is about money.")
    desk.says("ann", f"important msg:{urgent}")
    asked = {plan: ring_of(desk, plan), urgent: ring_of(desk, urgent)}
    assert asked == {plan: {"material/2026-03"}, urgent: {"work!/2026-03"}}
    with desk.store.transaction() as tx:
        ids = [row.id for row in tx.rows.all(records)]
        for id in ids:
            tx.wraps._anew(tx.wraps.of(id), "main", None)

        tx.wraps.bring_in(tx.policies.current().important)

    assert {each: ring_of(desk, each) for each in asked} == asked


def test_neither_database_reads_anything_alone(tmp_path: Path) -> None:
    db = connect(sqlite_url(tmp_path))
    upgrade(db)
    desk = Desk(db=db)
    desk.posts("ann", "a canary sings")
    keys = tmp_path / "duly-keys.db"
    with sqlite3.connect(keys) as raw:
        names = {name for (name,) in raw.execute("SELECT name FROM rings")}
    raw.close()

    assert names == {"work/2026-03"}
    assert os.stat(keys).st_mode & 0o777 == 0o600
    other = Store(db, "acme", Seal(bytes([1] * 32), desk.clock.random), desk.clock)
    with other.reading() as tx, pytest.raises(Lost):
        tx.records.message(HERE, "m1")
    db.dispose()


def test_a_destroyed_key_is_nowhere_in_its_file(tmp_path: Path) -> None:
    db = connect(sqlite_url(tmp_path))
    upgrade(db)
    desk = Desk(db=db)
    desk.posts("ann", "hello")
    keys = tmp_path / "duly-keys.db"
    with sqlite3.connect(keys) as raw:
        (wrapped,) = raw.execute("SELECT wrapped FROM rings").fetchone()
    raw.close()
    assert wrapped in keys.read_bytes()
    destroy(desk, "work/2026-03")

    assert not any(wrapped in each.read_bytes() for each in tmp_path.iterdir())
    db.dispose()


def test_keys_do_not_lie_in_the_database_they_open() -> None:
    db = in_memory()
    with pytest.raises(keystore.SamePlace):
        keystore.join(db, db)
    db.dispose()


def test_under_another_key_of_the_company_everything_is_read_as_before(desk: Desk) -> None:
    message = desk.posts("ann", "hello")
    new = Seal(bytes([7] * 32), desk.clock.random)
    desk.store.rings.identity(make=True)

    assert desk.store.rings.rewrap(new) == 1

    other = Store(desk.store.db, desk.company, new, desk.clock)
    with other.reading() as tx:
        assert tx.records.words(HERE, message) == "hello"
    assert other.rings.identity(make=False) is not None


def started(folder: Path) -> None:
    """As every command does."""
    settings = Settings(data=folder)
    store = open_store(settings, new=True)
    try:
        newest(store, settings)
        paired(store)
    finally:
        store.db.dispose()


@pytest.mark.parametrize(
    ("lost", "says"), [("duly-keys.db", "store of keys"), ("duly.key", "company's key")]
)
def test_with_a_lost_key_duly_does_not_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, says: str
) -> None:
    monkeypatch.delenv("DULY_KEY", raising=False)
    started(tmp_path)
    kept = (tmp_path / lost).read_bytes()
    (tmp_path / lost).unlink()

    with pytest.raises(Unusable, match=says):
        started(tmp_path)

    (tmp_path / lost).write_bytes(kept)
    started(tmp_path)


def test_a_ring_is_remembered_for_a_minute_at_most() -> None:
    desk = Desk()
    message = desk.posts("ann", "hello")
    asked = []
    find = desk.store.rings._find
    desk.store.rings._find = lambda: asked.append(1) or find()  # type: ignore[func-returns-value]
    for seconds in (10, 10, 61):
        desk.now += timedelta(seconds=seconds)
        with desk.store.reading() as tx:
            tx.records.words(HERE, message)

    assert len(asked) == 2
