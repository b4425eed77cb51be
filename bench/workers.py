"""Events a second handled by one, two and four workers on one PostgreSQL.

    python -m bench.workers [--events 3000] [--workers 1 2 4]

Real `duly worker` processes, a PostgreSQL of its own with fsync, Slack from the tests. The events
lie there when the workers start; what counts is the time from the first batch that is settled to
the last. With two cores, which PostgreSQL needs too, no number of workers can be twice as fast.
"""

import argparse
import os
import signal
import tempfile
import time
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
from bot.store.schema import journal
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
    with store_of(db, Clock()).transaction() as tx:
        tx.journal.admit(events(there, count))
    slots = [Slot("worker", variables, log) for _ in range(many)]
    for slot in slots:
        slot.start()
    try:
        _wait(db)
    finally:
        cpu = sum(_ended(slot) for slot in slots)
    found = _speed(db)
    db.dispose()
    return Figures(found, cpu)


def _ended(slot: Slot) -> float:
    """What it took of the processor, in seconds."""
    slot.send(signal.SIGTERM)
    _, _, used = os.wait4(slot.pid, 0)
    return used.ru_utime + used.ru_stime


def _wait(db: sa.Engine) -> None:
    end = time.monotonic() + PATIENCE
    left = sa.select(sa.func.count()).where(journal.c.settled_at.is_(None))
    while time.monotonic() < end:
        with db.connect() as conn:
            if conn.execute(left).scalar() == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the workers did not come to an end")


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
                    f"the first; {1000 * found.cpu / args.events:.1f} ms of CPU an event, "
                    "their start included"
                )
    finally:
        server.close()


if __name__ == "__main__":
    main()
