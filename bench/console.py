"""What a page about key figures costs in a large company, beside computing them for each look.

Run: python -m bench.console [--people 3000] [--records 500000] [--duties 60000]
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import httpx

from bench.month import ZONE, fill
from bot.cli.common import open_store
from bot.policy import periods
from bot.settings import Settings
from bot.store import Store
from bot.store.migrating import upgrade
from bot.store.sessions import web_account
from bot.web.address import Address
from bot.wiring import assemble, pages

LOOKS = 200
READER = "p60"  # who is in HR
PATHS = ("/dashboard", "/reports", "/mine", "/notices")


def main() -> None:
    wanted = argparse.ArgumentParser()
    for name, count in (("people", 3_000), ("records", 500_000), ("duties", 60_000), ("months", 1)):
        wanted.add_argument(f"--{name}", type=int, default=count)
    args = wanted.parse_args()
    sys.setswitchinterval(0.001)
    with TemporaryDirectory(prefix="duly-bench-") as folder:
        store = open_store(Settings(data=Path(folder)), new=True)
        upgrade(store.db)
        fill(store, periods.last(datetime.now(UTC), ZONE), args)
        asyncio.run(measure(store))


async def measure(store: Store) -> None:
    bot, (address, cookie) = assemble(store, []), entered(store)
    gate: Any = pages(bot, address, "")
    period = periods.last(datetime.now(UTC), ZONE).label
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(gate), base_url=address.url, cookies={"duly": cookie}
    ) as client:
        path = f"/dashboard?period={period}"
        first = await look(client, path)
        begun = perf_counter()
        computing = asyncio.create_task(bot.figuring.round())
        meanwhile = [await look(client, path) for _ in range(20)]
        while not computing.done():
            meanwhile.append(await look(client, path))
            await asyncio.sleep(0.2)
        spent = perf_counter() - begun
        print(f"first look: {1000 * first:.0f} ms; figures computed by the worker in {spent:.1f} s")
        tell("looks meanwhile", meanwhile)
        for each in (path, *PATHS[1:]):
            tell(each, [await look(client, each) for _ in range(LOOKS)])


def entered(store: Store) -> tuple[Address, str]:
    with store.transaction() as tx:
        tx.people.link(web_account(store.company, READER), READER)
        return Address("http://localhost:8000"), str(tx.sessions.begin(READER, "a bench"))


async def look(client: httpx.AsyncClient, path: str) -> float:
    begun = perf_counter()
    answer = await client.get(path)
    answer.raise_for_status()
    return perf_counter() - begun


def tell(name: str, spent: list[float]) -> None:
    cuts = quantiles(spent, n=100)
    print(
        f"{name:<32} {len(spent):4} looks: median {1000 * cuts[49]:5.1f} ms,"
        f" 99th percentile {1000 * cuts[98]:6.1f} ms, worst {1000 * max(spent):6.1f} ms"
    )


if __name__ == "__main__":
    main()
