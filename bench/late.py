"""What it costs to look for late data behind a hundred heads' reports of one month.

Run: python -m bench.late [--people 3000] [--records 500000] [--duties 60000] [--heads 100]
"""

import argparse
import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.month import ZONE, fill
from bot import making
from bot.cli.common import open_store
from bot.events import Account, Platform
from bot.gathering import gather
from bot.making import Made
from bot.periodical import CALM, Looks, gathered, hand_over
from bot.policy import periods
from bot.policy.keyfigures import Earlier, kept
from bot.policy.periods import Period
from bot.report import Wanted
from bot.settings import Settings
from bot.store import Store
from bot.store.migrating import upgrade
from bot.store.published import DUE, Copy
from bot.store.schema import orders
from bot.words import Reader
from bot.workbooks import issued
from reports.issue import key_figures

HOLD = timedelta(minutes=15)


def main() -> None:
    wanted = argparse.ArgumentParser()
    for name, count in (("people", 3_000), ("records", 500_000), ("duties", 60_000)):
        wanted.add_argument(f"--{name}", type=int, default=count)
    wanted.add_argument("--heads", type=int, default=100)
    args = wanted.parse_args()
    args.months = 1
    period = periods.last(datetime.now(UTC), ZONE)
    with TemporaryDirectory(prefix="duly-bench-") as folder:
        store = open_store(Settings(data=Path(folder)), new=True)
        upgrade(store.db)
        fill(store, period, args)
        made(store, period, args.heads)
        begun = perf_counter()
        count = looked(store, period)
        print(f"{count} reports, nothing having changed: {perf_counter() - begun:.1f} s")
        begun = perf_counter()
        again(store, period)
        print(f"one of them, all of it computed: {perf_counter() - begun:.1f} s")
        store.db.dispose()


def made(store: Store, period: Period, heads: int) -> None:
    """As if they had been sent this morning."""
    with store.transaction() as tx:
        account = Account(Platform("web"), "acme", "head")
        copies = (Copy(period.label, "head", f"p{n}", account) for n in range(heads))
        tx.published.order(copies, DUE)
        looks = Looks()
        for order in tx.rows.all(orders):
            said = {"closes": tx.clock.now(), "circle": "", "figures": {}}
            taken = looks.of(tx, order, period, order.asked_at + CALM)
            tx.orders.settle(order.id, "made", "file")
            tx.published.keep(order.id, {**said, "print": taken})
        tx.published.recheck(tx.clock.now() - timedelta(days=1))


def looked(store: Store, period: Period) -> int:
    """What a worker does of a morning."""
    looks, count = Looks(), 0
    while True:
        with store.transaction() as tx:
            order = tx.orders.claim(HOLD)
        if order is None:
            return count
        wanted = Wanted(period=period, edition="head", person=order.person, reader=Reader())
        with store.reading() as tx:
            found = gathered(tx, order, wanted, looks)
        assert found.material is None
        with store.transaction() as tx:
            hand_over(tx, order, found, Made(None))
        count += 1


def again(store: Store, period: Period) -> None:
    """What was done for each of them where something had."""
    with store.reading() as tx:
        units = tx.people.snapshot().directory.departments.values()
        head = next(unit.head for unit in units if unit.head)
        wanted = Wanted(period=period, edition="head", person=head, reader=Reader())
        material = gather(tx, wanted)
    now = material.made_at
    earlier = Earlier(1, now, now, kept(key_figures(material)))
    unchanged = replace(material, wanted=replace(wanted, earlier=earlier))
    assert asyncio.run(making.issue(issued, unchanged)).workbook is None


if __name__ == "__main__":
    main()
