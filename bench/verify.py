"""How many records a second `duly verify` goes through, beside the bare chain over the same bytes.

    python -m bench.verify [--count 200000] [--conversations 300] [--database postgresql]

The bare limit is SHA-256 alone: link(previous, leaf) with the leaf over the same header, made
ready before, and the same sealed body, all of it in memory.
"""

import argparse
import hashlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from bot.clock import Clock, wall
from bot.evidence import START, canonical
from bot.seal import Seal
from bot.store import Store, keystore
from bot.store.connecting import connect, create, sqlite_url
from bot.store.records import Saying
from bot.store.records import canonical as header_of
from bot.store.schema import records

YEAR = 365 * 24 * 3600  # seconds
WORDS = (
    "Can you send me the list by Friday?",
    "请在周五前把名单发给我，谢谢。",
    "The supplier has confirmed; I shall write to the customer this afternoon.",
)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[sa.Engine]:
    if kind == "postgresql":
        from tests import postgres  # noqa: PLC0415

        server = postgres.server()
        server.create("bench_verify")
        db = connect(server.url("bench_verify"))
        keystore.join(db, keystore.memory())
    else:
        db = connect(sqlite_url(folder))
    create(db)
    yield db
    db.dispose()


def filled(db: sa.Engine, count: int, conversations: int) -> Store:
    """A year of talk, in the order in which it was said."""
    chance, start = Random(1), wall() - timedelta(seconds=YEAR)
    store = Store(db, "main", Seal(bytes(32), Clock().random), Clock())
    number = 0
    while number < count:
        with store.transaction() as tx:
            for _ in range(min(5_000, count - number)):
                place = f"slack/T1/C{chance.randrange(conversations)}"
                at = start + timedelta(seconds=YEAR * number / count)
                body = {"text": chance.choice(WORDS) * 2, "who": "p1", "mentions": ["p2"]}
                saying = Saying(
                    kind="post",
                    conversation=place,
                    thread=None,
                    message=f"{number}.000",
                    author=f"slack/T1/U{number % 300}",
                    class_name="work",
                    at=at,
                    body=body,
                )
                tx.records.add(saying)
                number += 1
            if drawn := tx.checkpoints.draw():
                tx.checkpoints.take(drawn)
    return store


def bare(store: Store) -> float:
    """Links a second, with every byte in memory."""
    with store.db.connect() as conn:
        rows = conn.execute(sa.select(records).limit(100_000)).all()
    ready = [(canonical(header_of(dict(row._mapping))).encode(), row.body) for row in rows]
    start, previous, sha256 = time.perf_counter(), START, hashlib.sha256
    for header, body in ready:
        leaf = sha256(header + sha256(body).digest()).digest()
        previous = sha256(previous + leaf).digest()
    return len(ready) / (time.perf_counter() - start)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=200_000)
    options.add_argument("--conversations", type=int, default=300)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    args = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        database(args.database, Path(name)) as db,
    ):
        begun = time.perf_counter()
        store = filled(db, args.count, args.conversations)
        spent = time.perf_counter() - begun
        print(f"{args.count:,} records written on {args.database}: {args.count / spent:,.0f}/s")
        start, cpu = time.perf_counter(), time.process_time()
        with store.reading() as tx:
            steps = list(tx.verifying.steps())
        spent, worked = time.perf_counter() - start, time.process_time() - cpu
        bad = [step for step in steps if not isinstance(step, int)]
        speed, limit = args.count / spent, bare(store)
        print(f"verified: {speed:,.0f} records/s ({args.count / worked:,.0f} a second of work)")
        print(f"15 million rows at that speed: {15e6 / speed / 60:.1f} minutes; broken: {len(bad)}")
        print(f"bare SHA-256 chain over the same bytes: {limit:,.0f}/s ({speed / limit:.0%} of it)")


if __name__ == "__main__":
    main()
