"""The fake Slack itself: opened, closed, looked at, and told what to do wrong."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

from aiohttp import web

from tests.slack.fake import deeds, telling
from tests.slack.fake.app import Settings
from tests.slack.fake.clock import Clock, WallClock
from tests.slack.fake.company import Company
from tests.slack.fake.delivery import Delivery
from tests.slack.fake.faults import Fault, Faults
from tests.slack.fake.ids import Ids
from tests.slack.fake.limiter import Limiter
from tests.slack.fake.posting import Post, Route
from tests.slack.fake.rules import Refused
from tests.slack.fake.seeing import Sight, seen_by
from tests.slack.fake.sockets import Sockets
from tests.slack.fake.things import Message, User, Workspace
from tests.slack.fake.web import Doors
from tests.slack.fake.world import Called, World

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds that `settle` waits


@dataclass(eq=False)
class FakeSlack:
    """See the package's docstring for how a scene reads."""

    seed: int = 0
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=WallClock)
    faults: Faults = field(default_factory=Faults)
    route: Route = field(default_factory=Route)
    limiter: Limiter = field(default_factory=Limiter)
    world: World = field(init=False, repr=False)
    _loop: asyncio.AbstractEventLoop = field(init=False, repr=False)
    _thread: threading.Thread | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        chance = Random(self.seed)
        ids = Ids(self.clock, chance)
        self.world = World(self.clock, chance, self.settings, self.faults, ids)
        self.world.app_id = ids.new("A")
        self.world.signing_secret = ids.hex(32)
        self.world.verification_token = ids.hex(24)
        self.world.app_token = f"xapp-1-{self.world.app_id}-{ids.hex(12)}-{ids.hex(64)}"
        self.connections = Sockets(self.world)
        self.doors = Doors(self.world, self.limiter, self.connections)
        self.post = Post(self.world, self.connections, self.route)

    # --- opening and closing ---------------------------------------------------------------

    def __enter__(self) -> Self:
        """In a thread with a loop of its own, for tests that are not asynchronous."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()
        self._loop.close()

    async def __aenter__(self) -> Self:
        """In the loop that is running."""
        self._loop = asyncio.get_running_loop()
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _open(self) -> None:
        self._runner = web.AppRunner(
            self.doors.application(), access_log=None, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self.world.base = f"http://{HOST}:{self._runner.addresses[0][1]}"
        await self.post.open()

    async def _close(self) -> None:
        await self.post.close()
        await self.doors.close()
        await self.connections.close()
        await self._runner.cleanup()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        if self._thread is None:
            work.close()
            raise RuntimeError("inside a running loop, await it instead")
        made: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return made.result(PATIENCE)

    # --- what the app needs to know --------------------------------------------------------

    @property
    def api_url(self) -> str:
        return f"{self.world.base}/api/"

    @property
    def signing_secret(self) -> str:
        return self.world.signing_secret

    @property
    def app_token(self) -> str:
        return self.world.app_token

    @property
    def app_id(self) -> str:
        return self.world.app_id

    def workspace(self, name: str = "Acme", *, enterprise: bool = False) -> Company:
        """A workspace with the app installed; its token is `.token`."""
        with self.world.turn:
            return Company.install(self.world, name, enterprise=enterprise)

    # --- how the app is told ---------------------------------------------------------------

    def deliver_to(self, url: str, *, verify: bool = True) -> None:
        """To this address, signed; first comes the handshake (in a loop: `await verify()`)."""
        self.route.url, self.route.sockets = url, False
        if verify and self._thread is not None:
            self._run(self.post.verify())

    async def verify(self) -> None:
        await self.post.verify()

    def sockets(self) -> None:
        """Over Socket Mode; the app opens connections with `app_token`."""
        self.route.url, self.route.sockets = "", True

    def renew_sockets(self, *, warned: bool = True) -> None:
        self._soon(self.connections.dismiss(warned=warned))

    def cut_sockets(self) -> None:
        self._loop.call_soon_threadsafe(self.connections.cut)

    def _soon(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def settle(self, within: float = PATIENCE) -> None:
        """Until every delivery is acknowledged, given up, or asleep on a clock moved by hand."""
        if not self.world.bustle.wait(within):
            raise TimeoutError(f"deliveries are still under way after {within} s")
        self._sound()

    def _sound(self) -> None:
        """A mistake in the fake itself is raised where somebody waits."""
        if self.world.breakdowns:
            raise RuntimeError("the fake broke down") from self.world.breakdowns.pop()

    async def settled(self, within: float = PATIENCE) -> None:
        end = time.monotonic() + within
        while not self.world.bustle.calm:
            if time.monotonic() > end:
                raise TimeoutError(f"deliveries are still under way after {within} s")
            await asyncio.sleep(0.001)
        self._sound()

    def until(self, true: Callable[[], Any], within: float = 5.0) -> Any:
        """Wait (really) until something holds, looking every two milliseconds."""
        end = time.monotonic() + within
        while not (found := true()):
            if time.monotonic() > end:
                raise TimeoutError("it did not come about")
            time.sleep(0.002)
        return found

    async def awaited(self, true: Callable[[], Any], within: float = 5.0) -> Any:
        """The same in a running loop."""
        end = time.monotonic() + within
        while not (found := true()):
            if time.monotonic() > end:
                raise TimeoutError("it did not come about")
            await asyncio.sleep(0.002)
        return found

    # --- what goes wrong -------------------------------------------------------------------

    def next(self, method: str, *faults: Fault) -> None:
        """The next calls of this method meet these accidents, one each."""
        self.faults.order(method, *faults)

    def revoke_tokens(self, company: Workspace) -> None:
        with self.world.turn:
            company.revoked = True
            bot = self.world.bot(company).id
            inner = {
                "type": "tokens_revoked",
                "tokens": {"oauth": [], "bot": [bot]},
                "event_ts": self.world.ids.ts(),
            }
            telling.tell(self.world, company, inner)

    def uninstall(self, company: Workspace) -> None:
        with self.world.turn:
            company.installed = False
            inner = {"type": "app_uninstalled", "event_ts": self.world.ids.ts()}
            telling.tell(self.world, company, inner)

    def unfurl(self, what: Message, title: str) -> None:
        """Slack fetched the page behind a link, which looks like an edit without an editor."""
        with self.world.turn:
            shown = {"id": 1, "title": title, "fallback": title, "from_url": "https://x.example"}
            deeds.unfurl(self.world, what, [shown])

    def rate_limit_events(self, company: Workspace) -> Delivery:
        with self.world.turn:
            return telling.rate_limited(self.world, company)

    # --- facts -----------------------------------------------------------------------------

    @property
    def calls(self) -> list[Called]:
        return self.world.calls

    @property
    def refusals(self) -> list[Refused]:
        return self.world.refusals

    @property
    def warnings(self) -> list[str]:
        return self.world.warnings

    @property
    def deliveries(self) -> list[Delivery]:
        return self.world.deliveries

    @property
    def limited(self) -> Mapping[str, int]:
        """How often 429 was answered, by method."""
        return self.world.limited

    def acknowledged(self) -> set[str]:
        """The event ids that the app acknowledged."""
        return {x.key for x in self.deliveries if x.sort == "event" and x.acknowledged}

    def lost(self) -> list[Delivery]:
        """What Slack gave up: settled, and never acknowledged."""
        return [x for x in self.deliveries if x.settled and x.attempts and not x.acknowledged]

    def posted(self, key: str, *, within: str = "key") -> list[Message]:
        """Messages of the bot with this value in their metadata, deleted ones too."""
        with self.world.turn:
            everything = list(self.world.messages(deleted=True))
        return [x for x in everything if _carries(x, within, key)]

    def posted_by_key(self, within: str = "key") -> dict[str, list[Message]]:
        """All messages with metadata, by its key: more than one under a key is a double."""
        found: dict[str, list[Message]] = {}
        with self.world.turn:
            for each in self.world.messages(deleted=True):
                payload = (each.metadata or {}).get("event_payload", {})
                if within in payload:
                    found.setdefault(str(payload[within]), []).append(each)
        return found

    def seen_by(self, who: User) -> list[Sight]:
        with self.world.turn:
            return seen_by(self.world, who)


def _carries(what: Message, within: str, key: str) -> bool:
    return what.metadata is not None and what.metadata["event_payload"].get(within) == key
