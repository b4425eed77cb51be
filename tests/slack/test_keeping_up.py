"""What was said while nobody listened is filled from history: through restarts and by several."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from adapters.slack import workspace as at_work
from adapters.slack.calls import Calls, Refused
from adapters.slack.history import History
from adapters.slack.install import Install
from adapters.slack.roster import Roster
from adapters.slack.slip import Slip
from adapters.slack.workspace import Workspace, workspace
from bot.clock import Clock
from bot.events import Happening
from bot.inbox import JournalInbox
from bot.port import Cursor, TryLater
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.wiring import StoredFiles

pytestmark = pytest.mark.thorough

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEAM, SALES, BOARD, US, ANN, BOB = "T1", "C1SALES", "C0BOARD", "UDULY", "U1ANN", "U2BOB"
MINUTE = timedelta(minutes=1)
PATIENCE = 10.0  # seconds
HISTORY = "conversations.history"

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(slots=True)
class PaperSlack(Calls):
    """Slack's Web API as it is told to answer; a room without history has nothing in it."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    meanwhile: Callable[[str], Awaitable[object]] | None = None

    async def read(self, method: str, **args: Any) -> Slip:
        self.asked.append((method, args))
        if self.meanwhile is not None:
            await self.meanwhile(method)
        answer = self.answers.get(method)
        return Slip(answer(args) if answer else {"ok": True})


@dataclass(slots=True)
class Desk:
    """One process over a store that several may share."""

    store: Store
    at: list[datetime]
    install: Install
    slack: PaperSlack = field(default_factory=lambda: PaperSlack("", "http://127.0.0.1/"))
    inbox: JournalInbox = field(init=False)
    here: Workspace = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = JournalInbox(self.store, lambda form: {})
        self.here = workspace(self.install, StoredFiles(self.store), self.now)
        self.here.known.team, self.here.known.bot_user = TEAM, US
        self.here.calls = self.here.roster.calls = self.here.history.calls = self.slack
        self.slack.pace.sleep = _nothing
        self.slack.answers |= {
            "users.list": lambda _: {
                "members": [{"id": each, "name": each} for each in (ANN, BOB)]
            },
            "users.conversations": lambda _: {"channels": [{"id": SALES, "name": "sales"}]},
            "usergroups.list": lambda _: {
                "usergroups": [{"id": "S1", "handle": "sales-team", "users": [BOB]}]
            },
            "conversations.members": lambda _: {"members": [ANN, BOB, US]},
        }

    def now(self) -> datetime:
        return self.at[0]

    @property
    def history(self) -> History:
        return self.here.history

    @property
    def roster(self) -> Roster:
        return self.here.roster

    def beside(self) -> "Desk":
        """Another process at the same store."""
        return Desk(self.store, self.at, self.install)

    async def gaps(self) -> dict[str, datetime]:
        return await self.history.open_gaps(self.inbox)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps up, and is no more afterwards."""
        task = asyncio.create_task(self.here.keep_up(self.inbox))
        try:
            async with asyncio.timeout(PATIENCE):
                yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.here.inbox = None

    async def looks_round(self, times: int = 3) -> None:
        for _ in range(times):
            self.here.look()
            await asyncio.sleep(0.1)

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.slack.asked)


async def _nothing(seconds: float) -> None:  # noqa: ARG001
    await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work, "BEAT", 0.02)


def desk(install: Install | None = None) -> Desk:
    at = [NOON]
    store = Store(
        in_memory(), "acme", Seal(bytes(32), Random(1).randbytes), Clock(lease=lambda: at[0])
    )
    return Desk(store, at, install or Install(app_token="xapp-1"))


def said(at: datetime, text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": ANN, "text": text, "ts": f"{at.timestamp():.6f}", **more}


def listing(members: list[str]) -> Answer:
    return lambda _: {"members": members}


def heard() -> str:
    return f"slack/{TEAM}/heard"


class Broken(JournalInbox):
    """A store that is away just when a gap is to be noted."""

    async def take(self, events: Any, cursor: Cursor | None = None) -> None:
        if cursor is not None and "/gap/" in cursor.name:
            raise ConnectionError
        await super().take(events, cursor)


def test_we_have_heard_nothing_before_every_gap_is_noted() -> None:
    async def scene() -> None:
        one = desk()
        before = f"{(NOON - 60 * MINUTE).timestamp():.6f}"
        await one.inbox.take([], Cursor(heard(), before))
        one.inbox = Broken(one.store, lambda form: {})
        async with one.running():
            await one.looks_round()

        assert await one.inbox.cursor(heard()) == before

    asyncio.run(scene())


def test_without_a_line_nothing_was_heard() -> None:
    async def scene() -> None:
        one = desk()
        first = f"{NOON.timestamp():.6f}"
        one.here.deaf = True
        async with one.running():
            await one.looks_round(1)
            one.at[0] += 60 * MINUTE
            await one.looks_round()
            assert await one.inbox.cursor(heard()) == first

            one.here.deaf = False
            await one.looks_round()
            assert await one.inbox.cursor(heard()) != first

    asyncio.run(scene())


def test_by_http_we_have_heard_until_the_last_request_and_not_in_who_gets_none() -> None:
    """A worker is alive and hears nothing, and so is a process behind a broken proxy."""

    async def scene() -> None:
        one = desk(Install(signing_secret="s"))
        async with one.running():
            await one.looks_round(1)
            one.at[0] += MINUTE
            await one.looks_round()
            assert await one.inbox.cursor(heard()) == f"{NOON.timestamp():.6f}"

            one.here.reached()
            one.at[0] += 60 * MINUTE
            await one.looks_round()
            assert await one.inbox.cursor(heard()) == f"{(NOON + MINUTE).timestamp():.6f}"

        one.here.heard_at = None
        async with one.running():
            await one.looks_round()
        assert HISTORY in dict(one.slack.asked)

    asyncio.run(scene())


def test_what_is_told_to_be_missed_while_a_room_is_filled_stays_a_gap() -> None:
    async def scene() -> None:
        one = desk()
        other = one.beside()
        since = NOON - 30 * MINUTE
        await one.history.begin(one.inbox, since, [SALES])

        async def later(method: str) -> None:
            if method == HISTORY:
                one.slack.meanwhile = None
                one.at[0] += 10 * MINUTE
                await other.history.begin(other.inbox, NOON - 60 * MINUTE, [SALES])

        one.slack.meanwhile = later
        await one.history.fill(one.inbox, SALES, since)
        assert await one.gaps() == {SALES: NOON - 60 * MINUTE}

        await one.history.fill(one.inbox, SALES, NOON - 60 * MINUTE)
        assert await one.gaps() == {}

    asyncio.run(scene())


def test_a_minute_that_was_limited_is_filled_once_more_when_it_is_over() -> None:
    async def scene() -> None:
        one = desk()
        one.here.inbox = one.inbox
        await one.roster.load(one.inbox)
        await one.here.limited(NOON.timestamp())
        async with one.running():
            await one.looks_round()
            looked = one.count(HISTORY)
            assert (looked > 0, await one.gaps()) == (True, {})

            one.at[0] += 3 * MINUTE
            await one.looks_round()
            assert one.count(HISTORY) == 2 * looked

    asyncio.run(scene())


def test_one_room_that_cannot_be_read_now_keeps_no_other_waiting() -> None:
    async def scene() -> None:
        one = desk()

        def history(args: Mapping[str, Any]) -> Mapping[str, Any]:
            if args["channel"] == BOARD:
                raise TryLater(MINUTE)
            return {"messages": []}

        one.slack.answers[HISTORY] = history
        await one.history.begin(one.inbox, NOON, [BOARD, SALES])
        async with one.running():
            await one.looks_round()
        assert set(await one.gaps()) == {BOARD}

    asyncio.run(scene())


def test_a_thread_that_was_deleted_meanwhile_costs_no_more_than_itself() -> None:
    async def scene() -> None:
        one = desk()
        root = said(NOON - MINUTE, thread_ts=f"{(NOON - MINUTE).timestamp():.6f}", reply_count=1)
        one.slack.answers[HISTORY] = lambda _: {"messages": [root]}

        def gone(args: Mapping[str, Any]) -> Mapping[str, Any]:
            raise Refused("conversations.replies", "thread_not_found", args)

        one.slack.answers["conversations.replies"] = gone
        assert await one.history.fill(one.inbox, SALES, NOON - 2 * MINUTE)
        with one.store.reading() as tx:
            assert tx.journal.has(f"slack/{TEAM}/message/{SALES}/{root['ts']}")

    asyncio.run(scene())


def test_an_edit_of_no_time_is_kept_as_it_came() -> None:
    async def scene() -> None:
        one = desk()
        odd = said(NOON - MINUTE, edited={"user": ANN, "ts": "soon"})
        one.slack.answers[HISTORY] = lambda _: {"messages": [odd]}
        assert await one.history.fill(one.inbox, SALES, NOON - 2 * MINUTE)
        assert await one.gaps() == {}

    asyncio.run(scene())


def test_every_process_knows_names_and_groups_and_only_one_fills() -> None:
    async def scene() -> None:
        one = desk()
        other = one.beside()
        assert await one.inbox.lease(f"slack/{TEAM}/looking")
        async with other.running():
            await other.looks_round()

        assert other.here.known.groups == {"S1": (BOB,)}
        assert set(other.here.known.rooms) == {SALES}

    asyncio.run(scene())


def test_a_room_we_came_into_is_looked_at_by_who_heard_of_it() -> None:
    async def scene() -> None:
        one = desk()
        other = one.beside()
        assert await one.inbox.lease(f"slack/{TEAM}/looking")
        room = {"id": BOARD, "name": "board"}
        other.slack.answers["conversations.info"] = lambda _: {"channel": room}
        event = {"type": "member_joined_channel", "user": US, "channel": BOARD}
        other.here.inbox = other.inbox
        await other.here.take({"type": "event_callback", "event_id": "Ev1", "event": event})
        async with other.running():
            await other.looks_round()

        assert await one.inbox.cursor(f"slack/{TEAM}/members/{BOARD}")

    asyncio.run(scene())


def test_another_id_of_a_room_is_learnt_by_every_process() -> None:
    async def scene() -> None:
        one = desk()
        other = one.beside()
        async with other.running():
            await other.looks_round()
            await one.inbox.take([], Cursor(f"slack/{TEAM}/id/{SALES}", "C9NEW"))
            await other.looks_round()

        assert other.here.known.place("C9NEW").id == SALES

    asyncio.run(scene())


def test_somebody_who_leaves_twice_has_left_twice() -> None:
    """No event told of it: we were not running each time."""

    async def scene() -> None:
        one = desk()
        taken: list[Happening] = []

        class Noting(JournalInbox):
            async def take(self, events: Any, cursor: Cursor | None = None) -> None:
                taken.extend(events)
                await super().take(events, cursor)

        inbox = Noting(one.store, lambda form: {})
        for inside in ([ANN, BOB, US], [ANN, US], [ANN, BOB, US], [ANN, US]):
            one.slack.answers["conversations.members"] = listing(inside)
            await one.roster.load(inbox)

        left = [each for each in taken if f"/member/{SALES}/{BOB}/" in each.key]
        assert len({each.key for each in left}) == 4

    asyncio.run(scene())


def test_who_has_ended_opens_no_line_that_nobody_would_close() -> None:
    async def scene() -> None:
        calls = Calls("", "http://127.0.0.1:9/")
        await calls.close()
        with pytest.raises(TryLater):
            await calls.send("auth.test", {})
        assert calls._line is None

    asyncio.run(scene())
