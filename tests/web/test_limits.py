"""Failures are counted by address, for a while, by all processes together."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from bot.store import Store
from bot.store.schema_processes import limits
from bot.web.limits import HOUR, MOST, SPAN, Attempts, Pace
from tests.desk import Desk


def fails(desk: Desk, host: str, times: int) -> None:
    for _ in range(times):
        asyncio.run(Attempts(desk.store).fail(host))


def waits(desk: Desk, host: str) -> timedelta | None:
    return asyncio.run(Attempts(desk.store).wait(host))


def test_failures_of_long_ago_do_not_count(desk: Desk) -> None:
    fails(desk, "192.0.2.1", MOST - 1)
    desk.now += SPAN
    fails(desk, "192.0.2.1", 1)

    assert waits(desk, "192.0.2.1") is None


def test_the_wait_grows_shorter(desk: Desk) -> None:
    fails(desk, "192.0.2.1", MOST)
    desk.now += timedelta(minutes=4)

    assert waits(desk, "192.0.2.1") == timedelta(minutes=6)
    assert waits(desk, "192.0.2.2") is None


def test_who_has_one_address_of_a_network_has_all_of_it(desk: Desk) -> None:
    fails(desk, "2001:db8::1", MOST)

    assert waits(desk, "2001:db8::2") is not None
    assert waits(desk, "2001:db8:1::2") is None


def test_a_flood_of_addresses_is_forgotten_and_names_none(desk: Desk) -> None:
    for number in range(30):
        fails(desk, f"192.0.2.{number}", 1)
    desk.now += HOUR
    fails(desk, "192.0.2.1", 1)

    with desk.store.db.connect() as conn:
        rows = conn.execute(sa.select(limits)).all()
    assert len(rows) == 1
    assert "192.0.2" not in repr(rows)


def test_another_process_counts_the_same(desk: Desk) -> None:
    other = Store(desk.store.db, desk.company, desk.store.seal, desk.clock)
    pace, theirs = Pace(desk.store), Pace(other)
    for each in (pace, theirs, pace):
        assert asyncio.run(each.wait(3)) is None

    assert asyncio.run(theirs.wait(3)) == HOUR
    desk.now += HOUR
    assert asyncio.run(theirs.wait(3)) is None
