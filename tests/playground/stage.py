"""A playground on a stage: a made-up company, a listening core of paper, a real server."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from adapters.playground import Cast, Channel, Hooks, MenuEntry, Person, Playground, Team
from adapters.playground.cast import account, place
from bot.clock import Clock
from bot.command import Refusal
from bot.effects import Deliverable
from bot.events import Account, FormSubmitted, Happening, MessageRef, Place
from bot.policy import reporting
from bot.policy.casefile import Report
from bot.port import Brought, Cursor
from bot.seal import KEY, Seal
from bot.words import Quoted, Reader, Say, say
from tests import prompt

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
PATIENCE = 5.0  # seconds
LARGEST = 1_000_000  # bytes

CAST = Cast(
    people=(
        Person("ann", "Ann Baker", "Sales", "en", "Europe/London"),
        Person("bob", "Bob Carter", "Finance", "en", "Europe/London"),
        Person("li.wei", "李伟", "财务经理", "zh_Hans", "Asia/Shanghai"),
        Person("eve", "Eve Dunn", "HR", "en", "Europe/London"),
        Person("mei", "陳美玲", "法務", "zh_Hant", "Asia/Hong_Kong"),
    ),
    channels=(
        Channel("sales", "sales", "Offers, customers, figures", ("ann", "bob", "li.wei")),
        Channel("notices", "notices", "What everybody should know", ("ann", "eve", "mei")),
    ),
    teams=(
        Team("finance", "Finance", ("bob", "li.wei", "eve")),
        Team("law", "Law Office", ("mei",)),
    ),
)
MENU = (
    MenuEntry("mine", "mine", say("What you owe others")),
    MenuEntry("waiting", "waiting", say("What others owe you")),
    MenuEntry("promise", "promise 7 by Thu 17:00", say("Say when you will answer")),
    MenuEntry("help", "help", say("Everything Duly can do")),
)


@dataclass
class PaperCore:
    """An inbox that writes down what it is given, and fails when told to."""

    taken: list[Happening] = field(default_factory=list)
    broken: bool = False
    errors: dict[str, Say] = field(default_factory=dict)
    brought: list[Brought] = field(default_factory=list)

    async def take(self, events: Sequence[Happening], cursor: Cursor | None = None) -> None:
        if self.broken:
            raise OSError("disk full")
        known = {each.key for each in self.taken}
        self.taken += [each for each in events if each.key not in known]

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {}

    async def cursor(self, name: str) -> str | None:
        return None

    async def lease(self, name: str, holder: str = "") -> bool:
        return True

    def check(self, form: FormSubmitted) -> Mapping[str, Say]:
        return self.errors

    async def channel(self) -> reporting.Channel:
        return reporting.Channel(company="acme")

    async def report(self, report: Report) -> int:
        raise AssertionError("nobody reports anything here")

    async def awaits(self, account: Account) -> bool:
        return False

    async def largest(self) -> int:
        return LARGEST

    async def keep(self, file: Brought) -> str:
        if self.broken:
            raise OSError("disk full")
        if not file.body:
            raise Refusal(say("{name} is empty. Choose it again.", name=Quoted(file.name)))
        self.brought.append(file)
        return f"file:{len(self.brought):032x}"

    def of(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.taken if isinstance(each, kind)]


@dataclass
class PaperFiles:
    kept: dict[str, bytes] = field(default_factory=dict)

    async def read(self, id: str) -> bytes:
        return self.kept[id]


@dataclass
class Stage:
    """Everything of one playground; `visit` is a browser that has it open."""

    playground: Playground
    core: PaperCore
    clock: Clock
    files: PaperFiles
    moves: list[datetime]
    web: httpx.Client

    def say(self, who: str, text: str, where: str = "sales", **more: object) -> str:
        """Returns the id of the line."""
        answer = self.post(kind="message", as_=who, place=where, text=text, **more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["message"])

    def post(self, **fields: object) -> httpx.Response:
        who = fields.pop("as_", None)
        event = {"id": f"t{len(self.core.taken)}-{monotonic()}", "as": who, **fields}
        return self.web.post("/playground/events", json=event)

    def lines(self, who: str, after: int = 0) -> list[dict[str, Any]]:
        answer = self.web.get("/playground/lines", params={"as": who, "after": after})
        found: list[dict[str, Any]] = answer.json()
        return found

    def deliver(self, effect: Deliverable, key: str, reader: Reader | None = None) -> MessageRef:
        reader = reader or Reader("en", "Europe/London")
        with ThreadPoolExecutor(1) as apart:  # the caller may be in a loop of its own
            made = self.playground.deliver(effect, key=key, reader=reader)
            ref = apart.submit(asyncio.run, made).result()
        return ref or MessageRef(place("none"), "none")


def person(id: str) -> Account:
    return account(id)


def channel(id: str = "sales", thread: str | None = None) -> Place:
    return place(id, thread)


def seal() -> Seal:
    return Seal(b"k" * KEY, Clock().random)


def build(
    store: Path | None = None, *, clock: Clock | None = None
) -> tuple[Playground, Clock, PaperFiles, list[datetime]]:
    """The clock goes on by a second whenever somebody looks."""
    clock = clock or Clock(lease=_counting())
    files, moves = PaperFiles(), list[datetime]()

    async def moved() -> None:
        moves.append(clock.now())

    hooks = Hooks(
        menu=MENU,
        ahead=lambda span: clock.now() + 3 * span,
        moved=moved,
        files=files,
        cast=CAST,
    )
    return Playground(store, seal(), clock, hooks), clock, files, moves


def _counting() -> Any:
    seconds = iter(range(10_000_000))
    return lambda: NINE + timedelta(seconds=next(seconds))


@contextmanager
def stage(
    store: Path | None = None, *, clock: Clock | None = None, core: PaperCore | None = None
) -> Iterator[Stage]:
    playground, clock, files, moves = build(store, clock=clock)
    core = core or PaperCore()
    with listening(playground, core), served(playground) as url:
        with httpx.Client(base_url=url, timeout=PATIENCE) as web:
            yield Stage(playground, core, clock, files, moves, web)
        playground.hang_up()
    playground.close()


@contextmanager
def listening(playground: Playground, core: PaperCore) -> Iterator[None]:
    """A thread with a loop of its own, as the core has one."""
    loop = asyncio.new_event_loop()
    task: asyncio.Task[None] = loop.create_task(playground.listen(core))
    thread = threading.Thread(target=_run, args=(loop, task), daemon=True)
    thread.start()
    until(lambda: playground._receiving._inbox is not None or core.broken)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(PATIENCE)


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        pass
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@contextmanager
def served(playground: Playground) -> Iterator[str]:
    path, door, _ = playground.doors[0]
    app = Starlette(routes=[Mount(path, door)])
    # Named TCP, for only then does asyncio switch off the wait that costs 40 ms an answer.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=2)
        server = prompt.Server(config)
        serve = {"sockets": [listener]}
        thread = threading.Thread(target=server.run, kwargs=serve, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            playground.hang_up()
            server.should_exit = True
            thread.join(PATIENCE)


def until(true: Any, patience: float = PATIENCE) -> None:
    end = monotonic() + patience
    while not true():
        assert monotonic() < end, "it never came"
        sleep(0.01)
