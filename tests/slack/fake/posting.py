"""The post: every delivery tried in time, tried again as Slack does, and written down."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.slack.fake.delivery import IN_TIME, RETRIES, Attempt, Delivery, Outcome
from tests.slack.fake.sockets import Sockets
from tests.slack.fake.wire import pack, unpack
from tests.slack.fake.world import World

FORM = "application/x-www-form-urlencoded"
GOOD = range(200, 300)
REDIRECTS = 2
AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(slots=True)
class Route:
    """Where deliveries go: to an address, over sockets, or (neither) nowhere."""

    url: str = ""
    also: tuple[str, ...] = ()  # further addresses of the same app, one of all drawn by chance
    sockets: bool = False
    patience: float = IN_TIME  # real seconds an app has
    lanes: int = 1  # how many are on their way at once
    wall: Callable[[], float] = time.time  # what requests are signed with


@dataclass(eq=False)
class Post:
    world: World
    sockets: Sockets
    route: Route
    _queue: "asyncio.Queue[Delivery]" = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _session: aiohttp.ClientSession = field(init=False)
    _work: "set[asyncio.Task[None]]" = field(default_factory=set)
    _held: set[Delivery] = field(default_factory=set)

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue = asyncio.Queue()
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self.route.patience),
            auto_decompress=True,
        )
        for _ in range(self.route.lanes):
            self._keep(self._lane())
        self.world.send = self.send

    async def close(self) -> None:
        for task in list(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._session.close()

    def send(self, what: Delivery) -> None:
        """From any thread; it is on its way when this returns."""
        self.world.deliveries.append(what)
        if not (self.route.url or self.route.sockets):
            what.settled = True
            return
        self.world.bustle.begin()
        self._loop.call_soon_threadsafe(self._queue.put_nowait, what)

    def _keep(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _lane(self) -> None:
        while True:
            what = await self._queue.get()
            faults = self.world.faults
            if what not in self._held and faults.draws(faults.overtaken):
                self._held.add(what)
                self._queue.put_nowait(what)  # behind whatever came meanwhile
                continue
            await self._first(what)

    async def _first(self, what: Delivery) -> None:
        try:
            outcome = await self._attempt(what, 0, "")
        except Exception as broken:
            self.world.breakdowns.append(broken)
            outcome = Outcome(False, "unknown_error", no_retry=True)
        if outcome.acknowledged or what.sort != "event" or outcome.no_retry:
            self._finish(what, outcome)
        else:
            self._keep(self._retry(what, outcome))

    async def _retry(self, what: Delivery, outcome: Outcome) -> None:
        for number, wait in enumerate(RETRIES, 1):
            await self.world.clock.sleep(wait, self.world.bustle)
            outcome = await self._attempt(what, number, outcome.reason)
            if outcome.acknowledged or outcome.no_retry:
                break
        self._finish(what, outcome)

    def _finish(self, what: Delivery, outcome: Outcome) -> None:
        try:
            if what.answered is not None:
                with self.world.turn:
                    what.answered(outcome)
            if outcome.acknowledged and self.world.faults.draws(self.world.faults.twice):
                self.world.bustle.begin()
                self._keep(self._again(what))
        except Exception as broken:
            self.world.breakdowns.append(broken)
        finally:
            what.settled = True
            self.world.bustle.end()

    async def _again(self, what: Delivery) -> None:
        """The app acknowledged, and yet it comes again."""
        try:
            if what.sort == "event":
                await self._attempt(what, 1, "http_timeout")
        finally:
            self.world.bustle.end()

    async def _attempt(self, what: Delivery, number: int, reason: str) -> Outcome:
        if self.route.url:
            outcome = await self._posted(what, number, reason)
        else:
            outcome = await self.sockets.attempt(what, number, reason, self.route.patience)
        faults = self.world.faults
        if outcome.acknowledged and what.sort == "event" and faults.draws(faults.unheard):
            outcome = Outcome(False, "http_timeout")
        what.attempts.append(Attempt(self.world.now(), number, reason, outcome))
        return outcome

    async def _posted(self, what: Delivery, number: int, reason: str) -> Outcome:
        kind, body = packed(what)
        headers = self._signed(body) | {"Content-Type": kind}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        try:
            async with self._session.post(
                self._door(), data=body, headers=headers, max_redirects=REDIRECTS
            ) as response:
                return await read(response)
        except TimeoutError:
            return Outcome(False, "http_timeout")
        except aiohttp.TooManyRedirects:
            return Outcome(False, "too_many_redirects")
        except aiohttp.ClientConnectionError:
            return Outcome(False, "connection_failed")
        except aiohttp.ClientError:
            return Outcome(False, "unknown_error")

    def _door(self) -> str:
        """As whatever stands before several processes of an app would choose."""
        also = self.route.also
        return self.world.chance.choice((self.route.url, *also)) if also else self.route.url

    def _signed(self, body: bytes) -> dict[str, str]:
        stamp = str(int(self.route.wall()))
        base = f"v0:{stamp}:".encode() + body
        made = hmac.new(self.world.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={made}",
            "User-Agent": AGENT,
            "Accept": "*/*",
        }

    async def verify(self) -> None:
        """The handshake that the settings page makes before it accepts an address."""
        challenge = self.world.ids.hex(40)
        asked = {
            "token": self.world.verification_token,
            "challenge": challenge,
            "type": "url_verification",
        }
        outcome = await self._posted(Delivery("event", asked), 0, "")
        said = outcome.body
        echoed = said.get("challenge") if isinstance(said, dict) else said
        if not outcome.acknowledged or echoed != challenge:
            raise ConnectionError(f"the app did not echo the challenge: {outcome}")


def packed(what: Delivery) -> tuple[str, bytes]:
    """JSON for events, a form with `payload` for interactions, a plain form for commands."""
    if what.sort == "event":
        return "application/json", pack(what.payload).encode()
    if what.sort == "command":
        return FORM, urlencode(what.payload).encode()
    return FORM, urlencode({"payload": pack(what.payload)}).encode()


async def read(response: aiohttp.ClientResponse) -> Outcome:
    text = await response.text()
    body: Any = text or None
    if "json" in response.content_type and text:
        try:
            body = unpack(text)
        except ValueError:
            body = text
    if response.status in GOOD:
        return Outcome(True, status=response.status, body=body)
    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
    return Outcome(False, "http_error", response.status, body, no_retry)
