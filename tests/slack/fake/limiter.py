"""How much Slack bears: per method and workspace, per channel, and all posting together."""

import math
from dataclasses import dataclass, field

from tests.slack.fake.methods import TIERS

MINUTE = 60.0


@dataclass(slots=True)
class _Bucket:
    """So many at once, refilled at a rate; an empty one says how long to wait."""

    size: float
    rate: float  # a second
    at: float
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.size

    def wait(self, now: float) -> float:
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / self.rate


@dataclass(slots=True)
class Limiter:
    """Slack publishes the tiers and one message a second in a channel; the rest is not said.

    `burst` is how many messages a channel bears at once, `workspace` how many a minute all
    channels together. `tiers` multiplies what the tiers allow (Slack: at least so many).
    """

    burst: int = 3
    workspace: int = 300
    tiers: float = 1.0
    on: bool = False
    _buckets: dict[tuple[str, ...], _Bucket] = field(default_factory=dict)

    def retry_after(self, team: str, method: str, tier: int, channel: str, now: float) -> int:
        """Zero where the call may go through, else the seconds of `Retry-After`."""
        if not self.on:
            return 0
        wanted = self._wanted(team, method, tier, channel)
        buckets = [self._bucket(key, size, rate, now) for key, (size, rate) in wanted.items()]
        longest = max(each.wait(now) for each in buckets)
        if longest > 0:
            return math.ceil(longest)
        for each in buckets:
            each.level -= 1
        return 0

    def _wanted(
        self, team: str, method: str, tier: int, channel: str
    ) -> dict[tuple[str, ...], tuple[float, float]]:
        if method == "chat.postMessage":
            return {
                (team, method, channel): (self.burst, 1.0),
                (team, method): (self.workspace, self.workspace / MINUTE),
            }
        allowed = max(1.0, TIERS[tier] * self.tiers)
        return {(team, method): (allowed, allowed / MINUTE)}

    def _bucket(self, key: tuple[str, ...], size: float, rate: float, now: float) -> _Bucket:
        if key not in self._buckets:
            self._buckets[key] = _Bucket(size, rate, now)
        return self._buckets[key]
