"""Reminders that fall due over a working day: Duly's dues, APScheduler's job store, a plain loop.

    python -m bench.peers.reminders duly|apscheduler|loop FOLDER [--count 100000]
                                    [--die-after N] [--again]

One side, in a process of its own: time is moved by hand, minute by minute, and whatever is due is
sent to a platform that notes in FOLDER/out what it took. `--die-after`: kill -9 when it took as
many; `--again`: a new process goes on with what was kept. Both stores are SQLite, WAL and FULL.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers import base
from apscheduler.schedulers.background import BackgroundScheduler

from bench.company import BENCH, store_in
from bench.tick import fill
from bot.clock import Clock, wall
from bot.effects import Deliverable
from bot.events import MessageRef, Place
from bot.handlers.nudging import Nudging
from bot.outbox import Courier
from bot.policy import hours
from bot.port import Ability, Door, Inbox
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import PRAGMAS, connect, sqlite_url
from bot.store.schema import nudges, outbox
from bot.ticker import Ticker
from bot.words import Reader

PEOPLE = 3000
DAY = timedelta(hours=8)  # in which they fall due
MINUTE = timedelta(minutes=1)
LEVEL = "followup"  # of the policy: one reminder when it is due, and no manager is told
DIGESTED = 10  # minutes of the next day
SIDES = ("duly", "apscheduler", "loop")


@dataclass(slots=True)
class Platform:
    """Takes everything, and outlives who is killed."""

    file: Path
    die_after: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    count: int = 0
    noted: int = -1
    turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        if self.file.exists():
            self.taken.update(self.file.read_text(encoding="utf-8").split("\n")[:-1])
        self.noted = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def take(self, key: str) -> None:
        with self.turn:
            os.write(self.noted, f"{key}\n".encode())
            self.taken[key] += 1
            self.count += 1
        if self.count == self.die_after:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Paper:
    """The same, as Duly meets it."""

    sends: Platform
    platform = BENCH
    abilities: Ability = ~Ability.NONE
    doors: Sequence[Door] = ()

    async def listen(self, inbox: Inbox) -> None: ...

    def hang_up(self) -> None: ...

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        self.sends.take(key)
        return MessageRef(Place(BENCH, "home", "dm"), key)

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        return MessageRef(Place(BENCH, "home", "dm"), key) if self.sends.taken[key] else None


@dataclass(slots=True)
class Day:
    """A clock that leaps from one minute to the next once what there was to do is done."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


def duly(folder: Path, count: int, platform: Platform, *, again: bool) -> dict[str, float]:
    """Nudges are composed when sent, spared when settled, gathered where there are many."""
    time_of_day = Day(wall())
    clock = Clock(lease=time_of_day)
    store = _store(folder, clock, again=again)
    with store.reading() as tx:
        calendar = tx.policies.calendar("office", tx.policies.current())
    opening = _opening(folder, clock, calendar)
    watch = Watch()
    if not again:
        fill(store, count, opening, DAY / count, LEVEL)
    kept = watch.lap()
    ticker, courier = Ticker(store, Nudging()), Courier(store, {BENCH: Paper(platform)}, Nudging())

    async def day() -> None:
        for at in _minutes(opening, calendar):
            time_of_day.at = at
            await asyncio.to_thread(ticker.ring)
            while await courier.round():
                pass

    asyncio.run(day())
    told = watch.lap()
    found = _told(store, platform)
    store.db.dispose()
    return _said(kept, told, found, count)


def _store(folder: Path, clock: Clock, *, again: bool) -> Store:
    if not again:
        made = store_in(folder, PEOPLE)
        return Store(made.db, made.company, made.seal, clock)
    return Store(connect(sqlite_url(folder)), "main", Seal(bytes(32), clock.random), clock)


def _opening(folder: Path, clock: Clock, calendar: hours.Calendar) -> datetime:
    """The morning of the day, the same after a kill."""
    file = folder / "opening"
    if not file.exists():
        made = hours.next_open(clock.now() + timedelta(days=2), calendar)
        file.write_text(made.isoformat(), encoding="utf-8")
    return datetime.fromisoformat(file.read_text(encoding="utf-8"))


def _minutes(opening: datetime, calendar: hours.Calendar) -> Iterator[datetime]:
    """That day, and of the next the hour of the digest."""
    for n in range(int(DAY / MINUTE) + 2):
        yield opening + n * MINUTE
    tomorrow = hours.next_open(opening + timedelta(hours=15), calendar)
    for n in range(DIGESTED):
        yield tomorrow + n * MINUTE


def _told(store: Store, platform: Platform) -> Counter[int]:
    """How often each reminder stands on the platform, by its number."""
    with store.db.connect() as conn:
        keys = {row.id: row.key for row in conn.execute(sa.select(outbox.c.id, outbox.c.key))}
        said = sa.select(nudges.c.duty, nudges.c.parcel).where(nudges.c.sent.is_(True))
        rows = conn.execute(said).all()
    return Counter({int(row.duty, 16): platform.taken[keys[row.parcel]] for row in rows})


def apscheduler(folder: Path, count: int, platform: Platform, *, again: bool) -> dict[str, float]:
    """Its SQLAlchemy job store and its usual pool of threads; nothing is too late for it."""
    opening = datetime(2026, 12, 1, 1, tzinfo=UTC)
    now = [opening - MINUTE]

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now[0].astimezone(tz)

    base.datetime = Moved
    db = sa.create_engine(f"sqlite:///{folder / 'jobs.db'}")
    sa.event.listen(db, "connect", _pragmas)
    pool = ThreadPoolExecutor()
    made = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=db)},
        executors={"default": pool},
        job_defaults={"misfire_grace_time": None},
        timezone=UTC,
    )
    global _platform  # noqa: PLW0603
    _platform = platform
    watch = Watch()
    made.start(paused=True)
    if not again:
        for n in range(count):
            at = opening + n * DAY / count
            made.add_job(remind, "date", run_date=at, args=[n], id=str(n))
    kept = watch.lap()
    made.state = base.STATE_RUNNING
    for n in range(int(DAY / MINUTE) + 2):
        now[0] = opening + n * MINUTE
        made._process_jobs()
        while any(pool._instances.values()):
            time.sleep(0.0005)
    told = watch.lap()
    return _said(kept, told, Counter({int(k): v for k, v in platform.taken.items()}), count)


_platform: Platform


def remind(number: int) -> None:
    """What APScheduler's job store keeps by its name."""
    _platform.take(str(number))


def _pragmas(connection: Any, _: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def loop(_: Path, count: int, platform: Platform, *, again: bool) -> dict[str, float]:
    """A list in memory: the bare limit."""
    watch = Watch()
    due = [] if again else [(n * DAY / count, n) for n in range(count)]
    kept, done = watch.lap(), 0
    for minute in range(int(DAY / MINUTE) + 2):
        while done < len(due) and due[done][0] <= minute * MINUTE:
            platform.take(str(due[done][1]))
            done += 1
    told = watch.lap()
    return _said(kept, told, Counter({int(k): v for k, v in platform.taken.items()}), count)


class Watch:
    def __init__(self) -> None:
        self._last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last."""
        before, self._last = self._last, time.perf_counter()
        return self._last - before


def _said(kept: float, told: float, found: Counter[int], count: int) -> dict[str, float]:
    return {
        "kept": kept,
        "told": told,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "lost": sum(found[n] == 0 for n in range(count)),
        "doubled": sum(max(0, times - 1) for times in found.values()),
        "cards": 0.0,
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a whole day, and of one in the midst of which it was killed."""

    side: str
    day: dict[str, float]
    after: dict[str, float]

    @property
    def seconds(self) -> float:
        return self.day["kept"] + self.day["told"]

    def __str__(self) -> str:
        return (
            f"{self.side:<12} put down {self.day['kept']:6.1f} s, told {self.day['told']:6.1f} s "
            f"in {self.day['cards']:,.0f} messages, {self.day['memory']:4.0f} MB; "
            f"lost={self.day['lost']:.0f} doubled={self.day['doubled']:.0f}; "
            f"killed -9 halfway: lost={self.after['lost']:.0f} doubled={self.after['doubled']:.0f}"
        )


def measured(side: str, count: int, killed: int) -> Outcome:
    """A day of `count`; a day of `killed`, in the midst of which it is killed and started again."""
    with tempfile.TemporaryDirectory() as name:
        day = _run(side, name, "--count", str(count))
    with tempfile.TemporaryDirectory() as name:
        whole = _run(side, name, "--count", str(killed))
    with tempfile.TemporaryDirectory() as name:
        half = str(int(whole["cards"]) // 2)
        _run(side, name, "--count", str(killed), "--die-after", half)
        return Outcome(side, day, _run(side, name, "--count", str(killed), "--again"))


def _run(side: str, folder: str, *more: str) -> dict[str, float]:
    """What it says; nothing where it was killed."""
    words = [sys.executable, "-m", "bench.peers.reminders", side, folder, *more]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(f"{side} failed")
    found: dict[str, float] = json.loads(done.stdout or "{}")
    return found


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("side", choices=SIDES)
    options.add_argument("folder", type=Path)
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--die-after", type=int, default=0)
    options.add_argument("--again", action="store_true")
    args = options.parse_args()
    platform = Platform(args.folder / "out", args.die_after)
    run = {"duly": duly, "apscheduler": apscheduler, "loop": loop}[args.side]
    said = run(args.folder, args.count, platform, again=args.again)
    said["cards"] = platform.count
    print(json.dumps(said))


if __name__ == "__main__":
    main()
