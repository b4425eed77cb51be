"""Several processes on one PostgreSQL: nothing twice, everything in order, nobody holds up others.

Each process is a store of its own, with connections of its own, as on another machine.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from bot.card import Card
from bot.clock import Clock, wall
from bot.effects import Deliverable, Send
from bot.engine import Engine
from bot.events import Happening, MessagePosted, MessageRef
from bot.handlers import Handlers
from bot.outbox import QUARANTINE
from bot.store import Store, Transaction, connecting, keystore
from bot.store.connecting import connect
from bot.store.dbtime import DatabaseTime
from bot.store.processes import ALIVE
from bot.store.records import Saying
from bot.store.rows import gave_way
from bot.store.schema import listeners, outbox, records
from bot.store.verifying import Broken
from bot.wiring import assemble
from bot.words import Reader, say
from tests.desk import LOBBY, MONDAY, PAPER, Desk, Paper, account
from tests.needs import seed

PATIENCE = 60.0  # seconds within which whatever waits has waited long enough


@pytest.fixture
def desk(postgresql: sa.Engine) -> Iterator[Desk]:
    made = Desk(db=postgresql)
    yield made
    made.close()


@contextmanager
def another(desk: Desk) -> Iterator[Store]:
    """A process beside the desk's, with the same keys."""
    db = connect(desk.store.db.url.render_as_string(hide_password=False))
    keystore.join(db, keystore._keys_of(desk.store.db))
    chance = Random(2)
    clock = Clock(lease=lambda: desk.now, random=chance.randbytes)
    yield Store(db, desk.company, desk.store.seal, clock)
    db.dispose()


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """All at once, each in a thread of its own."""
    with ThreadPoolExecutor(len(deeds)) as pool:
        return [each.result(PATIENCE) for each in [pool.submit(deed) for deed in deeds]]


# Events


@dataclass(frozen=True)
class Slow(Handlers):
    """Notes what it handles, and takes its time over it."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    chance: Random = field(default_factory=lambda: Random(seed()))

    def handle(self, tx: Transaction, event: Happening) -> None:
        assert isinstance(event, MessagePosted)
        time.sleep(self.chance.random() / 500)
        super().handle(tx, event)
        self.seen.append((event.message.place.id, event.key))


def talk(desk: Desk, rooms: int, count: int) -> list[MessagePosted]:
    """As many messages, in turn in each of the rooms."""
    made = []
    for number in range(count):
        message = desk.message("ann", f"word {number}", f"m{number}")
        place = replace(LOBBY, id=f"room{number % rooms}")
        made.append(replace(message, message=MessageRef(place, f"m{number}")))
    return made


def test_two_engines_keep_the_order_of_each_conversation_and_handle_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.BATCH", 5)
    events = talk(desk, 3, 60)
    with another(desk) as store:
        seen: list[tuple[str, str]] = []
        engines = [Engine(each, Slow((), seen=seen)) for each in (desk.store, store)]
        until = time.monotonic() + PATIENCE

        def admit() -> None:
            for each in events:
                with store.transaction() as tx:
                    tx.journal.admit([each])

        def work(engine: Engine) -> int:
            done = 0
            while len(seen) < len(events) and time.monotonic() < until:
                done += engine.work()
            return done

        _, *shares = together(admit, *(lambda one=each: work(one) for each in engines))

    assert sum(shares) == len(events)
    assert all(shares), "only one of them ever had the turn"
    by_room = defaultdict(list)
    for room, key in seen:
        by_room[room].append(key)
    wanted = defaultdict(list)
    for each in events:
        wanted[each.message.place.id].append(each.key)
    assert by_room == wanted


def test_an_engine_that_froze_over_a_batch_gives_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connecting.LETS_GO, "idle_in_transaction_session_timeout", 500)
    desk.bot.engine.work()
    with desk.store.transaction() as tx:
        tx.journal.admit(talk(desk, 1, 2))
    with another(desk) as store:
        frozen = store.db.connect()
        began = frozen.begin()
        assert store.on(frozen).journal.waiting(10)
        assert desk.bot.engine.work() == 0

        until = time.monotonic() + PATIENCE
        while not (done := desk.bot.engine.work()) and time.monotonic() < until:
            time.sleep(0.05)

        assert done == 2
        with pytest.raises(sa.exc.DBAPIError) as cut:  # now it wakes
            store.on(frozen).journal.settle(["x"])
        assert gave_way(cut.value)
        began.close()
        frozen.close()


def saying(number: int) -> Saying:
    return Saying(
        conversation="paper/home/desk",
        kind="look",
        message=f"l{number}",
        thread=None,
        author="paper/home/ann",
        class_name="internal",
        at=MONDAY,
        body={"text": "why", "who": "ann"},
    )


@pytest.mark.parametrize("before", [0, 1])
def test_a_page_and_an_engine_write_to_the_same_chain(desk: Desk, before: int) -> None:
    """The first record of a conversation, too."""
    with another(desk) as store:
        with desk.store.transaction() as tx:
            for number in range(before):
                tx.records.add(saying(number))
        held, go = threading.Event(), threading.Event()

        def page() -> None:
            with store.transaction() as tx:
                tx.records.add(saying(10))
                held.set()
                go.wait(PATIENCE)

        def engine() -> None:
            held.wait(PATIENCE)
            threading.Timer(0.3, go.set).start()
            with desk.store.transaction() as tx:
                tx.records.add(saying(11))

        together(page, engine)
        with desk.store.reading() as tx:
            broken = [each for each in tx.records.verify() if isinstance(each, Broken)]
            rows = tx.rows.all(records, order=[records.c.seq])
    assert broken == []
    assert [row.seq for row in rows] == list(range(1, before + 3))


def test_what_another_process_adds_in_the_same_moment_parks_no_event(desk: Desk) -> None:
    """Both saw that it was not there; who comes second sees it when it looks again."""
    with another(desk) as store:
        tried: list[bool] = []

        class Adding(Handlers):
            def handle(self, tx: Transaction, event: Happening) -> None:
                there = tx.rows.one(listeners, listeners.c.name == "here") is not None
                tried.append(there)
                if not there:
                    with store.transaction() as other:
                        if other.rows.one(listeners, listeners.c.name == "here") is None:
                            other.rows.add(listeners, name="here")
                    tx.rows.add(listeners, name="here")

        with desk.store.transaction() as tx:
            tx.journal.admit(talk(desk, 1, 1))
        assert Engine(desk.store, Adding(())).work() == 1
        with desk.store.reading() as tx:
            assert list(tx.journal.parked()) == []
    assert tried == [False, True]


@pytest.mark.parametrize(
    "first",
    [
        lambda tx: tx.duties.number("new"),
        lambda tx: tx.listeners.move("new", "1"),
        lambda tx: tx.people.changed(),
    ],
    ids=["number", "cursor", "directory"],
)
def test_what_is_there_for_the_first_time_is_no_trouble_for_two(
    desk: Desk, first: Callable[[Transaction], Any]
) -> None:
    with desk.store.transaction() as tx:
        tx.rows.remove(sa.Table("numbers", sa.MetaData(), autoload_with=tx.rows.conn))
    with another(desk) as store:
        meet = threading.Barrier(2)

        def one(whose: Store) -> Any:
            with whose.transaction() as tx:
                tx.clock.new_id()
                meet.wait(PATIENCE)
                return first(tx)

        found = together(lambda: one(desk.store), lambda: one(store))
    assert found in ([1, 2], [2, 1], [None, None])


# Effects


class Dawdling(Paper):
    """Takes its time, and notes in which order what arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.chance, self.arrived = Random(seed()), list[tuple[str, str]]()

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        await asyncio.sleep(self.chance.random() / 100)
        found = await super().deliver(effect, key=key, reader=reader)
        self.arrived.append((effect.to.id, key))
        return found


def send(store: Store, who: str, key: str) -> None:
    with store.transaction() as tx:
        tx.outbox.add(Send(account(who), Card(say("Yes"))), key, urgent=True)


def enlist(store: Store, name: str) -> None:
    with store.transaction() as tx:
        tx.processes.begin(name, "worker", "1", works=True)


def test_two_couriers_deliver_each_card_once_and_to_each_reader_in_order(desk: Desk) -> None:
    paper, readers = Dawdling(), ("ann", "bob", "eve")
    with another(desk) as store:
        bots = [assemble(each, [paper]) for each in (desk.store, store)]
        for each in bots:
            enlist(each.store, each.inbox.name)

        async def write() -> None:
            for number in range(90):
                await asyncio.to_thread(send, desk.store, readers[number % 3], f"k{number:03}")

        async def carry(courier: Any) -> int:
            done = 0
            while len(paper.arrived) < 90:
                done += (tried := await courier.round())
                if not tried:
                    await asyncio.sleep(0.002)
            return done

        async def scene() -> list[int]:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                group.create_task(write())
                carrying = [group.create_task(carry(each.courier)) for each in bots]
            return [each.result() for each in carrying]

        shares = asyncio.run(scene())

    assert len(paper.arrived) == len(set(paper.arrived)) == 90
    assert all(shares), "only one of them ever carried anything"
    for who in readers:
        theirs = [key for to, key in paper.arrived if to == who]
        assert theirs == sorted(theirs)


def claimed(store: Store, carrier: str) -> list[str]:
    with store.transaction() as tx:
        rows = tx.outbox.claim([PAPER], 10, QUARANTINE, urgent=True, carrier=carrier)
    return [row.key for row, _ in rows]


def test_what_another_carries_to_somebody_goes_first_unless_it_died_over_it(desk: Desk) -> None:
    enlist(desk.store, "a")
    enlist(desk.store, "b")
    send(desk.store, "bob", "first")
    assert claimed(desk.store, "a") == ["first"]
    send(desk.store, "bob", "second")
    send(desk.store, "ann", "hers")

    assert claimed(desk.store, "b") == ["hers"]
    desk.now += ALIVE
    enlist(desk.store, "b")  # of the other one nothing is heard any more
    assert claimed(desk.store, "b") == ["second"]
    desk.now += QUARANTINE
    enlist(desk.store, "b")
    assert set(claimed(desk.store, "b")) == {"first", "second", "hers"}  # in doubt, all of them


def test_who_claims_meanwhile_waits_until_it_is_known_what_another_carries(desk: Desk) -> None:
    for each in ("a", "b"):
        enlist(desk.store, each)
    with another(desk) as store, ThreadPoolExecutor(1) as pool:
        send(desk.store, "bob", "first")
        with store.transaction() as tx:
            tx.outbox.claim([PAPER], 10, QUARANTINE, urgent=True, carrier="a")
            send(desk.store, "bob", "second")
            asking = pool.submit(claimed, desk.store, "b")
            time.sleep(0.3)
            assert not asking.done()
        assert asking.result(PATIENCE) == []


def test_a_doubt_holds_up_nobody_else(desk: Desk) -> None:
    class Lost(Paper):
        async def deliver(self, effect: Deliverable, **_: Any) -> MessageRef | None:
            raise ConnectionError(effect.to.id)

    bot = assemble(desk.store, [Lost()])
    enlist(desk.store, bot.inbox.name)
    send(desk.store, "bob", "first")
    asyncio.run(bot.courier.round())
    send(desk.store, "bob", "second")
    enlist(desk.store, "b")

    assert claimed(desk.store, "b") == ["second"]


def test_what_was_claimed_and_not_begun_is_handed_back_by_who_ends(desk: Desk) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    class Waiting(Paper):
        async def deliver(self, effect: Deliverable, **named: Any) -> MessageRef | None:
            begun.set()
            await go.wait()
            return await super().deliver(effect, **named)

    paper = Waiting()
    bot = assemble(desk.store, [paper])
    for number in range(5):
        send(desk.store, "bob", f"k{number}")

    async def scene() -> None:
        carrying = asyncio.create_task(bot.courier.round())
        await begun.wait()
        await bot.courier.close()
        go.set()
        await carrying
        assert await bot.courier.round() == 0

    asyncio.run(scene())
    with desk.store.db.connect() as conn:
        rows = conn.execute(sa.select(outbox).order_by(outbox.c.id)).all()
    assert [row.state for row in rows] == ["arrived", *["ready"] * 4]
    assert {row.carrier for row in rows} == {None}
    assert claimed(desk.store, "b") == ["k1", "k2", "k3", "k4"]


# What falls due


def test_of_two_tickers_one_plans_and_rungs_that_are_past_share_a_card(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    with another(desk) as store:
        other = assemble(store, [desk.paper])
        for each in (desk.bot, other):
            each.ticker.ring()
        desk.now += timedelta(hours=5, minutes=45)  # two rungs are past
        together(desk.bot.ticker.ring, other.ticker.ring)
        desk.wait(timedelta(seconds=10))
    keys = [line.key for line in desk.paper.lines if line.to == "bob"]
    nudges = [key for key in keys if key.startswith("nudge/")]
    assert len(nudges) == 1


def test_while_one_plans_another_waits_for_nothing(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.dues.add(MONDAY, "day", "day", 1)
    with desk.store.transaction() as tx:
        assert tx.dues.alone()
        with another(desk) as store:
            other = assemble(store, [desk.paper])
            with store.transaction() as theirs:
                assert not theirs.dues.alone()
            assert other.ticker._batch(piled_up=False) == 0


# Time


def test_the_time_of_leases_is_the_databases(postgresql: sa.Engine) -> None:
    time_of_it = DatabaseTime(postgresql)
    time_of_it.ask()

    def there() -> Any:
        with postgresql.connect() as conn:
            return conn.exec_driver_sql("SELECT clock_timestamp()").scalar_one()

    asked = [(there(), time_of_it(), there()) for _ in range(20)]
    slack = timedelta(milliseconds=50)
    assert all(before - slack < ours < after + slack for before, ours, after in asked)
    assert all(one[1] <= next_[1] for one, next_ in pairwise(asked))
    assert abs(time_of_it.skew()) < timedelta(seconds=1)


def test_a_machine_whose_clock_is_wrong_holds_leases_as_long_as_others(
    postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_of_it = DatabaseTime(postgresql)
    real = wall
    monkeypatch.setattr("bot.store.dbtime.wall", lambda: real() + timedelta(hours=1))
    time_of_it.ask()

    assert abs(time_of_it() - real()) < timedelta(seconds=5)
    assert time_of_it.skew() > timedelta(minutes=59)
