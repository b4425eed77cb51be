"""How an effect fares on its way out: none lost, none doubled, nothing unasked at night."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from bot import outbox as courier
from bot.card import Card, Field, Form
from bot.effects import (
    Amend,
    Deliverable,
    Effect,
    OpenForm,
    Remind,
    Send,
    ShowHome,
    Upload,
    Whisper,
)
from bot.events import Account, MessageRef, Place
from bot.handlers.nudging import Nudging
from bot.outbox import AT_ONCE, PATIENCE, QUARANTINE, RESOLVE, START, TRIES
from bot.port import CannotTell, Doubtful, TryLater, Undeliverable
from bot.store import Transaction
from bot.store.outbox import Parcel, Written
from bot.store.schema import outbox
from bot.words import Reader, say
from tests.desk import LOBBY, MONDAY, PAPER, Desk, Paper, account, person
from tests.needs import need, share
from tests.simulation import fresh

SOON, MINUTE, HOUR = timedelta(minutes=5), timedelta(minutes=1), timedelta(hours=1)
CARD = Card(say("Hello"))
ANN, BOB = account("ann"), account("bob")


async def nothing() -> None:
    pass


class Moody(Paper):
    """Shows its moods one after another, then behaves. `accepts`: though it complains."""

    def __init__(self, *moods: Exception, accepts: bool = False, finds: bool = True) -> None:
        super().__init__()
        self.moods, self.accepts, self.finds = list(moods), accepts, finds
        self.tries: list[str] = []
        self.looks: list[str] = []
        self.before: Callable[[], Awaitable[None]] = nothing

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        self.tries.append(key)
        await self.before()
        if not self.moods:
            return await super().deliver(effect, key=key, reader=reader)
        if self.accepts:
            await super().deliver(effect, key=key, reader=reader)
        raise self.moods.pop(0)

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        self.looks.append(key)
        return await super().find(effect, key=key, since=since) if self.finds else None


class Blind(Moody):
    """As Slack beside a room: nobody can look for what only one person was shown."""

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        raise CannotTell


class Dreaming(Moody):
    """Looks for what was sent page by page, and the platform takes its time over each."""

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        found = await super().find(effect, key=key, since=since)
        await asyncio.sleep(0.2)
        return found


def put(desk: Desk, *effects: Effect) -> None:
    with desk.store.transaction() as tx:
        for number, effect in enumerate(effects):
            tx.outbox.add(effect, f"e/{number}")


def states(desk: Desk) -> list[str]:
    return [row.state for row in rows(desk)]


def rows(desk: Desk) -> list[Any]:
    with desk.store.db.connect() as conn:
        return list(conn.execute(sa.select(outbox).order_by(outbox.c.id)))


def sent(desk: Desk) -> list[str]:
    return [line.key for line in desk.paper.lines]


def go(desk: Desk, span: timedelta = timedelta(0)) -> None:
    desk.wait(span)


def whisper(to: Account = ANN) -> Whisper:
    return Whisper(to, LOBBY, CARD)


def form(*, within: timedelta = timedelta(seconds=3)) -> OpenForm:
    asked = Form("promise 1", say("When?"), (Field("until", say("When?")),), say("Send"))
    return OpenForm(ANN, asked, "window", CARD, within)


@pytest.mark.parametrize(
    ("mood", "wait", "arrived"),
    [
        pytest.param(TryLater(SOON), SOON - MINUTE, 0, id="busy: not before it says"),
        pytest.param(TryLater(SOON), SOON, 1, id="busy: when it says"),
        pytest.param(Undeliverable("no such user"), SOON, 0, id="hopeless: given up"),
        pytest.param(Doubtful(), QUARANTINE - MINUTE, 0, id="doubtful: not in quarantine"),
        pytest.param(Doubtful(), QUARANTINE, 1, id="doubtful: looked for, then sent again"),
        pytest.param(KeyError("our bug"), QUARANTINE, 1, id="any other error is a doubt"),
    ],
)
def test_how_a_card_fares(mood: Exception, wait: timedelta, arrived: int) -> None:
    desk = Desk(paper=Moody(mood))
    put(desk, Send(ANN, CARD))
    go(desk)
    go(desk, wait)

    assert len(desk.paper.lines) == arrived
    desk.close()


def test_what_arrived_though_it_seemed_not_to_is_found_and_not_sent_again() -> None:
    paper = Moody(Doubtful(), accepts=True)
    desk = Desk(paper=paper)
    put(desk, Send(ANN, CARD))
    go(desk)
    go(desk, QUARANTINE)

    assert (states(desk), sent(desk)) == (["arrived"], ["e/0"])
    assert (paper.tries, paper.looks) == (["e/0"], ["e/0"])
    desk.close()


def test_a_busy_platform_does_not_end_an_older_doubt() -> None:
    paper = Moody(Doubtful(), TryLater(SOON), accepts=False)
    desk = Desk(paper=paper)
    put(desk, Send(ANN, CARD))
    go(desk)
    go(desk, QUARANTINE)
    assert states(desk) == ["doubtful"]
    go(desk, SOON)

    assert (states(desk), paper.looks) == (["arrived"], ["e/0", "e/0"])
    desk.close()


def test_who_looks_for_it_longer_than_the_claim_lasts_does_not_send_it_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another process has it by then, and both would find nothing and send."""
    monkeypatch.setattr(courier, "LONGEST", 0.05)
    paper = Dreaming(Doubtful(), finds=False)
    desk = Desk(paper=paper)
    put(desk, Send(ANN, CARD))
    go(desk)
    go(desk, QUARANTINE)

    assert (states(desk), paper.tries, paper.looks) == (["doubtful"], ["e/0"], ["e/0"])
    desk.close()


def test_a_whisper_in_doubt_is_rather_lost_than_doubled() -> None:
    paper = Blind(Doubtful(), accepts=True)
    desk = Desk(paper=paper)
    put(desk, whisper())
    go(desk)
    go(desk, QUARANTINE)

    assert (states(desk), sent(desk)) == (["undeliverable"], ["e/0"])
    desk.close()


def test_a_form_that_was_perhaps_opened_before_a_restore_is_not_looked_for() -> None:
    desk = Desk(paper=Moody())
    put(desk, form())
    with desk.store.db.begin() as conn:
        conn.execute(sa.update(outbox).values(look=True))
    go(desk)

    assert (states(desk), sent(desk)) == (["undeliverable", "arrived"], ["e/0/instead"])
    desk.close()


@pytest.mark.parametrize("arrived", [True, False])
def test_an_answer_that_can_be_looked_for_is_sent_again_where_it_is_not_there(
    arrived: bool,
) -> None:
    paper = Moody(Doubtful(), accepts=arrived)
    desk = Desk(paper=paper)
    put(desk, whisper())
    go(desk)
    go(desk, QUARANTINE)

    assert (states(desk), sent(desk), paper.looks) == (["arrived"], ["e/0"], ["e/0"])
    desk.close()


def test_what_may_be_repeated_is_repeated_in_doubt() -> None:
    paper = Moody(Doubtful(), accepts=True)
    desk = Desk(paper=paper)
    put(desk, ShowHome(ANN, (CARD,)))
    go(desk)
    go(desk, QUARANTINE)

    assert (states(desk), paper.tries) == (["arrived"], ["e/0", "e/0"])
    desk.close()


def test_who_dies_over_a_claim_leaves_it_in_doubt_for_the_quarantine() -> None:
    paper = Moody()
    desk = Desk(paper=paper)
    put(desk, Send(ANN, CARD))
    with desk.store.transaction() as tx:
        tx.outbox.claim([PAPER], 10, QUARANTINE)  # and nothing more is heard of that process

    go(desk, QUARANTINE - MINUTE)
    assert sent(desk) == []
    go(desk, MINUTE)
    assert (sent(desk), paper.looks) == (["e/0"], ["e/0"])
    desk.close()


def test_an_answer_that_cannot_be_given_for_a_day_is_given_up_and_news_is_not() -> None:
    busy = [TryLater(PATIENCE + MINUTE)] * 2 + [TryLater(MINUTE)] * 2
    desk = Desk(paper=Moody(*busy))
    put(desk, whisper(), Send(BOB, CARD))
    go(desk)
    go(desk, PATIENCE + MINUTE)
    assert states(desk) == ["undeliverable", "ready"]
    go(desk, MINUTE)

    assert sent(desk) == ["e/1"]
    desk.close()


def test_after_an_outage_of_days_everything_is_tried_once_before_it_is_given_up() -> None:
    desk = Desk()
    put(desk, whisper(), Send(BOB, CARD))
    go(desk, 4 * PATIENCE)

    assert sorted(sent(desk)) == ["e/0", "e/1"]
    desk.close()


def test_what_stays_in_doubt_for_a_month_is_given_up() -> None:
    desk = Desk(paper=Moody(Doubtful(), Doubtful()))
    put(desk, Send(Place(PAPER, "home", "lobby"), CARD))
    go(desk)
    go(desk, RESOLVE + MINUTE)

    assert states(desk) == ["undeliverable"]
    desk.close()


def test_a_form_that_comes_too_late_becomes_its_card(desk: Desk) -> None:
    put(desk, form())
    go(desk, timedelta(seconds=4))

    assert (desk.paper.forms, sent(desk)) == ([], ["e/0"])


def test_a_form_nobody_could_open_becomes_its_card_at_any_hour() -> None:
    desk = Desk(paper=Moody(Undeliverable("no page open")))
    desk.now += 15 * HOUR
    put(desk, form())
    go(desk)

    assert (states(desk), sent(desk)) == (["undeliverable", "arrived"], ["e/0/instead"])
    desk.close()


def test_the_card_of_a_late_form_is_looked_for_before_it_is_sent_again() -> None:
    paper = Moody(Doubtful(), accepts=True)
    desk = Desk(paper=paper)
    put(desk, form())
    go(desk, timedelta(seconds=4))  # the card in its place arrives, and we do not hear of it
    go(desk, QUARANTINE)

    assert (states(desk), sent(desk), paper.looks) == (["arrived"], ["e/0"], ["e/0"])
    desk.close()


def test_one_unreadable_body_does_not_block_its_claim(desk: Desk) -> None:
    put(desk, Send(ANN, CARD), Send(ANN, CARD), Send(BOB, CARD))
    first, second, _ = rows(desk)
    with desk.store.db.begin() as conn:
        conn.execute(outbox.update().where(outbox.c.id == second.id).values(body=first.body))
    go(desk)

    assert states(desk) == ["arrived", "undeliverable", "arrived"]
    assert sent(desk) == ["e/0", "e/2"]


def test_what_goes_to_one_reader_arrives_in_the_order_it_was_written(desk: Desk) -> None:
    put(desk, *[whisper(ANN if number % 2 else BOB) for number in range(40)])
    go(desk)

    for to in ("ann", "bob"):
        keys = [int(line.key[2:]) for line in desk.paper.lines if line.to == to]
        assert keys == sorted(keys)
        assert len(keys) == 20


def test_a_slow_reader_holds_up_nobody_else() -> None:
    paper = Moody(TryLater(HOUR))
    desk = Desk(paper=paper)
    put(desk, whisper(ANN), whisper(BOB))
    go(desk)

    assert sent(desk) == ["e/1"]
    desk.close()


def test_a_claim_that_ran_out_in_a_slow_lane_is_handed_back_and_not_carried_twice() -> None:
    """A second worker takes over what the first has claimed and not begun: only one may send it."""
    paper = Moody()
    desk = Desk(paper=paper)
    second = replace(desk.bot.courier)
    put(desk, *[Send(ANN, CARD) for _ in range(4)])

    async def dawdle() -> None:
        paper.before = nothing
        desk.now += timedelta(seconds=50)
        await second.round()
        paper.before = dawdle

    paper.before = dawdle
    asyncio.run(desk.bot.courier.round())
    paper.before = nothing
    go(desk, QUARANTINE)
    assert sorted(sent(desk)) == ["e/0", "e/1", "e/2", "e/3"]
    assert states(desk) == ["arrived"] * 4
    assert START + timedelta(minutes=1) < QUARANTINE  # a call may take a minute, and still be ours
    desk.close()


@pytest.mark.parametrize("late", ["before it begins", "after it was told to wait"])
def test_who_was_stopped_past_its_claim_does_not_end_the_doubt_of_who_took_over(late: str) -> None:
    """Two cards to one reader; who has claimed them stops over the first, for minutes."""
    paper = Moody()
    desk = Desk(paper=paper)
    second = replace(desk.bot.courier)
    put(desk, *[Send(ANN, CARD) for _ in range(2)])

    async def stopped() -> None:
        paper.before = nothing
        desk.now += QUARANTINE
        paper.moods, paper.accepts = [Doubtful(), Doubtful()], True
        await second.round()
        if late == "after it was told to wait":
            paper.moods, paper.accepts = [TryLater(MINUTE / 6)], False

    paper.before = stopped
    asyncio.run(desk.bot.courier.round())
    assert states(desk)[1] == "doubtful"
    for _ in range(4):
        go(desk, MINUTE)

    assert states(desk) == ["arrived"] * 2
    assert sorted(set(sent(desk))) == ["e/0", "e/1"]
    assert sent(desk).count("e/1") == 1
    desk.close()


def test_a_crash_between_sending_and_recording_is_a_doubt_not_a_second_card() -> None:
    class Crash(BaseException):
        pass

    def strike(name: str) -> None:
        if name == "after deliver":
            raise Crash

    desk = Desk()
    put(desk, Send(ANN, CARD))
    clock.faults.append(strike)
    with pytest.raises(BaseExceptionGroup):
        go(desk)
    clock.faults.remove(strike)
    go(desk, QUARANTINE)

    assert (states(desk), sent(desk)) == (["arrived"], ["e/0"])
    desk.close()


@pytest.mark.parametrize(
    ("effect", "arrives"),
    [
        pytest.param(Send(ANN, CARD), MONDAY + timedelta(days=1), id="news waits for the morning"),
        pytest.param(Send(LOBBY, CARD), MONDAY + 12 * HOUR, id="a room has no working time"),
        pytest.param(Whisper(ANN, LOBBY, CARD), MONDAY + 12 * HOUR, id="an answer does not wait"),
        pytest.param(
            Upload(ANN, "f", "m.ics", CARD), MONDAY + timedelta(days=1), id="a file waits"
        ),
    ],
)
def test_what_nobody_asked_for_waits_until_its_reader_is_at_work(
    desk: Desk, effect: Deliverable, arrives: datetime
) -> None:
    desk.now += 12 * HOUR  # nine in the evening
    put(desk, effect)
    go(desk)
    assert bool(sent(desk)) == (arrives <= desk.now)
    desk.until(MONDAY + timedelta(days=1))

    assert sent(desk) == ["e/0"]


def test_a_report_that_was_asked_for_does_not_wait(desk: Desk) -> None:
    desk.now += 12 * HOUR
    with desk.store.transaction() as tx:
        tx.outbox.add(Upload(ANN, "f", "r.xlsx", CARD), "e/0", urgent=True)
    go(desk)

    assert sent(desk) == ["e/0"]


def test_a_request_at_night_reaches_its_approver_in_the_morning(desk: Desk) -> None:
    desk.now += 12 * HOUR
    assert desk.titles(desk.says("ann", "request notice Closed on Friday"))[0].startswith("ann:")
    assert not [line for line in desk.paper.lines if line.to == "sam"]

    morning = desk.until(MONDAY + timedelta(days=1))
    assert [each.split(":")[0] for each in morning] == ["sam"]


def test_a_request_recalled_before_its_card_left_is_not_shown_as_open(desk: Desk) -> None:
    desk.now += 12 * HOUR
    desk.says("ann", "request notice Closed on Friday")
    desk.says("ann", "recall 1")
    desk.until(MONDAY + timedelta(days=1) + HOUR)

    told = [line for line in desk.paper.lines if line.to == "sam"]
    assert not any(line.card and line.card.buttons for line in told)


def test_an_amended_card_is_the_same_card(desk: Desk) -> None:
    put(desk, Send(ANN, CARD))
    go(desk)
    ref = desk.paper.lines[0].ref
    with desk.store.transaction() as tx:
        tx.outbox.add(Amend(ANN, ref, Card(say("Changed"))), "e/amend")
    go(desk)

    assert [line.text for line in desk.paper.lines] == ["Changed"]


def test_a_key_is_written_once(desk: Desk) -> None:
    put(desk, Send(ANN, CARD))

    with pytest.raises(sa.exc.IntegrityError):
        put(desk, Send(ANN, CARD))


def test_it_hears_once_what_to_do_where_nothing_can_be_delivered() -> None:
    remedy = say("Ask for an approval")
    desk = Desk(paper=Moody(*[Undeliverable("not_in_channel", remedy)] * 3))
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    put(desk, Send(LOBBY, CARD), Send(LOBBY, CARD), Send(replace(LOBBY, id="attic"), CARD))
    go(desk)

    told = [line.text.split("\n")[0] for line in desk.paper.lines if line.to == "eve"]
    assert sorted(told) == ["I cannot deliver to «#lobby»", "I cannot deliver to «attic»"]
    assert "Ask for an approval" in desk.paper.lines[-1].text
    desk.close()


def test_who_cannot_be_reached_is_not_told_so_there() -> None:
    desk = Desk(paper=Moody(Undeliverable("blocked", say("Ask for an approval"))))
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    put(desk, Send(account("eve"), CARD))
    go(desk)

    assert desk.paper.lines == []
    desk.close()


def test_at_night_a_remedy_waits_for_the_working_time_of_it() -> None:
    desk = Desk(paper=Moody(Undeliverable("blocked", say("Ask for an approval"))))
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    desk.now += 12 * HOUR
    put(desk, whisper())
    go(desk)
    assert sent(desk) == []

    assert len(desk.until(MONDAY + timedelta(days=1))) == 1
    desk.close()


@pytest.mark.no_cover
def test_many_cards_leave_in_the_order_of_their_deadlines(desk: Desk) -> None:
    count, chance, span = max(400, share(10_000)), Random(7), 30 * 24 * 60
    due = [MONDAY + chance.randrange(span) * MINUTE for _ in range(count)]
    with desk.store.transaction() as tx:
        tx.outbox.add_all(
            [Written(Send(LOBBY, CARD), f"e/{n}", deadline=at) for n, at in enumerate(due)]
        )
        tx.outbox.add(whisper(), "e/answer")

    asyncio.run(desk.bot.courier.round(urgent=True))
    assert sent(desk) == ["e/answer"]
    while asyncio.run(desk.bot.courier.round(urgent=False)):
        pass

    left = [due[int(key[2:])] for key in sent(desk) if key != "e/answer"]
    assert len(left) == len(due)
    assert left == sorted(left)


def test_a_card_about_a_duty_carries_when_that_is_due(desk: Desk) -> None:
    desk.posts("ann", "@bob could you send me the contract?")
    duty = desk.duty(1)
    with desk.store.transaction() as tx:
        tx.outbox.add(Send(ANN, CARD), "about", subject=f"duty/{duty.id}")
        tx.outbox.add(Send(ANN, CARD), "news")

    found = {row.key: row.deadline for row in rows(desk)}
    assert (found["about"], found["news"]) == (duty.due, desk.now)


def fill(tx: Transaction) -> None:
    """Not a page more fits in while this is written."""
    tx.rows.conn.exec_driver_sql("PRAGMA max_page_count = 1")  # no less than there are
    try:
        tx.listeners.move("long", "x" * 100_000)
    finally:
        tx.rows.conn.exec_driver_sql("PRAGMA max_page_count = 1000000")


class Filling(Nudging):
    """While it works out what a nudge says somebody else fills the disk."""

    def compose(self, tx: Transaction, parcels: Sequence[Parcel]) -> dict[str, Send]:
        fill(tx)
        return super().compose(tx, parcels)


def test_a_disk_that_is_full_for_a_moment_makes_nothing_undeliverable() -> None:
    desk = Desk()
    put(desk, Remind(BOB, "bob"), Send(ANN, CARD))

    with pytest.raises(sa.exc.OperationalError):
        asyncio.run(replace(desk.bot.courier, nudging=Filling()).round())
    assert (states(desk), sent(desk)) == (["ready", "ready"], [])
    go(desk)

    assert states(desk) == ["spared", "arrived"]
    desk.close()


@pytest.mark.parametrize(
    ("times", "keys"), [(TRIES - 1, ["e/0"]), pytest.param(TRIES, [], id="too often: in doubt")]
)
def test_what_came_of_it_is_written_down_though_the_disk_was_full(
    times: int, keys: list[str]
) -> None:
    desk, tried = Desk(), []

    def write(tx: Transaction) -> None:
        tx.outbox.add(Send(ANN, CARD), "e/0")
        tried.append(tx)
        if len(tried) <= times:
            fill(tx)

    with nullcontext() if keys else pytest.raises(sa.exc.OperationalError):
        asyncio.run(desk.bot.courier._record(write))

    assert [row.key for row in rows(desk)] == keys
    assert len(tried) == TRIES
    desk.close()


def test_what_is_claimed_while_it_stops_is_handed_back_untouched() -> None:
    desk = Desk()
    put(desk, Send(ANN, CARD), Send(BOB, CARD))

    async def scene() -> int:
        loop = asyncio.get_running_loop()

        def stop(name: str) -> None:
            if name == "parcels were claimed":
                asyncio.run_coroutine_threadsafe(desk.bot.courier.close(), loop).result(10)

        clock.faults.append(stop)
        try:
            return await desk.bot.courier.round()
        finally:
            clock.faults.remove(stop)

    assert asyncio.run(scene()) == 2
    assert (states(desk), sent(desk)) == (["ready", "ready"], [])
    desk.restart()
    go(desk)

    assert sent(desk) == ["e/0", "e/1"]
    desk.close()


def test_no_answer_waits_behind_what_the_platform_paces() -> None:
    paper = Moody()
    desk = Desk(paper=paper)
    put(desk, *[Send(replace(LOBBY, id=f"room{n}"), CARD) for n in range(2 * AT_ONCE)])

    async def scene() -> list[str]:
        go_on, full = asyncio.Event(), asyncio.Event()

        async def pace() -> None:
            if len(paper.tries) == AT_ONCE:
                full.set()
            await go_on.wait()

        paper.before = pace
        bulk = asyncio.create_task(desk.bot.courier.round(urgent=False))
        await full.wait()
        paper.before = nothing
        with desk.store.transaction() as tx:
            tx.outbox.add(whisper(), "answer")
        async with asyncio.timeout(10):
            await desk.bot.courier.round(urgent=True)
        answered = sent(desk)
        go_on.set()
        await bulk
        return answered

    assert asyncio.run(scene()) == ["answer"]
    assert len(sent(desk)) == 2 * AT_ONCE + 1
    desk.close()


@pytest.mark.thorough
@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_claim_is_read_in_order_from_its_index(kind: str, urgent: bool) -> None:
    if kind == "postgresql":
        need("postgresql")
    with fresh.database(kind) as db:
        desk = Desk(db=db)
        with desk.store.transaction() as tx:
            for n in range(500):
                tx.outbox.add_all(
                    [Written(Send(LOBBY, CARD), f"e/{n}/{each}") for each in range(10)]
                )
            tx.rows.conn.exec_driver_sql("ANALYZE outbox")
            seen: list[tuple[str, Any]] = []

            def note(conn: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:  # noqa: ARG001
                if statement.lstrip().startswith("SELECT") and "held_until <=" in statement:
                    seen.append((statement, values))

            sa.event.listen(db, "before_cursor_execute", note)
            tx.outbox.claim([PAPER], 100, QUARANTINE, urgent=urgent)
            sa.event.remove(db, "before_cursor_execute", note)
            (statement, values), explain = seen[0], "EXPLAIN QUERY PLAN "
            explain = explain if kind == "sqlite" else "EXPLAIN "
            plan = tx.rows.conn.exec_driver_sql(explain + statement, values).all()
        told = " ".join(str(line) for line in plan)

        assert "outbox_unsent" in told
        assert "TEMP B-TREE" not in told
        assert "Sort" not in told
