"""How fast a workspace lets us call: guessed at first, learnt from every refusal.

Slack publishes tiers of calls a minute for each method, one message a second for each channel, and
for all messages of a workspace only that there is a limit.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.port import TryLater

POSTING = frozenset(("chat.postMessage", "chat.postEphemeral", "files.completeUploadExternal"))
TIERS = {  # calls a minute
    "users.list": 20,
    "usergroups.list": 20,
    "conversations.list": 20,
    "reactions.remove": 20,
    "conversations.members": 100,
    "users.info": 100,
    "views.open": 100,
    "views.publish": 100,
    "files.getUploadURLExternal": 100,
}
USUAL = 50  # calls a minute of every other method
CHANNEL = 60  # messages a minute into one channel
WORKSPACE = 300  # messages a minute into all of them, to begin with
BURST, SPURT = 10.0, 2.0  # seconds of calls that may be made at once, and of one channel's
LEAST = 6.0  # calls a minute, however often we are refused
HALVED, GROWN = 0.5, 0.02  # of the rate: at a refusal, and at each success after it
WORTH_WAITING = 10.0  # seconds; what has to wait for longer is tried again later
MANY = 10_000  # channels remembered


@dataclass(slots=True)
class Flow:
    """So many a minute; a short burst is free, as a bucket that leaks."""

    rate: float
    full: float  # seconds of calls it holds
    free_at: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next call may be made."""
        return max(0.0, self.free_at - now)

    def call(self, now: float) -> None:
        """It is made as soon as it may be."""
        self.free_at = max(self.free_at, now - self.full) + 60 / self.rate


@dataclass(slots=True)
class Pace:
    """`posts`: messages a minute into the workspace that are never exceeded."""

    posts: float = WORKSPACE
    channel: float = CHANNEL
    patience: float = WORTH_WAITING
    tiers: float = 1.0  # of what Slack publishes for each method
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    refusals: int = 0
    _flows: dict[str, Flow] = field(default_factory=dict)
    _shut: dict[str, float] = field(default_factory=dict)

    async def turn(self, method: str, channel: str = "", *, hurry: bool = False) -> None:
        """Returns when the call may be made. `hurry`: somebody waits, who goes before the rest.

        Raises TryLater where that is too long to wait for.
        """
        now, ways = self.now(), [] if hurry else self._ways(method, channel)
        shut = [self._shut.get(name, 0.0) - now for name in (method, f"{method}/{channel}")]
        wait = max(0.0, *shut, *(flow.wait(now) for flow in ways))
        if wait > self.patience:
            raise TryLater(timedelta(seconds=wait))
        for flow in ways:
            flow.call(now)
        if wait > 0:
            await self.sleep(wait)

    def refused(self, method: str, channel: str, after: float) -> None:
        """Slack said 429: that method rests, and goes half as fast from now on."""
        self.refusals += 1
        where = f"{method}/{channel}" if channel and after <= 1 else method
        self._shut[where] = self.now() + after
        flow = self._flow(_kind(method), self._rate(method))
        flow.rate = max(LEAST, flow.rate * HALVED)

    def passed(self, method: str) -> None:
        """It went well: slowly back to the rate we began with."""
        flow, most = self._flows.get(_kind(method)), self._rate(method)
        if flow is not None and flow.rate < most:
            flow.rate = min(most, flow.rate + most * GROWN)

    def _rate(self, method: str) -> float:
        return self.posts if method in POSTING else TIERS.get(method, USUAL) * self.tiers

    def _ways(self, method: str, channel: str) -> list[Flow]:
        ways = [self._flow(_kind(method), self._rate(method))]
        if method in POSTING and channel:
            ways.append(self._flow(f"channel/{channel}", self.channel, SPURT))
        return ways

    def _flow(self, name: str, rate: float, full: float = BURST) -> Flow:
        if len(self._flows) > MANY:
            self._flows = {n: f for n, f in self._flows.items() if f.free_at > self.now()}
        return self._flows.setdefault(name, Flow(rate, full))


def _kind(method: str) -> str:
    return "posts" if method in POSTING else method
