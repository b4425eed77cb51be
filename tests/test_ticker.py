"""What fell due becomes work: set-wise, once, in working time, and one card after an outage."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot.events import Happening
from bot.policy.people import Absence
from bot.store.rings import KeysAway
from bot.store.schema import dues, files, nudges, outbox
from bot.ticker import BATCH, LOOK, SWEEP
from tests.desk import MONDAY, Desk

M, H, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASK = "@bob when will the samples be ready?"

# SQLite has one writer: these are about several
SHARED = pytest.mark.parametrize("desk", ["postgresql"], indirect=True)


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:  # noqa: ARG001
        said.append(statement)

    sa.event.listen(desk.store.db, "before_cursor_execute", hear)
    yield said
    sa.event.remove(desk.store.db, "before_cursor_execute", hear)


def rows(desk: Desk, table: sa.Table) -> list[Any]:
    """But for what begins every day and every month."""
    with desk.store.db.connect() as conn:
        found = list(conn.execute(sa.select(table)))
    return [each for each in found if table is not dues or each.kind not in ("day", "disposals")]


def asks(desk: Desk, count: int) -> None:
    """So many different people's questions, each in a thread of its own."""
    events: list[Happening] = []
    for number in range(count):
        root = f"root{number}"
        events += [desk.message("wei", "a thread", root)]
        events += [desk.message("ann", f"{ASK} ({number})", f"q{number}", root)]
    asyncio.run(desk.bot.inbox.take(events))
    while desk.bot.engine.work():
        pass


def test_nothing_due_is_one_cheap_look(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.bot.ticker.ring()

    with statements(desk) as said:
        assert desk.bot.ticker.ring() == 0
    assert len([each for each in said if "FROM dues" in each]) == 1
    ours = ("BEGIN", "SELECT pg_try_advisory_xact_lock")  # of several processes one plans
    assert len([each for each in said if not each.startswith(ours)]) == 1


def test_what_falls_due_is_claimed_by_the_batch_in_few_statements(desk: Desk) -> None:
    many = BATCH + 20
    desk.bot.ticker.ring()  # a process begins only once
    with desk.store.transaction() as tx:
        tx.dues.add_all([(desk.now, "duty", f"unknown-{number}", 1) for number in range(many)])

    with statements(desk) as said:
        assert desk.bot.ticker.ring() == many
    assert len(said) < 30
    assert rows(desk, dues) == []


@pytest.mark.thorough
def test_a_hundred_duties_of_one_person_are_one_card(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt("[nudges]\nper_pair = 1000\nper_sender = 1000\n")
    asks(desk, 100)
    with statements(desk) as said:
        assert desk.bot.ticker.ring() == 0
        desk.now += 4 * H + 30 * M  # three working hours of four, lunch between
        assert desk.bot.ticker.ring() == 100 + 1  # and a checkpoint
    told = desk.wait(M)

    assert desk.titles(told) == ["bob: 100 things wait for you"]
    planning = [each for each in said if each.startswith("INSERT INTO nudges")]
    assert len(planning) <= 2
    assert len(rows(desk, nudges)) == 100


def test_after_an_outage_all_rungs_that_are_past_share_one_card(desk: Desk) -> None:
    desk.posts("ann", ASK)
    told = desk.wait(3 * DAY)

    assert desk.titles(told) == ["bob: Your day: 1 thing waits", "mei: 您的团队有逾期：«Bob»"]
    assert desk.wait(H) == []


def test_after_an_outage_what_piled_up_is_one_card_for_each_person(desk: Desk) -> None:
    asks(desk, 12)
    with desk.store.transaction() as tx:
        tx.dues.add_all([(desk.now, "duty", f"unknown-{number}", 1) for number in range(BATCH)])
    desk.now += 3 * DAY
    told = desk.wait(timedelta(0)) + desk.wait(timedelta(seconds=6)) + desk.wait(H)

    assert sorted(each.split(":")[0] for each in told) == ["bob", "mei"]


def test_after_an_outage_that_ends_at_night_nothing_is_said_before_the_morning(desk: Desk) -> None:
    desk.posts("ann", ASK)

    assert desk.wait(12 * H) == []
    assert desk.until(MONDAY + DAY - M) == []
    morning = desk.until(MONDAY + DAY)
    assert sorted(each.split(":")[0] for each in morning) == ["bob", "mei"]
    assert desk.until(MONDAY + DAY + 5 * M) == []


def test_a_batch_that_crashes_is_due_again(desk: Desk) -> None:
    class Crash(BaseException):
        pass

    def strike(name: str) -> None:
        if name == "before commit":
            raise Crash

    desk.posts("ann", ASK)
    desk.now += 4 * H + 30 * M
    clock.faults.append(strike)
    with pytest.raises(Crash):
        desk.bot.ticker.ring()
    clock.faults.remove(strike)
    assert (len(rows(desk, dues)), rows(desk, nudges)) == (2, [])  # a rung, and a digest

    assert desk.titles(desk.wait(M)) == ["bob: «Ann» is waiting for your answer"]


@SHARED
def test_two_tickers_never_plan_the_same(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.now += 4 * H + 30 * M

    with desk.store.transaction() as tx:
        assert len(tx.dues.claim(desk.now, 10)) == 1
        assert desk.bot.ticker.ring() == 1  # a checkpoint


@contextmanager
def struck(number: int, deed: Callable[[], object]) -> Iterator[None]:
    """When the keys are asked for: first to sign a checkpoint, then to keep it."""
    asked: list[str] = []

    def strike(name: str) -> None:
        if name == "the keys were written":
            asked.append(name)
            if len(asked) == number:
                deed()

    clock.faults.append(strike)
    yield
    clock.faults.remove(strike)
    assert len(asked) >= number


def checkpoints_of(desk: Desk) -> list[int]:
    with desk.store.reading() as tx:
        return [each.number for each in tx.checkpoints.all()]


def looking(desk: Desk) -> None:
    """Something was said, and the next look is for a checkpoint."""
    desk.posts("ann", ASK)
    desk.bot.ticker.ring()
    desk.now += LOOK


@pytest.mark.parametrize("number", [1, 2])
def test_a_checkpoint_that_another_process_takes_in_that_moment_is_not_taken_again(
    postgresql: sa.Engine, number: int
) -> None:
    desk = Desk(db=postgresql)

    def other() -> None:
        with desk.store.transaction() as tx:
            drawn = tx.checkpoints.draw()
            assert drawn is not None
            assert tx.checkpoints.take(drawn)

    looking(desk)
    with struck(number, other):
        assert desk.bot.ticker.ring() == 0

    assert checkpoints_of(desk) == [1]
    desk.close()


def test_while_the_keys_are_away_a_checkpoint_waits_and_everything_else_goes_on(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise KeysAway("nobody answers there")

    looking(desk)
    with struck(1, away):
        assert desk.bot.ticker.ring() == 0
    assert "the keys cannot be reached: checkpoints and disposals wait" in caplog.text
    assert checkpoints_of(desk) == []
    desk.now += LOOK
    desk.bot.ticker.ring()

    assert checkpoints_of(desk) == [1]


def test_a_checkpoint_that_cannot_be_kept_is_taken_at_the_next_look(desk: Desk) -> None:
    def fail() -> None:
        raise OSError("the disk is gone")

    looking(desk)
    with struck(2, fail), pytest.raises(OSError, match="the disk is gone"):
        desk.bot.ticker.ring()
    assert checkpoints_of(desk) == []
    desk.now += LOOK
    desk.bot.ticker.ring()

    assert checkpoints_of(desk) == [1]


def test_somebody_who_is_never_at_work_again_holds_up_nobody_else(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.posts("ann", "@wei when will the contract be ready?")
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="bob", start=desk.now, end=desk.now + 5000 * DAY))
    told: list[str] = []
    for _ in range(60):
        told += desk.wait(5 * M)

    assert any(each.startswith("wei") for each in told)


def test_a_nudge_that_was_spared_for_a_promise_comes_when_the_promise_is_broken(
    desk: Desk,
) -> None:
    """Planned in the evening, promised at night, due again by the promise."""
    desk.posts("ann", ASK)
    desk.until(MONDAY + 5 * H + 29 * M)
    desk.now = MONDAY + 5 * H + 31 * M
    desk.bot.ticker.ring()  # the nudge is planned, and before it leaves …
    desk.says("bob", "promise 1 in 2 hours")
    desk.now += 2 * H - 5 * M
    told = desk.until(desk.now + 30 * M)

    assert desk.titles(told) == ["bob: Your answer to «Ann» is due"]


@pytest.mark.thorough
def test_the_cap_of_a_day_is_counted_in_the_time_that_people_see(desk: Desk) -> None:
    """In the playground only `now` moves; a new day there allows new cards."""
    for number in range(14):
        desk.posts("ann", f"{ASK} ({number})", reply_to=desk.posts("wei", "a thread"))
        desk.clock.ahead += DAY
        desk.wait(timedelta(seconds=1))

    cards = [x for x in desk.paper.lines if x.to == "bob" and x.key.startswith("nudge/")]
    assert len(cards) >= 8  # ten working days


def test_the_sweep_runs_now_and_then_and_not_at_every_ring(desk: Desk) -> None:
    desk.bot.ticker.ring()
    with desk.store.transaction() as tx:
        tx.files.add("r.xlsx", "ann", b"figures", timedelta(seconds=1))
    desk.now += SWEEP - M
    desk.bot.ticker.ring()
    assert len(rows(desk, files)) == 1
    desk.now += M
    desk.bot.ticker.ring()

    assert rows(desk, files) == []


def test_at_most_one_nudge_for_a_duty_step_and_person_ever(desk: Desk) -> None:
    desk.posts("ann", ASK)
    for _ in range(3):
        desk.until(desk.now + DAY)
        desk.says("bob", "done 1")
        desk.says("ann", "reopen 1")
    desk.until(desk.now + 3 * DAY)

    said = [(row.duty, row.step, row.person) for row in rows(desk, nudges)]
    cards = [row.key for row in rows(desk, outbox) if row.kind == "Remind"]
    assert len(said) == len(set(said)) == len(cards) == len(set(cards)) >= 3
