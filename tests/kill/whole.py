"""Whole processes under load, and everything that is done to them; in the end, what must hold.

`duly serve` on SQLite, or several `duly web` and `duly worker` on a PostgreSQL of their own, at a
fake Slack over real sockets, where people talk all the time.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

import sqlalchemy as sa

from bot.clock import Clock, wall
from bot.outbox import QUARANTINE
from bot.store import keystore
from bot.store.connecting import connect, sqlite_url
from bot.store.schema import UNSENT, WAITING, dues, journal, listeners, outbox
from tests.kill.disk import Disk
from tests.kill.slots import Role, Slot, started
from tests.kill.town import KEY, POLICY, Town, store_of
from tests.postgres import LocalServer
from tests.simulation.laws import Breach

PATIENCE = 300.0  # seconds for a start
QUIET = 400.0  # seconds in which nobody asks Slack for anything, and something is open
REST = 3600.0  # seconds until all is told at the end: Slack gives 50 threads of a gap a minute
CALM = 3  # looks that find nothing open
LONGEST = 1.0  # seconds until the chosen one is killed
READY = 0.75  # of those killed are at work; the others are just as it happens
PAUSE = 0.6  # seconds between two things that people do, at most
TENFOLD = 0.1  # of that pause, in a burst
ZOMBIES = 3  # that stand still at the same time
AGAIN = 1.0  # seconds after which who ended is started again
LAST = 5.0  # seconds for which a zombie goes on, once it is woken
POOR = 0.2  # of the processes have one connection

Database = sa.Engine
KINDS = {"kill": 70, "burst": 5}
ON_POSTGRESQL = {"stop": 8, "database": 6}
ON_SQLITE = {"stop": 1, "disk": 12}


@dataclass
class Whole:
    """`patient`: what is in doubt is waited for; else the time for that goes by unseen."""

    town: Town
    folder: Path
    seed: int
    disk: Disk | None = None  # of SQLite
    server: LocalServer | None = None
    webs: int = 2
    workers: int = 4
    patient: bool = True
    longest: float = float("inf")  # seconds after which nobody is killed any more
    happened: Counter[str] = field(default_factory=Counter)
    zombies: list[tuple[float, Slot]] = field(default_factory=list)  # when each is woken
    start: float = 5.0  # seconds that a start takes here, as last seen

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.log = self.folder / "log"
        self.data = self.disk.folder if self.disk else self.folder / "data"
        self.harms = KINDS | (ON_POSTGRESQL if self.server else ON_SQLITE)
        if not self.patient:
            self.harms = {kind: many for kind, many in self.harms.items() if kind != "stop"}
        found = self._found()
        self.slots = [Slot(role, found, self.log) for role in self._roles()]

    # The story.

    def run(self, kills: int, tell: Callable[[str], object] = str) -> list[Breach]:
        try:
            self._begin()
            end = time.monotonic() + self.longest
            while self.happened["kill"] < kills and time.monotonic() < end:
                self._harm()
                tell(f"{self.happened['kill']} kills, {time.monotonic():.0f} s\r")
            return list(self._end())
        finally:
            for slot in (*self.slots, *(slot for _, slot in self.zombies)):
                slot.end()

    def _begin(self) -> None:
        """What is said before it first listens is not its to keep."""
        for slot in self.slots:
            slot.start()
        self._all_up()
        self._reached()
        self._until(self._has_begun)

    def _has_begun(self) -> bool:
        with self._opened() as db, db.connect() as conn:
            heard = listeners.c.name.startswith("slack/"), listeners.c.name.endswith("/heard")
            return conn.execute(sa.select(listeners.c.name).where(*heard)).first() is not None

    def _harm(self) -> None:
        self._wake()
        (kind,) = self.chance.choices(list(self.harms), list(self.harms.values()))
        {
            "kill": self._kill,
            "burst": self._burst,
            "stop": self._stop,
            "database": self._database_ends,
            "disk": self._disk_is_full,
        }[kind]()
        self.happened[kind] += 1

    def _kill(self) -> None:
        slot = self._chosen()
        self._talk(self.chance.uniform(0, LONGEST))
        slot.end()
        self._start(slot)

    def _burst(self) -> None:
        self._talk(self.chance.uniform(1, 3), PAUSE * TENFOLD)

    def _stop(self) -> None:
        """It stands still until its claims have long run out, and then goes on as if nothing were.

        Somebody else is started in its place, as whoever watches over processes would; not on
        SQLite, which is one process's alone.
        """
        if len(self.zombies) >= ZOMBIES:
            return
        slot = self._chosen()
        self._talk(self.chance.uniform(0, LONGEST))
        slot.send(signal.SIGSTOP)
        span = QUARANTINE.total_seconds() + self.chance.uniform(2, 20)
        if self.server is None:
            self._talk(span)
            slot.send(signal.SIGCONT)
            return
        self.zombies.append((time.monotonic() + span, slot))
        other = Slot(slot.role, slot.variables, self.log)
        self.slots[self.slots.index(slot)] = other
        self._start(other)
        self._reached()

    def _wake(self) -> None:
        for each in [each for each in self.zombies if each[0] <= time.monotonic()]:
            self.zombies.remove(each)
            each[1].send(signal.SIGCONT)
            self._talk(self.chance.uniform(0, LAST))
            each[1].end()

    def _database_ends(self) -> None:
        assert self.server is not None
        self._talk(self.chance.uniform(0, LONGEST))
        self.server.stop(immediate=True)
        self._talk(self.chance.uniform(0, 2))
        self.server.restart()

    def _disk_is_full(self) -> None:
        """For a while; sometimes it is killed meanwhile, and can be started once there is room."""
        assert self.disk is not None
        slot = self._chosen()
        with self.disk.full(slot.pid):
            self._talk(self.chance.uniform(0.2, 3))
            if killed := self.chance.random() < 0.3:
                slot.end()
        if killed:
            self._start(slot)

    def _start(self, slot: Slot) -> None:
        poor = self.server is not None and self.chance.random() < POOR
        self.happened["start with one connection"] += poor
        slot.start(**({"DULY_POOL": "1"} if poor else {}))

    def _chosen(self) -> Slot:
        """Somebody at work, as a rule; people talk on meanwhile."""
        if self.chance.random() > READY:
            return self.chance.choice(self.slots)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            ready = [slot for slot in self.slots if self._is_ready(slot)]
            if ready and any(slot.role != "worker" for slot in ready):
                return self.chance.choice(ready)
            self._talk(0.1)
        raise AssertionError(f"nobody gets to work:\n{self._said()}")

    def _is_ready(self, slot: Slot) -> bool:
        if slot.role == "worker":  # nobody can ask it; it takes about as long as the others do
            return slot.age > self.start and not slot.ended
        return slot.answers

    def _watch_over(self) -> None:
        """Who has given up, because it found no database, say, is started again after a while."""
        for slot in self.slots:
            if slot.ended and slot.age > AGAIN:
                self.happened["ended by itself"] += 1
                self._start(slot)

    def _talk(self, span: float, pause: float = PAUSE) -> None:
        end = time.monotonic() + span
        self._watch_over()
        while (left := end - time.monotonic()) > 0:
            self.town.talk.do(1)
            time.sleep(min(left, self.chance.uniform(0, pause)))

    # The end.

    def _end(self) -> Iterator[Breach]:
        """Once more from the start, which looks for what nobody told; then until all is quiet."""
        while self.zombies:
            time.sleep(max(0.0, self.zombies[0][0] - time.monotonic()))
            self._wake()
        self._all_up()
        if not self.patient:
            self._until(self._handled)
        for slot in self.slots:
            slot.end(signal.SIGTERM)
        if not self.patient:
            self._let_time_pass()
        for slot in self.slots:
            slot.start()
        self._all_up()
        at = self._settled()
        for slot in self.slots:
            slot.end(signal.SIGTERM)
        if at is None:
            yield Breach("invariants", f"it never comes to rest:\n{self._said()}")
        yield from self._verdict(at or wall())

    def _settled(self) -> datetime | None:
        """When it was quiet at last; None: it is not."""
        began = moved = time.monotonic()
        calm, calls = 0, -1
        while calm < CALM:
            time.sleep(0.3)
            self._watch_over()
            if calls != (calls := len(self.town.slack.calls)):
                moved = time.monotonic()
            if time.monotonic() > min(moved + QUIET, began + REST):
                return None
            told = self.town.slack.world.bustle.calm
            at = wall()
            calm = calm + 1 if told and not self._open_work(at) else 0
        return at

    def _open_work(self, at: datetime) -> bool:
        with self._opened() as db, db.connect() as conn:
            open_work = (
                sa.select(listeners.c.name).where(
                    listeners.c.name.contains("/gap/"), listeners.c.cursor != ""
                ),
                sa.select(outbox.c.id).where(UNSENT, outbox.c.not_before <= at),
                sa.select(dues.c.at).where(dues.c.at <= at),
                _waiting(),
            )
            return any(conn.execute(each.limit(1)).first() for each in open_work)

    def _handled(self) -> bool:
        with self._opened() as db, db.connect() as conn:
            return conn.execute(_waiting().limit(1)).first() is None

    def _let_time_pass(self) -> None:
        """While nobody runs: what is claimed may be claimed again."""
        with self._opened() as db, db.begin() as conn:
            conn.execute(sa.update(outbox).values(held_until=wall()))

    def _verdict(self, at: datetime) -> Iterator[Breach]:
        with self._opened() as db:
            store = store_of(db, Clock(lease=lambda: at))
            yield from self.town.verdict(store, frozen=self.happened["stop"] > 0)
            if self.server is None:
                with db.connect() as conn:
                    said = conn.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                if said != ["ok"]:
                    yield Breach("invariants", f"the file is damaged: {said[0]}")

    # What it stands on.

    def _found(self) -> dict[str, str]:
        """The company is imported before Duly first runs; its variables."""
        (self.folder / "policy.toml").write_text(POLICY)
        (self.folder / "people.csv").write_text(self.town.staff())
        variables = self.town.variables() | {
            "DULY_DATA": str(self.data),
            "DULY_KEY": KEY,
            "DULY_MARK": str(self.folder / "mark"),
            "DULY_POLICY": str(self.folder / "policy.toml"),
            "DULY_TICK": "1",
        }
        if self.server is not None:
            self.server.create("whole")
            variables["DULY_DATABASE_URL"] = self.server.url("whole")
        for words in (("migrate",), ("people", "import", str(self.folder / "people.csv"))):
            assert started(variables, self.log, *words).wait(PATIENCE) == 0, self._said()
        return variables

    @contextmanager
    def _opened(self) -> Iterator[Database]:
        db = connect(self.server.url("whole") if self.server else sqlite_url(self.data))
        keystore.join(db, keystore.connect_keys(f"sqlite:///{self.data / 'duly-keys.db'}"))
        try:
            yield db
        finally:
            db.dispose()

    def _roles(self) -> list[Role]:
        if self.server is None:
            return ["serve"]
        webs: list[Role] = ["web" for _ in range(self.webs)]
        workers: list[Role] = ["worker" for _ in range(self.workers)]
        return webs + workers

    def _reached(self) -> None:
        self.town.reached_at([slot.port for slot in self.slots if slot.role != "worker"])

    def _all_up(self) -> None:
        for slot in self.slots:
            if slot.role != "worker":
                self._until(lambda slot=slot: slot.answers)  # type: ignore[misc]
                self.start = min(slot.age, 20.0)

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self._watch_over()
            with suppress(sa.exc.DBAPIError):
                if true():
                    return
            time.sleep(0.05)
        raise AssertionError(f"it did not come about:\n{self._said()}")

    def _said(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


def _waiting() -> sa.Select[tuple[str]]:
    return sa.select(journal.c.id).where(WAITING)
