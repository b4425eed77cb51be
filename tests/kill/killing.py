"""Start, talk, kill, start again; in the end look into the store."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import sqlalchemy as sa

from bot.clock import Clock
from bot.policy.periodic import EDITIONS
from bot.seal import Seal, key_at
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.schema import journal, outbox, records
from tests.kill.company import PEOPLE, Company
from tests.kill.slots import free_port, plain
from tests.needs import ROOT

PATIENCE = 60.0  # seconds for a start, and for everything to be answered
LONGEST = 1.2  # seconds a process lives, once it answers
QUARANTINED = 150.0  # seconds after which nothing is in doubt any more


@dataclass
class Outcome:
    kills: int = 0
    acknowledged: int = 0
    cards: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        return not (self.lost or self.doubled or self.broken)


@dataclass
class Killing:
    folder: Path
    seed: int

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.company = Company(self.chance)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def run(self, kills: int) -> Outcome:
        for _ in range(kills):
            with self.alive() as process:
                self._talk(self.chance.uniform(0, LONGEST))
                process.send_signal(signal.SIGKILL)
        with self.alive() as process:
            self._settle()
            process.send_signal(signal.SIGTERM)
        return self._judge(kills)

    @contextmanager
    def alive(self) -> Iterator[subprocess.Popen[bytes]]:
        """A new process on the same files; it may have been killed while it started, too."""
        command = [sys.executable, "-m", "bot", "demo", "--data", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env=plain() | {"DULY_POLICY": str(self._policy())},
            )
        try:
            if self.chance.random() < 0.1:
                time.sleep(self.chance.uniform(0.2, 1.5))  # while it starts
            else:
                self._wait(process)
            with httpx.Client(base_url=self.url, timeout=10) as self.company.web:
                yield process
        finally:
            if process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(15)
            process.kill()
            process.wait()

    def _policy(self) -> Path:
        """Nobody gets a report unasked: to make those of a month would be most of the time."""
        file = self.folder / "policy.toml"
        none = (f"{edition} = []\n" for edition in EDITIONS)
        file.write_text("[reports]\n" + "".join(none), "utf-8")
        return file

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and process.poll() is None:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=1).is_success:
                    return
            time.sleep(0.02)
        raise AssertionError(f"it did not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    def _talk(self, span: float) -> None:
        """Nobody minds when the other side is not there yet."""
        end = time.monotonic() + span
        while time.monotonic() < end:
            with suppress(httpx.HTTPError):
                self._deed()
            time.sleep(self.chance.uniform(0, 0.02))

    def _deed(self) -> None:
        luck = self.chance.random()
        if luck < 0.70:
            self.company.say()
        elif luck < 0.80:
            self.company.again()
        elif luck < 0.85:
            self.company.move_the_clock()
        else:
            self.company.look()

    def _settle(self) -> None:
        """No more faults: until everything is delivered, whatever was in doubt included."""
        end = time.monotonic() + PATIENCE + QUARANTINED
        while time.monotonic() < end:
            with suppress(httpx.HTTPError):
                self.company.deliver()
                self.company.look()
                if not self._open_work():
                    return
            time.sleep(0.5)

    def _open_work(self) -> bool:
        """Some parcels may wait for office hours; nothing else may wait."""
        with opened(self.folder / "data") as store:
            unsent = outbox.c.state.in_(["ready", "doubtful"])
            return bool(
                _rows(store, journal, journal.c.settled_at.is_(None), journal.c.error.is_(None))
                or _rows(store, outbox, unsent, outbox.c.not_before <= self.company.now)
            )

    def _judge(self, kills: int) -> Outcome:
        found = Outcome(kills, len(self.company.acknowledged), len(self.company.cards))
        with opened(self.folder / "data") as store:
            found.lost = list(self._lost(store))
            found.doubled = [*self.company.doubled(), *_said_twice(store)]
            found.broken = list(_broken(store, self.company.now))
        return found

    def _lost(self, store: Store) -> Iterator[str]:
        kept = Counter(row.key for row in _rows(store, journal))
        answers = {row.key.rpartition("/")[0] for row in _rows(store, outbox)}
        for id, event in self.company.acknowledged.items():
            key = f"playground/demo/{id}"
            if kept[key] != 1:
                yield f"{key} was acknowledged, and is in the journal {kept[key]}×"
            if event.get("text", "").startswith("/duly") and key not in answers:
                yield f"{key} was never answered"
        for event in self.company.owed:
            yield f"{event['id']} was never taken"
        shown = {key for key, _, _ in self.company.cards.values()}
        for row in _rows(store, outbox, outbox.c.state == "arrived", outbox.c.message.is_not(None)):
            if row.kind == "Send" and row.key not in shown and _of_ours(row):
                yield f"{row.key} arrived, and nobody was shown it"


def _of_ours(row: Any) -> bool:
    """Whether the client reads along where it was sent."""
    return row.place.rpartition("dm:")[2] in PEOPLE


def _said_twice(store: Store) -> Iterator[str]:
    posts = Counter(
        (row.conversation, row.message) for row in _rows(store, records, records.c.kind == "post")
    )
    yield from (f"{message} is on record {n}×" for (_, message), n in posts.items() if n > 1)


def _broken(store: Store, now: datetime) -> Iterator[str]:
    for row in _rows(store, journal, journal.c.settled_at.is_(None)):
        yield f"{row.key} is not settled (parked: {row.error is not None})"
    for row in _rows(store, outbox, outbox.c.state.in_(["ready", "doubtful"])):
        if row.not_before <= now:
            yield f"{row.key} is still {row.state}"
    for row in _rows(store, outbox, outbox.c.state == "undeliverable"):
        if row.kind not in ("Whisper", "OpenForm"):
            yield f"{row.key} ({row.kind}) was given up"
    with store.reading() as tx:
        for step in tx.records.verify():
            if not isinstance(step, int):
                yield f"the chain of {step.conversation} breaks at {step.seq}"


@contextmanager
def opened(data: Path) -> Iterator[Store]:
    clock = Clock()
    db = connect(sqlite_url(data))
    try:
        yield Store(db, "main", Seal(key_at(data / "duly.key", clock.random), clock.random), clock)
    finally:
        db.dispose()


def _rows(store: Store, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
    with store.db.connect().execution_options(duly_reads=True) as conn:
        return list(conn.execute(sa.select(table).where(*where)))
