"""How often an address may try links that do not work, and how much the open page takes."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

MOST = 20  # failures of one address …
SPAN = timedelta(minutes=10)  # … within this time
KNOWN = 10_000  # addresses remembered
NETWORK = 64  # bits: who has one IPv6 address has all of its network


@dataclass(slots=True)
class Failures:
    """What one address has failed at; all of it is forgotten at once."""

    since: datetime
    count: int = 0


@dataclass(frozen=True, slots=True)
class Attempts:
    """In memory, and so for each process: secrets of 256 bits need no more."""

    lease: Callable[[], datetime]
    failed: OrderedDict[str, Failures] = field(default_factory=OrderedDict)

    def wait(self, host: str) -> timedelta | None:
        """How long an address has to wait; None where it may try."""
        found = self.failed.get(_network(host))
        if found is None or found.count < MOST:
            return None
        left = found.since + SPAN - self.lease()
        return left if left > timedelta(0) else None

    def fail(self, host: str) -> None:
        key, now = _network(host), self.lease()
        found = self.failed.pop(key, None)
        if found is None or found.since + SPAN <= now:
            found = Failures(now)
        found.count += 1
        self.failed[key] = found
        if len(self.failed) > KNOWN:
            self.failed.popitem(last=False)


HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much everybody together may send in an hour: who sends is not looked at.

    In memory, for each process.
    """

    lease: Callable[[], datetime]
    sent: deque[datetime] = field(default_factory=deque)

    def wait(self, most: int) -> timedelta | None:
        """How long to wait; None where it may be sent now, and is counted."""
        now = self.lease()
        while self.sent and self.sent[0] + HOUR <= now:
            self.sent.popleft()
        if len(self.sent) >= max(most, 1):
            return self.sent[0] + HOUR - now
        self.sent.append(now)
        return None


def _network(host: str) -> str:
    try:
        one = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((one, NETWORK), strict=False)) if isinstance(one, IPv6Address) else host
