"""How long it takes to publish a notice to 50,000 people: everything planned, nothing sent yet.

    python -m bench.notice [--people 50000] [--database postgresql://…]

Beside it stands the bare limit: as many plain rows put into the same tables in one run.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.company import account, store_in
from bot.clock import Clock
from bot.handlers import notices, receipts
from bot.handlers.ladder import LADDER
from bot.handlers.nudging import Nudging
from bot.policy.notices import Draft, Notice
from bot.policy.people import Department, Person
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import connect, create
from bot.store.intake import Register
from bot.store.schema import dues, duties, outbox
from bot.store.schema_notices import audience
from bot.ticker import Ticker

TEXT = "The office is closed on Friday. " * 60
DRAFT = Draft(
    title="Closed on Friday", text=TEXT, audience=("all",), requester="p0", digest="0" * 64
)
TABLES = (duties, dues, outbox, audience)


def fill(store: Store, people: int) -> None:
    """A directory of that size, read in at once."""
    everybody = [
        Person(id=f"p{n}", name=f"Person {n}", department="all", manager=f"p{n // 10}")
        for n in range(people)
    ]
    with store.transaction() as tx:
        register = Register(tx)
        register.save(everybody)
        tx.people.save_departments([Department(id="all", name="All", head="p0")])
        register.link({account(n): f"p{n}" for n in range(people)})


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = what()
    return time.perf_counter() - start, found


def publish(store: Store) -> Notice:
    with store.transaction() as tx:
        return notices.publish(tx, DRAFT)


def recheck(store: Store, notice: Notice) -> None:
    with store.transaction() as tx:
        notices.recheck(tx, notice)


def standing(store: Store, notice: Notice) -> receipts.Standing:
    with store.reading() as tx:
        return receipts.standing(tx.notices.members(notice.id), tx.clock.now())


def first_rung(store: Store) -> datetime:
    """When everybody is to be reminded."""
    with store.reading() as tx:
        found = tx.rows.all(dues, dues.c.kind == LADDER, limit=1)
    at: datetime = found[0].at
    return at


def bare(store: Store) -> int:
    """The rows that were made, taken as they are and put into the same tables once more."""
    count = 0
    with store.transaction() as tx:
        conn = tx.rows.conn
        for table in TABLES:
            rows = [tuple(row) for row in conn.execute(sa.select(table))]
            conn.execute(table.delete())
            named = [dict(zip(table.c.keys(), row, strict=True)) for row in rows]
            start = time.perf_counter()
            conn.execute(table.insert(), named)
            SPENT.append(time.perf_counter() - start)
            count += len(named)
    return count


SPENT: list[float] = []


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=50_000)
    options.add_argument("--database", default="")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        store = postgresql(args.database) if args.database else store_in(Path(name), 1)
        fill(store, args.people)
        planned, notice = timed(lambda: publish(store))
        looked, _ = timed(lambda: recheck(store, notice))
        counted, found = timed(lambda: standing(store, notice))
        ticker = Ticker(store, Nudging())
        ticker.ring()  # the first also sweeps
        rows = bare(store)
        limit = sum(SPENT)
        falls = first_rung(store)
        store.clock.ahead = falls - store.clock.lease()
        nudged, _ = timed(ticker.ring)
        print(
            f"{args.people:,} people: published in {planned:.1f} s, {rows:,} rows put in bare "
            f"in {limit:.1f} s, ratio {planned / limit:.1f}; looked again who belongs to it in "
            f"{looked:.1f} s; standing of {found.all:,} in {counted:.2f} s; all of them nudged at "
            f"once: planned in {nudged:.1f} s"
        )
        store.db.dispose()


def postgresql(url: str) -> Store:
    """An empty database, with every table."""
    clock, db = Clock(), connect(url)
    create(db)
    store = Store(db, "main", Seal(bytes(32), clock.random), clock)
    with store.transaction() as tx:
        tx.policies.adopt("")
    return store


if __name__ == "__main__":
    main()
