"""How often an address may try links that do not work, and how much the open page takes.

Counted in the store, for all processes together.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from bot.store import Store, Transaction

MOST = 20  # failures of one address …
SPAN = timedelta(minutes=10)  # … within this time
HOUR = timedelta(hours=1)
NETWORK = 64  # bits: who has one IPv6 address has all of its network
REPORTS = "reports"  # under which name the open page counts


@dataclass(frozen=True, slots=True)
class Attempts:
    store: Store

    async def wait(self, host: str) -> timedelta | None:
        """How long an address has to wait; None where it may try."""
        return await _look(self.store, lambda tx: tx.limits.wait(_name(host), MOST, SPAN))

    async def fail(self, host: str) -> None:
        await _count(self.store, lambda tx: tx.limits.count(_name(host), SPAN))


@dataclass(frozen=True, slots=True)
class Pace:
    """How much everybody together may send in an hour: who sends is not looked at."""

    store: Store

    async def wait(self, most: int) -> timedelta | None:
        """How long to wait; None where it may be sent now, and is counted."""
        most = max(most, 1)
        left = await _look(self.store, lambda tx: tx.limits.wait(REPORTS, most, HOUR))
        if left is None:
            await _count(self.store, lambda tx: tx.limits.count(REPORTS, HOUR))
        return left


async def _look(store: Store, look: Callable[[Transaction], timedelta | None]) -> timedelta | None:
    def looked() -> timedelta | None:
        with store.reading() as tx:
            return look(tx)

    return await asyncio.to_thread(looked)


async def _count(store: Store, count: Callable[[Transaction], None]) -> None:
    def counted() -> None:
        with store.transaction() as tx:
            count(tx)

    await asyncio.to_thread(counted)


def _name(host: str) -> str:
    try:
        one = ip_address(host)
    except ValueError:
        return f"host/{host}"
    if isinstance(one, IPv6Address):
        return f"host/{ip_network((one, NETWORK), strict=False)}"
    return f"host/{host}"
