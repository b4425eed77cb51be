"""How long a look at the clock takes with a million open duties, and to plan 100,000 due at once.

    python -m bench.tick [--open 1000000] [--due 100000]

Beside them stands the bare limit: taking the same rows out of the same table, nothing planned.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.company import store_in
from bot.handlers.nudging import Nudging
from bot.policy import hours
from bot.serving import settle
from bot.store import Store
from bot.store.schema import dues, duties
from bot.ticker import BATCH, Ticker

PEOPLE = 3000
PAGE = 20_000


def rows(
    count: int, first: datetime, step: timedelta, level: str = "normal"
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Duties with the due that climbs their ladder next."""
    for n in range(count):
        at = first + n * step
        id = f"{n:032x}"
        duty = {
            "company": "main",
            "id": id,
            "number": n + 1,
            "kind": "reply",
            "owed_by": f"p{n % PEOPLE}",
            "owed_to": f"p{(n + 7) % PEOPLE}",
            "conversation": f"bench/home/room{n % 500}",
            "message": f"m{n}",
            "seq": n,
            "subject": "",
            "clause": "2.2.1-reply",
            "rule": "question-to-person",
            "level": level,
            "policy": 1,
            "calendar": "office",
            "start": at,
            "due": at,
            "first_due": at,
            "state": "open",
            "how": "",
            "step": 1,
        }
        due = {"company": "main", "id": id, "at": at, "kind": "duty", "subject": id, "step": 2}
        yield duty, due


def fill(store: Store, count: int, first: datetime, step: timedelta, level: str = "normal") -> None:
    made = rows(count, first, step, level)
    while page := [pair for _, pair in zip(range(PAGE), made, strict=False)]:
        with store.transaction() as tx:
            tx.rows.conn.execute(duties.insert(), [duty for duty, _ in page])
            tx.rows.conn.execute(dues.insert(), [due for _, due in page])


def timed(what: Any) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--open", type=int, default=1_000_000)
    options.add_argument("--due", type=int, default=100_000)
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        store = store_in(Path(name), PEOPLE)
        clock, ticker = store.clock, Ticker(store, Nudging())
        with store.reading() as tx:
            calendar = tx.policies.calendar("office", tx.policies.current())
        opening = hours.next_open(clock.now() + timedelta(days=30), calendar)
        fill(store, args.open, opening, timedelta(milliseconds=20))
        ticker.ring()  # the first also sweeps
        settle()
        looks = sorted(timed(ticker.ring) for _ in range(200))
        print(
            f"{args.open:,} open duties, nothing due: p50 {looks[100] * 1000:.2f} ms, "
            f"p99 {looks[198] * 1000:.2f} ms"
        )
        last = opening + args.due * timedelta(milliseconds=20)
        clock.ahead = last - clock.lease() + timedelta(seconds=1)
        bare = timed(lambda: take(store, args.due))
        planned = timed(ticker.ring)
        with store.reading() as tx:
            parcels = tx.outbox.unsent()
        print(
            f"{args.due:,} due at once: planned in {planned:.1f} s "
            f"({parcels:,} cards), bare removal {bare:.1f} s, ratio {planned / bare:.1f}"
        )
        store.db.dispose()


def take(store: Store, count: int) -> None:
    """The same rows out of the table and, as the transaction fails, back in it."""
    try:
        with store.transaction() as tx:
            for _ in range(0, count, BATCH):
                tx.dues.claim(store.clock.now(), BATCH)
            raise InterruptedError
    except InterruptedError:
        pass


if __name__ == "__main__":
    main()
