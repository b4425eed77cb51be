"""Whatever is changed in the archive by hand is found, and the place is named. Policy 3.3.3."""

from collections.abc import Iterator
from random import Random

import pytest

from bot.evidence import Checkpoint
from bot.store.verifying import Broken, Checked, Verifying
from tests.archive.tampering import Tampering, archive, checkpoint, edits, located
from tests.desk import Desk
from tests.needs import seed, share
from tests.simulation import fresh

LOBBY = "paper/home/lobby"


@pytest.fixture
def whole() -> Iterator[Desk]:
    desk = archive()
    yield desk
    desk.close()


def said(desk: Desk, *posted: str) -> list[Broken | Checked]:
    with desk.store.reading() as tx:
        return [each for each in tx.verifying.steps(posted) if not isinstance(each, int)]


def lines(desk: Desk) -> list[str]:
    with desk.store.reading() as tx:
        return [each.line for each in tx.checkpoints.all()]


@pytest.mark.parametrize(("database", "full"), [("sqlite", 8_000), ("postgresql", 2_000)])
def test_every_edit_is_found_and_located(database: str, full: int) -> None:
    with fresh.database(database) as db:
        desk = archive(db)
        assert said(desk) == []
        for number, (edit, found) in enumerate(edits(desk, share(full), seed())):
            assert located(edit, found), f"edit {number} of seed {seed()}: {edit}: {found}"


def test_what_nobody_touched_holds(whole: Desk) -> None:
    assert said(whole, *lines(whole)) == []


def test_a_destroyed_ring_without_a_certificate_is_named(whole: Desk) -> None:
    with whole.store.reading() as tx:
        steps = Verifying(tx.rows, disposed=lambda ring: ring != "work/2026-03").steps()
        found = [each for each in steps if isinstance(each, Broken)]

    assert {each.conversation for each in found} == {
        LOBBY,
        "paper/home/board",
        "paper/home/kitchen",
    }


def test_who_owns_database_and_keys_cannot_take_back_what_was_posted(whole: Desk) -> None:
    """They cut off the end and sign anew: within the database everything fits."""
    posted, tampering = lines(whole), Tampering(whole, Random(1))
    with whole.store.transaction() as tx:
        conn, first = tx.rows.conn, tx.checkpoints.covering(LOBBY, 9)
        for table in ("checkpoints", "checkpoint_heads"):
            conn.exec_driver_sql(f"DELETE FROM {table} WHERE number >= {first}")
        tampering.cut(conn, LOBBY, 8, keys=True)
        last = next(row for row in tampering.of(LOBBY) if row["seq"] == 8)
        tampering.head(conn, LOBBY, 8, last["hash"])
    assert first is not None
    assert said(whole) == []
    gone = list(range(first, len(posted) + 1))
    assert [each.number for each in said(whole, *posted) if isinstance(each, Checked)] == gone

    whole.posts("ann", "something else instead")
    checkpoint(whole)

    assert [each.number for each in said(whole, *posted) if isinstance(each, Checked)] == gone


def test_a_clock_that_goes_back_does_not_set_checkpoints_back(whole: Desk) -> None:
    whole.now = whole.now.replace(year=2020)
    whole.posts("ann", "what year is it")
    checkpoint(whole)

    with whole.store.reading() as tx:
        times = [each.at for each in tx.checkpoints.all()]
    assert times == sorted(set(times))
    assert said(whole) == []


def test_a_message_of_a_megabyte_and_names_that_are_identifiers(desk: Desk) -> None:
    big = desk.posts("ann", "长" * 350_000)
    odd = desk.posts("ann", "work/2026-03")
    desk.take(desk.message("ann", "x", "records|acme/1|body'; DROP TABLE wraps; --\u2028"))
    checkpoint(desk)

    with desk.store.reading() as tx:
        assert len(tx.records.words(LOBBY, big)) == 350_000
        assert tx.records.words(LOBBY, odd) == "work/2026-03"
    assert said(desk) == []


def test_nothing_is_signed_where_nothing_was_said(desk: Desk) -> None:
    desk.posts("ann", "hello")
    checkpoint(desk)

    with desk.store.reading() as tx:
        assert tx.checkpoints.draw() is None


def test_of_two_processes_one_takes_the_checkpoint(desk: Desk) -> None:
    desk.posts("ann", "hello")
    with desk.store.reading() as tx:
        drawn = tx.checkpoints.draw()
    assert drawn is not None
    assert isinstance(drawn.checkpoint, Checkpoint)

    with desk.store.transaction() as tx:
        assert (tx.checkpoints.take(drawn), tx.checkpoints.take(drawn)) == (True, False)
