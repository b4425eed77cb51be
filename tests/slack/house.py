"""A whole Duly in a fake Slack, over real sockets: HTTP or Socket Mode, one clock for both."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
import uvicorn

from adapters.slack.adapter import Slack
from adapters.slack.install import Install
from bot.clock import Clock
from bot.policy.people import Department
from bot.port import Adapter
from bot.running import Runner
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.web.app import app
from bot.wiring import Bot, StoredFiles, assemble
from tests import prompt
from tests.desk import STAFF, person
from tests.slack.fake import Channel, Company, FakeSlack, HandClock, Person, Route, Sight
from tests.slack.fake.things import Message, View

Transport = Literal["http", "socket"]
PATIENCE = 20.0  # seconds
T = TypeVar("T")


@dataclass(eq=False)
class House:
    """Duly runs in a thread; scenes are told from outside, as in a browser and a chat."""

    slack: FakeSlack
    company: Company
    people: dict[str, Person]
    sales: Channel
    clock: HandClock
    store: Store
    transport: Transport = "http"
    rate: float = 60_000.0
    also: tuple[Install, ...] = ()  # of further workspaces
    beside: tuple[Callable[[Store], Adapter], ...] = ()  # other platforms, where they are too
    _loop: asyncio.AbstractEventLoop = field(init=False)
    bot: Bot = field(init=False)
    adapter: Slack = field(init=False)

    def __getattr__(self, name: str) -> Person:
        """`house.ann`"""
        try:
            return self.__dict__["people"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def open(self) -> None:
        http = self.transport == "http"
        install = Install(
            bot_token=self.company.token,
            app_token="" if http else self.slack.app_token,
            signing_secret=self.slack.signing_secret if http else "",
            api_url=self.slack.api_url,
            rate=self.rate,
        )
        self.adapter = Slack([install, *self.also], StoredFiles(self.store), self.store.clock.lease)
        pace = self.adapter.workspaces[0].calls.pace
        pace.channel, pace.tiers = self.rate, 1000
        self.adapters = [self.adapter, *(make(self.store) for make in self.beside)]
        self.bot = assemble(self.store, self.adapters)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self._run = asyncio.run_coroutine_threadsafe(self._serve(), self._loop)
        self.slack.until(lambda: self.adapter.workspaces[0].roster.loaded, PATIENCE)
        if http:
            port = self._listening.getsockname()[1]
            self.slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        else:
            self.slack.sockets()
            self.slack.until(self.slack.connections.live, PATIENCE)

    async def _serve(self) -> None:
        runner = self._runner = Runner(self.bot, self.adapters, 0.05)
        config = uvicorn.Config(
            app(list(self.adapter.doors), prompt.WELL, _nothing), log_level="critical"
        )
        self._server = prompt.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._working = asyncio.create_task(runner.run())
        try:
            await self._server.serve(sockets=[self._listening])
        finally:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    def close(self) -> None:
        self._server.should_exit = True
        self._run.result(PATIENCE)
        ended = self._loop.shutdown_default_executor()  # else a thread may still be at the store
        asyncio.run_coroutine_threadsafe(ended, self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def restart(self) -> None:
        """Stopped as told, and started again; what Slack sends meanwhile fails and comes again."""
        self.close()
        self.open()

    def within(self, work: Coroutine[Any, Any, T]) -> T:
        """Something of the adapter's, in the loop where it lives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def settle(self) -> None:
        """Until Slack has told everything, and Duly has done and said all that follows now."""
        end = time.monotonic() + PATIENCE
        calm = 0
        while calm < 2:
            self.slack.settle(PATIENCE)
            calm = calm + 1 if self._idle() else 0
            if time.monotonic() > end:
                raise TimeoutError(f"still busy: {self._left()}")
            time.sleep(0.01)

    def _left(self) -> list[str]:
        with self.store.reading() as tx:
            box = tx.outbox.rows
            from bot.store.schema import UNSENT, outbox  # noqa: PLC0415

            return [f"{row.kind} {row.key} {row.state}" for row in box.all(outbox, UNSENT)]

    def _idle(self) -> bool:
        """Nothing to handle or to plan, nothing that may be sent now, nobody sending anything."""
        from bot.store.schema import UNSENT, outbox  # noqa: PLC0415

        with self.store.reading() as tx:
            due = tx.dues.next()
            if list(tx.journal.waiting(1)) or (due and due <= self.store.clock.now()):
                return False
            rows = tx.outbox.rows.all(outbox, UNSENT, outbox.c.not_before <= self.store.clock.now())
            return not rows

    def wait(self, span: timedelta) -> None:
        """Time goes by for everybody, in steps at which Duly looks at the clock."""
        end = self.clock.time + span.total_seconds()
        while self.clock.time < end:
            self.clock.move(min(1800.0, end - self.clock.time))
            self.within(self._runner.ring())
            self.settle()

    def chat(self, who: Person) -> list[str]:
        """What stands in somebody's chat with Duly, oldest first."""
        desk = who.desk().id
        return [
            each.plain
            for each in who.sees
            if not isinstance(each.source, View) and each.source.room.id == desk
        ]

    def cards(self, who: Person) -> list[Message]:
        """What Duly said to somebody alone, oldest first."""
        ours = self.company.bot.id
        seen = (each.source for each in who.sees if _room(each) == who.desk().id)
        return [each for each in seen if isinstance(each, Message) and each.user == ours]

    def last_card(self, who: Person) -> Message:
        return self.cards(who)[-1]

    def has_button(self, who: Person, label: str) -> bool:
        return self.button(who, label) is not None

    def button(self, who: Person, label: str) -> tuple[Message, str] | None:
        """The newest card that has it, and what it is called there."""
        for each in reversed(who.sees):
            named = [name for name in each.controls if label in name]
            if named and isinstance(each.source, Message):
                return each.source, named[0]
        return None

    def approve_all(self) -> None:
        """Whoever is asked approves, until nobody is."""
        for _ in range(10):
            asked = ((who, self.button(who, "Approve")) for who in self.people.values())
            for who, found in asked:
                if found is not None:
                    who.press(*found)
                    self.settle()


def _room(seen: Sight) -> str:
    return "" if isinstance(seen.source, View) else seen.source.room.id


def _nothing() -> Any:
    @contextmanager
    def life() -> Iterator[None]:
        yield

    class Life:
        async def __aenter__(self) -> None: ...

        async def __aexit__(self, *_: object) -> None: ...

    del life
    return Life()


@contextmanager
def house(
    transport: Transport = "http", *, seed: int = 1, db: sa.Engine | None = None, **more: Any
) -> Iterator[House]:
    """The people of the desk, in Slack: everybody is in #sales, and so is Duly."""
    clock = HandClock()
    with FakeSlack(seed=seed, clock=clock, route=Route(wall=clock.now)) as slack:
        made = build(slack, clock, transport, db, **more)
        made.open()
        try:
            made.settle()
            yield made
        finally:
            made.close()
            made.store.db.dispose()


def build(
    slack: FakeSlack, clock: HandClock, transport: Transport, db: sa.Engine | None, **more: Any
) -> House:
    company = slack.workspace("Acme")
    people = {
        name: company.person(
            name.title(),
            email=f"{name}@acme.example",
            tz="Asia/Shanghai",
            locale="zh-CN" if STAFF[name][3] == "zh_Hans" else "en-US",
        )
        for name in STAFF
    }
    sales = company.channel("sales", *people.values())
    sales.invite_bot()
    store = _store(clock, db)
    employ(store)
    return House(slack, company, people, sales, clock, store, transport, **more)


def _store(clock: HandClock, db: sa.Engine | None) -> Store:
    chance = Random(1)
    time = Clock(lease=lambda: datetime.fromtimestamp(clock.time, UTC), random=chance.randbytes)
    return Store(db or in_memory(), "acme", Seal(bytes(32), chance.randbytes), time)


def employ(store: Store) -> None:
    """Their accounts are found by their e-mail addresses."""
    with store.transaction() as tx:
        tx.policies.adopt("")
        tx.people.save(person(name) for name in STAFF)
        heads = {"sales": "sam", "tech": "mei", "office": "grace"}
        tx.people.save_departments(
            Department(id=name, name=name.title(), head=head) for name, head in heads.items()
        )
