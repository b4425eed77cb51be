"""Clocks are set back and ahead, by hand, by NTP or by a battery that is empty.

By a moment in the simulation (tests/simulation/wide.py); here by days, and back again.
"""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.store.rings import Destroyed, Ring
from bot.store.schema import journal
from tests.desk import MONDAY, Desk, account

DAY, YEAR = timedelta(days=1), timedelta(days=365)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_ids_only_grow_however_the_clock_goes() -> None:
    times = iter([MONDAY, MONDAY + YEAR, MONDAY, MONDAY - YEAR, MONDAY + DAY])
    clock = Clock(lease=lambda: next(times))
    ids = [clock.new_id() for _ in range(5)]

    assert ids == sorted(set(ids))


def test_what_falls_due_after_the_clock_was_right_again_is_told(desk: Desk) -> None:
    desk.now += YEAR
    desk.bot.ticker.ring()
    desk.now -= YEAR
    desk.posts("ann", "@bob when will the samples be ready?")
    before = len(desk.paper.lines)

    desk.wait(DAY)

    assert any("samples" in line.text for line in desk.paper.lines[before:] if line.to == "bob")


def test_a_clock_set_back_by_a_day_loses_nothing_and_doubles_nothing(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.now -= DAY
    desk.posts("ann", "@eve when will the tests be ready?")
    desk.wait(4 * DAY)

    for who, what in (("bob", "samples"), ("eve", "tests")):
        keys = [line.key for line in desk.paper.lines if line.to == who and what in line.text]
        assert keys
        assert len(keys) == len(set(keys))


def test_what_was_written_while_the_clock_was_ahead_is_said_when_it_is_right(desk: Desk) -> None:
    desk.now += YEAR
    asyncio.run(desk.bot.inbox.take([desk.command("ann", "help", "ahead")]))
    desk.bot.engine.work()
    desk.now -= YEAR
    assert not desk.paper.lines

    desk.wait(11 * MINUTE)
    desk.wait(2 * MINUTE)

    assert len([line for line in desk.paper.lines if line.to == "ann"]) == 1


def test_the_house_is_kept_although_the_clock_was_ahead(desk: Desk) -> None:
    """Bodies are erased when their week is over, and not a year later."""
    desk.now += YEAR
    desk.bot.ticker.ring()
    desk.now -= YEAR
    desk.hears(desk.command("ann", "help", "k1"))

    desk.wait(7 * DAY)
    desk.wait(11 * MINUTE)

    with desk.store.db.connect() as conn:
        assert conn.execute(sa.select(journal.c.body)).scalars().all() == [None]


def test_who_took_a_line_while_the_clock_was_ahead_and_died_does_not_keep_it(desk: Desk) -> None:
    def takes(who: str) -> bool:
        with desk.store.transaction() as tx:
            return tx.listeners.lease("socket", who, timedelta(seconds=30))

    desk.now += YEAR
    assert takes("dead")
    desk.now -= YEAR

    assert takes("next")
    assert not takes("third")


@pytest.mark.parametrize("jump", [DAY, YEAR])
def test_nothing_lasts_longer_because_it_was_made_while_the_clock_was_ahead(
    desk: Desk, jump: timedelta
) -> None:
    desk.now += jump
    with desk.store.transaction() as tx:
        link, code = tx.links.make("ann"), tx.codes.make("ann", "ann")
        session = tx.sessions.begin("ann", "a browser")
        assert tx.links.look(link)[0] == "good"
        assert tx.sessions.of(session)
    desk.now -= jump

    with desk.store.transaction() as tx:
        assert tx.links.look(link)[0] == "expired"
        assert tx.links.redeem(link) is None
        assert tx.codes.whose(code) is None
        assert tx.codes.redeem(code).standing == "expired"
        assert tx.sessions.of(session) is None


def test_a_session_survives_a_clock_that_is_set_right_by_a_few_seconds(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        session = tx.sessions.begin("ann", "a browser")
    desk.now -= timedelta(seconds=30)

    with desk.store.transaction() as tx:
        assert tx.sessions.of(session)


def test_nobody_is_shut_out_for_as_long_as_the_clock_was_ahead(desk: Desk) -> None:
    guest = account("mallory")

    def tries(times: int) -> tuple[timedelta | None, bool]:
        with desk.store.transaction() as tx:
            for _ in range(times):
                tx.limits.count("host/1", 10 * MINUTE)
                tx.codes.miss(guest)
            return tx.limits.wait("host/1", 20, 10 * MINUTE), tx.codes.tried_enough(guest)

    desk.now += YEAR
    assert tries(20) == (10 * MINUTE, True)
    desk.now -= YEAR

    assert tries(0) == (None, False)
    assert tries(19) == (None, True)
    assert tries(1) == (10 * MINUTE, True)


def test_keys_that_are_destroyed_are_forgotten_although_the_clock_was_ahead(desk: Desk) -> None:
    """Another process has destroyed it: this one asks again within a minute."""
    first, other = (
        desk.store.rings,
        type(desk.store)(desk.store.db, desk.store.company, desk.store.seal, desk.clock).rings,
    )
    name, _ = first.writing(Ring("work", False, "2026-03"))
    desk.now += YEAR
    first.seal(name)
    desk.now -= YEAR
    other.close(name)
    desk.now += HOUR
    other.destroy(name)

    with pytest.raises(Destroyed):
        first.seal(name)
