"""What a message and a duty weigh in the database, and what they cost the processor.

    python -m bench.sizes [--count 20000] [--database sqlite|postgresql]

Talk goes through inbox, engine, ticker and outbox as in a running company; then each table with
its indexes is weighed by the database itself. docs/scale.md reckons with these figures.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bench.company import messages, settle, store_in
from bench.peers.reminders import Paper, Platform
from bot.clock import Clock
from bot.indexing import Indexer
from bot.seal import Seal
from bot.store import Store
from bot.wiring import assemble
from tests.simulation import fresh

WEIGHED = {
    "sqlite": "SELECT name, sum(pgsize) FROM dbstat GROUP BY name",
    "postgresql": (
        "SELECT relname, pg_total_relation_size(oid) FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ),
}
OWNERS = "SELECT name, tbl_name FROM sqlite_master"


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Store]:
    if kind == "sqlite":
        made = store_in(folder)
        yield made
        made.db.dispose()
        return
    with fresh.database("postgresql") as db:
        clock = Clock()
        made = Store(db, "main", Seal(bytes(32), clock.random), clock)
        settle(made, 300)
        yield made


def weights(store: Store) -> Mapping[str, int]:
    """Bytes of each table with its indexes."""
    kind = store.db.dialect.name
    with store.db.connect() as conn:
        rows = conn.exec_driver_sql(WEIGHED[kind]).all()
        known = conn.exec_driver_sql(OWNERS).all() if kind == "sqlite" else []
    owners = {str(row.name): str(row.tbl_name) for row in known}
    found: dict[str, int] = {}
    for name, size in rows:
        table = owners.get(name, name)
        found[table] = found.get(table, 0) + int(size)
    return found


async def lived(store: Store, folder: Path, count: int) -> float:
    """Seconds of the processor until all is handled, nudged about and found."""
    bot = assemble(store, [Paper(Platform(folder / "out"))])
    begun = time.process_time()
    await bot.inbox.take(list(messages(count)))
    while await bot.turn():
        pass
    for _ in range(4 * 24 * 2):  # four days on which nobody answers
        store.clock.ahead += timedelta(minutes=30)
        while await bot.turn():
            pass
    indexer = Indexer(store)
    while indexer.work():
        pass
    return time.process_time() - begun


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as name, opened(args.database, Path(name)) as store:
        before = weights(store)
        spent = asyncio.run(lived(store, Path(name), args.count))
        after = weights(store)
        with store.db.connect() as conn:
            duties, cards = (
                conn.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
                for table in ("duties", "outbox")
            )
            bodies = sum(
                conn.execute(sa.text(f"SELECT sum(length(body)) FROM {table}")).scalar_one()
                for table in ("journal", "outbox")
            )
    grown = {each: after[each] - before.get(each, 0) for each in after}
    print(
        f"{args.database}: {args.count:,} messages, {duties:,} duties of them, {cards:,} cards; "
        f"{spent / args.count * 1000:.2f} ms of the processor for a message with all that follows"
    )
    print(
        f"{sum(grown.values()) / args.count:,.0f} bytes for a message with all that follows, "
        f"{bodies / args.count:,.0f} of them bodies that go after a while"
    )
    for table, size in sorted(grown.items(), key=lambda each: -each[1])[:12]:
        print(f"  {table:<20} {size / args.count:8.0f} bytes a message")


if __name__ == "__main__":
    main()
