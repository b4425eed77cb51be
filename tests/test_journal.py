"""What was acknowledged is written down: once, sealed, together with where to go on."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from bot.events import Happening, Unread
from bot.inbox import LEASE, JournalInbox
from bot.port import Cursor
from bot.store import Store
from bot.store.schema import journal, outbox, records
from tests.desk import STAFF, Desk

WEEK = timedelta(days=7)


def rows(desk: Desk, table: sa.Table = journal) -> list[Any]:
    with desk.store.db.connect() as conn:
        return list(conn.execute(sa.select(table).order_by(table.c.id)))


def admit(desk: Desk, *events: Happening) -> int:
    with desk.store.transaction() as tx:
        return tx.journal.admit(events)


def move_body(desk: Desk) -> None:
    """Someone with the database, but without the key, copies the first body over the second."""
    first, second, *_ = rows(desk)
    with desk.store.db.begin() as conn:
        conn.execute(journal.update().where(journal.c.id == second.id).values(body=first.body))


def test_many_callers_share_one_commit(desk: Desk) -> None:
    commits: list[object] = []
    sa.event.listen(desk.store.db, "commit", commits.append)

    async def crowd() -> None:
        takes = [desk.bot.inbox.take([desk.command("ann", "help", str(n))]) for n in range(50)]
        await asyncio.gather(*takes)

    asyncio.run(crowd())
    assert (len(rows(desk)), len(commits)) == (50, 1)


def test_a_commit_that_fails_fails_for_all_who_shared_it_and_can_be_tried_again(
    desk: Desk,
) -> None:
    good = [desk.command("ann", "help", str(number)) for number in range(3)]

    async def crowd() -> list[object]:
        takes = [desk.bot.inbox.take([event]) for event in (good[0], None, *good[1:])]  # type: ignore[list-item]
        return list(await asyncio.gather(*takes, return_exceptions=True))

    shared = asyncio.run(crowd())
    assert all(isinstance(each, Exception) for each in shared)
    asyncio.run(desk.bot.inbox.take(good))
    assert [row.key for row in rows(desk)] == ["0", "1", "2"]


def test_who_stops_waiting_does_not_stop_the_others(desk: Desk) -> None:
    async def crowd() -> list[object]:
        takes = [
            asyncio.create_task(desk.bot.inbox.take([desk.command("ann", "help", str(n))]))
            for n in range(10)
        ]
        await asyncio.sleep(0)
        takes[5].cancel()
        return list(await asyncio.gather(*takes, return_exceptions=True))

    answers = asyncio.run(crowd())
    fine = {str(n) for n, answer in enumerate(answers) if answer is None}
    assert len(fine) == 9
    assert fine <= {row.key for row in rows(desk)}


def test_the_same_delivery_again_is_a_no_op(desk: Desk) -> None:
    event = desk.message("ann", "@bob when will it be ready?", "m1")

    assert admit(desk, event) == 1
    assert admit(desk, event, desk.command("ann", "help", "new")) == 1
    assert admit(desk, event, event) == 0
    desk.take(event)
    desk.take(event)
    assert len(rows(desk, records)) == 1


def test_a_cursor_is_kept_with_its_events_or_not_at_all(desk: Desk) -> None:
    inbox, event = desk.bot.inbox, desk.command("ann", "help", "1")
    asyncio.run(inbox.take([event], Cursor("sync", "s1")))

    with pytest.raises(AttributeError):
        asyncio.run(inbox.take([None], Cursor("sync", "s2")))  # type: ignore[list-item]
    assert asyncio.run(inbox.cursor("sync")) == "s1"
    asyncio.run(inbox.take([], Cursor("sync", "s3")))
    assert asyncio.run(inbox.cursor("sync")) == "s3"
    assert asyncio.run(inbox.cursor("another")) is None


def test_who_is_started_again_in_the_same_name_has_the_lease_at_once(desk: Desk) -> None:
    killed, restarted = (JournalInbox(desk.store, lambda form: {}) for _ in range(2))

    assert asyncio.run(killed.lease("device", "folder 1"))
    assert not asyncio.run(restarted.lease("device", "folder 2"))
    assert asyncio.run(restarted.lease("device", "folder 1"))


def test_one_process_listens_until_its_lease_runs_out(desk: Desk) -> None:
    ours, theirs = desk.bot.inbox, JournalInbox(desk.store, lambda form: {})

    assert asyncio.run(ours.lease("socket"))
    assert not asyncio.run(theirs.lease("socket"))
    desk.now += LEASE - timedelta(seconds=1)
    assert asyncio.run(ours.lease("socket"))  # renewed
    desk.now += LEASE - timedelta(seconds=1)
    assert not asyncio.run(theirs.lease("socket"))
    desk.now += timedelta(seconds=1)
    assert asyncio.run(theirs.lease("socket"))


def test_an_event_that_breaks_is_parked_and_its_batch_goes_on(desk: Desk) -> None:
    asyncio.run(
        desk.bot.inbox.take([desk.message("ann", f"@bob word {n}?", f"m{n}") for n in range(3)])
    )
    move_body(desk)
    desk.hears()

    assert [row.error is not None for row in rows(desk)] == [False, True, False]
    assert [row.settled_at is None for row in rows(desk)] == [False, True, False]
    assert {row.message for row in rows(desk, records)} == {"m0", "m2"}


def test_what_was_parked_can_be_tried_again(desk: Desk) -> None:
    desk.hears(desk.message("ann", "hello", "m1"), Unread(key="odd", at=desk.now, payload="?!"))
    with desk.store.transaction() as tx:
        (parked,) = tx.journal.parked()
        assert "nobody could read this payload" in tx.journal.error(parked)
        assert tx.journal.unpark() == 1
    desk.hears()

    with desk.store.transaction() as tx:
        assert len(tx.journal.parked()) == 1


def test_a_body_opens_only_in_its_own_row_and_says_nothing_unopened(desk: Desk) -> None:
    desk.hears(desk.message("ann", "my secret", "1"), desk.command("bob", "my secret", "2"))
    move_body(desk)

    first, second = rows(desk)
    with desk.store.transaction() as tx:
        assert tx.journal.read(first).key == "paper/1"
        with pytest.raises(InvalidTag):
            tx.journal.read(second)
    assert not any(b"secret" in row.body for row in rows(desk) + rows(desk, outbox))


def test_the_error_of_a_parked_event_is_sealed_too(desk: Desk) -> None:
    desk.hears(Unread(key="odd", at=desk.now, payload="my secret"))

    (row,) = rows(desk)
    assert b"Traceback" not in row.error
    assert b"nobody could read" not in row.error


def test_bodies_are_erased_a_week_after_they_were_settled_and_their_keys_stay(desk: Desk) -> None:
    event = desk.command("ann", "help", "k1")
    desk.hears(event, Unread(key="odd", at=desk.now, payload="kept until somebody looked"))
    desk.wait(WEEK)
    assert [row.body is None for row in rows(desk)] == [False, False]
    desk.wait(timedelta(minutes=11))

    assert [row.body is None for row in rows(desk)] == [True, False]
    assert [row.body is None for row in rows(desk, outbox)] == [True]
    assert [row.outcome is None for row in rows(desk, outbox)] == [False]
    assert desk.hears(event) == []
    assert [row.key for row in rows(desk)] == ["k1", "odd"]


def test_companies_in_one_database_do_not_meet(desk: Desk) -> None:
    other = Store(desk.store.db, "globex", desk.store.seal, desk.store.clock)
    desk.posts("ann", "@bob when will it be ready?")
    desk.says("ann", "request notice Closed on Friday", key="k1")

    with other.transaction() as tx:
        assert tx.journal.admit([desk.command("ann", "help", "k1")]) == 1
        assert tx.duties.find(1) is None
        assert tx.duties.number() == 1
        assert tx.requests.find(2) is None
        assert tx.records.head("paper/home/lobby")[0] == 0
        assert tx.outbox.unsent() == 0
        assert tx.dues.next() is None
        assert not tx.people.snapshot().directory.people
        assert tx.policies.text() == ""
    with desk.store.transaction() as tx:
        assert set(tx.people.snapshot().directory.people) == set(STAFF)
