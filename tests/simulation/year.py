"""A year of a large company: python -m tests.simulation.year --seed 7 [--database postgresql].

Holidays and make-up days in China, summer time in Berlin, outages of minutes to days, crashes.
What is new is held against the laws at every step, everything at the end of each month.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from heapq import heappop
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

import sqlalchemy as sa

from bot.effects import Deliverable, Send
from bot.events import Account, Happening
from bot.outbox import QUARANTINE
from bot.policy import reading
from bot.store import Store, policies
from bot.store.outbox import EMERGENCY
from bot.store.schema import UNSENT, dues, duties, journal, nudges, outbox
from tests.desk import Desk
from tests.simulation import company, fresh, laws
from tests.simulation import town as towns
from tests.simulation.growing import Growing
from tests.simulation.habits import Habits
from tests.simulation.harbour import Harbour
from tests.simulation.laws import Breach
from tests.simulation.loops import loop
from tests.simulation.weather import Weather, crashed

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST = date(2026, 1, 1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STEP = 15 * MINUTE  # between two looks at what is to be done
STRIKE = 4e-5  # how likely a fault point is to strike
SHORT, LONG, AWAY = (
    1 / 15,
    1 / 90,
    1 / 12,
)  # outages a day: ours of minutes, of days; the platform's
CALM = 16 * MINUTE  # longer than a busy platform has us wait, and a doubt after it
KEPT = DAY * 8  # longer than bodies are kept
READ = cache(reading.read)


@dataclass
class Year(Weather):
    seed: int
    people: int = 1000
    messages: int = 200  # on a working day …
    asks: int = 40  # … of which so many ask something
    days: int = 365
    first: date = FIRST
    db: sa.Engine | None = None
    strike: float = STRIKE
    crashes: int = 0
    outages: int = 0
    known: int = 0  # breaches that were told of
    breaches: list[Breach] = field(default_factory=list)
    acknowledged: dict[str, Happening] = field(default_factory=dict)
    down_until: datetime | None = None

    def run(self) -> list[Breach]:
        self.chance = Random(self.seed)
        with patch.object(policies, "read", READ):
            self._begin()
            with asyncio.Runner(loop_factory=loop) as self._runner, self._strikes():
                self._live()
            self.breaches += laws.in_evidence(self.desk.store)
            self.desk.close()
        return self.breaches

    def _begin(self) -> None:
        start = datetime.combine(self.first, datetime.min.time(), UTC)
        self.sea = self.harbour = Harbour(Random(f"{self.seed}/sea"))
        chance = Random(f"{self.seed}/desk")
        self.desk = Desk(chance=chance, paper=self.sea, db=self.db, now=start)
        self.town = towns.built(self.people)
        towns.settle(self.desk, self.town)
        self.habits = Habits(self.desk, self.town, self.chance)
        self.harbour.heard = self.habits.heard
        self.sea.now, self.sea.watch, self.sea.sleep = self._now, self._watch, self._sleep
        self.growing = Growing(self.desk.store)

    def _live(self) -> None:
        for number in range(self.days):
            day = self.first + number * DAY
            midnight = datetime.combine(day, datetime.min.time(), UTC)
            self.habits.plan(day, self.messages, self.asks)
            self._misfortunes(midnight)
            if day.day == 1 and day.month % 2 == 0:
                self._change_policy()
            self._until(midnight + DAY)
            if (day + DAY).day == 1 or number == self.days - 1:
                self._rest()
                self._tell(day)

    def _tell(self, day: date) -> None:
        """How far it is, and what was found so far."""
        fresh = self.breaches[self.known :]
        self.known = len(self.breaches)
        log.info("%s: %d cards, %d crashes", day, len(self.harbour.told), self.crashes)
        for each in fresh:
            log.info("%s: %s", each.kind, each.what)

    def _misfortunes(self, midnight: datetime) -> None:
        """Of that day: we are down, or the platform is, from some moment on."""
        for often, shortest, longest, deed in (
            (SHORT, MINUTE, 120 * MINUTE, self._fall),
            (LONG, 1 * DAY, 5 * DAY, self._fall),
            (AWAY, 5 * MINUTE, 20 * 60 * MINUTE, self._platform_falls),
        ):
            if self.chance.random() < often:
                span = shortest + (longest - shortest) * self.chance.random()
                at = midnight + DAY * self.chance.random()
                self.habits.at(at, lambda deed=deed, span=span: deed(span))  # type: ignore[misc]

    def _fall(self, span: timedelta) -> None:
        self.outages += 1
        self.down_until = self.desk.now + span

    def _platform_falls(self, span: timedelta) -> None:
        self.outages += 1
        self.sea.down_until = self.desk.now + span

    def _change_policy(self) -> None:
        with self._quietly(), self.desk.store.transaction() as tx:
            tx.policies.adopt(company.policy(self.chance.randint(0, 4)))

    # ---- step by step

    def _until(self, end: datetime) -> None:
        while (at := self._next()) < end:
            self._deeds(at)
            self.desk.now = max(self.desk.now, at)
            if self.down_until is not None:
                self._come_up()
            self._deliver_in()
            self._sail(self.desk.bot.turn())
            self._look()
        self.desk.now = max(self.desk.now, end - STEP)

    def _next(self) -> datetime:
        """Whole steps: what is to be done in one is done at its end."""
        soonest = [when for when, *_ in self.habits.coming[:1]]
        if self.down_until is not None:
            soonest = [self.down_until]
        elif self.habits.pending:
            soonest = [self.desk.now]
        else:
            soonest += self._waiting()
        at = max(min(soonest, default=datetime.max.replace(tzinfo=UTC)), self.desk.now)
        if at.year > self.first.year + 1:
            return at
        return datetime.fromtimestamp((at.timestamp() // STEP.seconds + 1) * STEP.seconds, UTC)

    def _waiting(self) -> list[datetime]:
        """When something falls due, or may be sent."""
        held = sa.case(
            (outbox.c.held_until > outbox.c.not_before, outbox.c.held_until),
            else_=outbox.c.not_before,
        )
        with self.desk.store.db.connect() as conn:
            found = [
                conn.execute(sa.select(sa.func.min(dues.c.at))).scalar(),
                conn.execute(sa.select(sa.func.min(held)).where(UNSENT)).scalar(),
            ]
        return [each for each in found if each is not None]

    def _deeds(self, until: datetime) -> None:
        """Each at its own time; whatever they lead to before then, too."""
        coming = self.habits.coming
        while coming and coming[0][0] <= until:
            when, _, deed = heappop(coming)
            self.desk.now = max(self.desk.now, when)
            deed()

    def _come_up(self) -> None:
        """A new process: the platform tells what was said since, and some of it again."""
        self.down_until = None
        self._restart()
        known = list(self.acknowledged.values())[-50:]
        self.habits.pending += self.chance.sample(known, len(known) // 2)

    def _deliver_in(self) -> None:
        pending = self.habits.pending
        if not pending:
            return
        if self.chance.random() < 0.05 and self.acknowledged:
            pending.append(next(reversed(self.acknowledged.values())))
        for start in range(0, len(pending), 200):
            self._sail(self._take(pending[start : start + 200]))
        self.habits.pending = [each for each in pending if each.key not in self.acknowledged]

    async def _take(self, batch: list[Happening]) -> None:
        await self.desk.bot.inbox.take(batch)
        self.acknowledged.update((each.key, each) for each in batch)

    def _sail(self, made: Coroutine[Any, Any, T]) -> T | None:
        """None where it crashed; then a new process goes on."""
        try:
            return self._runner.run(made)
        except BaseException as error:
            if not crashed(error):
                raise
            self.crashes += 1
            self._restart()
            return None

    def _restart(self) -> None:
        old = self.desk.store
        self.desk.store = Store(old.db, old.company, old.seal, old.clock)
        with self._quietly():
            self.desk.restart()

    # ---- laws

    def _look(self, *, full: bool = False) -> None:
        with self._quietly():
            found = self.growing.look(self.acknowledged, self.harbour.told, full=full)
            self.breaches += found

    def _watch(self, effect: Deliverable, key: str) -> None:
        """By the platform's own clock, and by calendars of our own."""
        with self.desk.store.db.connect() as conn:
            c = outbox.c
            row = conn.execute(sa.select(c.id, c.kind, c.urgent).where(c.key == key)).first()
            if row is None:
                self._broken(f"{key} is sent, and stands in no outbox")
            elif isinstance(effect, Send) and isinstance(effect.to, Account):
                asked = row.urgent or key.startswith(EMERGENCY)
                if not asked and not self.town.at_work(effect.to.id, self.desk.now):
                    self._broken(f"{key} reaches {effect.to.id} at {self.desk.now}")
            if row is not None and row.kind == "Remind":
                self._still_owed(conn, row.id, key)

    def _still_owed(self, conn: sa.Connection, parcel: str, key: str) -> None:
        said = sa.select(duties.c.number, duties.c.state, duties.c.held)
        said = said.join(nudges, nudges.c.duty == duties.c.id)
        for row in conn.execute(said.where(nudges.c.parcel == parcel, nudges.c.sent.is_(True))):
            if row.state not in ("open", "promised") or row.held is not None:
                self._broken(f"{key} nudges about #{row.number}, {row.state}")

    def _rest(self) -> None:
        """No more faults until nothing is on its way; then everything is looked at."""
        if self.down_until is not None:
            self._come_up()
        with self._fair_weather():
            while self.habits.pending:
                self._deliver_in()
            for _ in range(CALM // QUARANTINE):
                self._quiet()
                self.desk.now += QUARANTINE
            self._quiet()
            self._look(full=True)
            known = list(self.acknowledged.values())
            self.breaches += laws.at_rest(self.desk.store, known, self.harbour.told)
            self.breaches += self._erased()

    def _erased(self) -> list[Breach]:
        """What was settled long ago has no body any more."""
        before, found = self.desk.now - KEPT, []
        with self.desk.store.db.connect() as conn:
            for table in (journal, outbox):
                c = table.c
                old = sa.select(sa.func.count()).where(c.settled_at < before, c.body.is_not(None))
                if left := conn.execute(old).scalar():
                    found.append(Breach("invariants", f"{left} old bodies in {table.name}"))
        return found

    def _quiet(self) -> None:
        for _ in range(300):
            if not self._sail(self.desk.bot.turn()):
                return
        self._broken("it never comes to rest")

    def _now(self) -> datetime:
        return self.desk.now

    def _sleep(self, span: timedelta) -> None:
        self.desk.now += span

    def _broken(self, what: str) -> None:
        self.breaches.append(Breach("invariants", what))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.year")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=200, help="on a working day")
    parser.add_argument("--asks", type=int, default=40, help="how many of them ask something")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    logging.basicConfig(format="%(message)s")
    logging.getLogger("bot").setLevel(logging.CRITICAL)
    log.setLevel(logging.INFO)
    wall, cpu = time.monotonic(), time.process_time()
    with fresh.database(asked.database) as db:
        year = Year(asked.seed, asked.people, asked.messages, asked.asks, asked.days, db=db)
        found = year.run()
    for breach in found[year.known :]:
        sys.stdout.write(f"{breach.kind}: {breach.what}\n")
    sys.stdout.write(
        f"{asked.people} people, {asked.days} days, {year.habits.messages} messages, "
        f"{len(year.harbour.told)} cards, {year.outages} outages, {year.crashes} crashes, "
        f"{time.monotonic() - wall:.0f} s ({time.process_time() - cpu:.0f} s of CPU)\n"
    )
    kinds = Counter(each.kind for each in found)
    figures = " ".join(f"{kind}={kinds[kind]}" for kind in ("lost", "doubled", "invariants"))
    sys.stdout.write(f"runs=1 {figures}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
