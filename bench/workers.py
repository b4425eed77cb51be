"""Events a second handled by one, two and four workers on one PostgreSQL.

    python -m bench.workers [--events 3000] [--workers 1 2 4]

Real `duly worker` processes, a PostgreSQL of its own with fsync, Slack from the tests. All events
come at once, when every worker has asked Slack who it is; what counts is the time from the first
batch that is settled to the last, and what the workers took of the processor from then on. With
two cores, which PostgreSQL needs too, no number of workers can be twice as fast.
"""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from bench.company import TALK
from bot.clock import Clock, wall
from bot.events import Account, Happening, MessagePosted, MessageRef, Place, Platform
from bot.store import keystore
from bot.store.connecting import connect
from bot.store.schema import WAITING, journal
from tests import postgres
from tests.kill.slots import Slot, started
from tests.kill.town import KEY, Town, store_of, town

SLACK = Platform("slack")
ROOMS = 20
PATIENCE = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class Figures:
    speed: float  # events a second
    cpu: float  # seconds of the workers, in all


def events(there: Town, count: int) -> list[Happening]:
    """Questions and chatter of eight people in twenty rooms, a second apart."""
    chance, start = Random(1), wall() - timedelta(seconds=count)
    people = [Account(SLACK, there.company.id, each.id) for each in there.people.values()]
    found: list[Happening] = []
    for n in range(count):
        place = Place(SLACK, there.company.id, f"C{n % ROOMS:09}")
        author, other = chance.sample(people, 2)
        text = TALK[n % len(TALK)]
        found.append(
            MessagePosted(
                key=f"slack/bench/{n}",
                at=start + timedelta(seconds=n),
                author=author,
                message=MessageRef(place, f"{n}.000000"),
                text=text.replace("@{other}", f"@{other.id}"),
                mentions=(other,) if "{other}" in text else (),
            )
        )
    return found


def measured(there: Town, server: postgres.Server, folder: Path, count: int, many: int) -> Figures:
    name = f"workers{many}"
    folder.mkdir()
    log, people = folder / "log", folder / "people.csv"
    people.write_text(there.staff(), "utf-8")
    variables = there.variables() | {
        "DULY_DATABASE_URL": server.url(name),
        "DULY_DATA": str(folder),
        "DULY_KEY": KEY,
    }
    server.create(name)
    for words in (("migrate",), ("people", "import", str(people))):
        if started(variables, log, *words).wait(PATIENCE):
            raise RuntimeError(log.read_text())
    db = connect(server.url(name))
    keystore.join(db, keystore.connect_keys(f"sqlite:///{folder / 'duly-keys.db'}"))
    slots = [Slot("worker", variables, log) for _ in range(many)]
    try:
        _up(there, slots)
        before = sum(slot.spent for slot in slots)
        with store_of(db, Clock()).transaction() as tx:
            tx.journal.admit(events(there, count))
        _until(lambda: _all_handled(db))
        return Figures(_speed(db), sum(slot.spent for slot in slots) - before)
    finally:
        for slot in slots:
            slot.end(signal.SIGTERM)
        db.dispose()


def _up(there: Town, slots: list[Slot]) -> None:
    """Each asks who it is when it begins to work."""
    asked = len(_asked(there)) + len(slots)
    for slot in slots:
        slot.start()
    _until(lambda: len(_asked(there)) >= asked)


def _asked(there: Town) -> list[str]:
    return [each.method for each in there.slack.calls if each.method == "auth.test"]


def _all_handled(db: sa.Engine) -> bool:
    with db.connect() as conn:
        return conn.execute(sa.select(journal.c.id).where(WAITING).limit(1)).first() is None


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("it did not come about")
        time.sleep(0.2)


def _speed(db: sa.Engine) -> float:
    """Without the first batch, before which they were starting."""
    c = journal.c
    batches = sa.select(c.settled_at, sa.func.count()).group_by(c.settled_at).order_by(c.settled_at)
    with db.connect() as conn:
        rows = [row for row in conn.execute(batches) if row[0] is not None]
    handled, span = sum(row[1] for row in rows[1:]), rows[-1][0] - rows[0][0]
    return float(handled / span.total_seconds())


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--events", type=int, default=3000)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    args = options.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} ({os.cpu_count()} cores)")
    server = postgres.start()
    try:
        with tempfile.TemporaryDirectory(prefix="duly-workers-") as name, town(1) as there:
            base = 0.0
            for many in args.workers:
                found = measured(there, server, Path(name) / str(many), args.events, many)
                base = base or found.speed
                print(
                    f"{many} workers: {found.speed:,.0f} events/s, {found.speed / base:.2f} of "
                    f"the first; {1000 * found.cpu / args.events:.1f} ms of CPU an event"
                )
    finally:
        server.close()


if __name__ == "__main__":
    main()
