"""One story on Matrix, with everything failing: calls, syncs, processes. Given by its seed.

    python -m tests.matrix.storm --seed 7 --runs 200

People talk, type, react, come and go in a homeserver in memory, and Duly hears of it over real
sockets: answers are lost, late, torn or told twice, and Duly is stopped in the middle of whatever
it does, or replaced by another process.
"""

import argparse
import asyncio
import contextlib
import logging
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from random import Random
from unittest.mock import patch

from adapters.matrix import homeserver
from adapters.matrix.adapter import Matrix
from adapters.matrix.install import Install
from adapters.matrix.pace import Pace
from bot import clock
from bot.clock import Clock
from bot.effects import Deliverable
from bot.events import MessageRef
from bot.outbox import QUARANTINE
from bot.policy import reading
from bot.seal import Seal
from bot.store import Store, policies
from bot.store.connecting import in_memory
from bot.store.schema import dues, outbox
from bot.wiring import Bot, StoredFiles, assemble
from bot.words import Reader
from commands import TYPED
from tests.desk import MONDAY
from tests.matrix import laws
from tests.matrix.fake import Fake, Faults, World, served
from tests.matrix.fake.faults import Kind
from tests.matrix.fake.things import Event
from tests.matrix.house import KEY, employ
from tests.matrix.human import Refused
from tests.matrix.insiders import Insider
from tests.matrix.tide import Tide
from tests.simulation.laws import Breach, at_sending, rows
from tests.slack.storm import Crash, crashing

READ = cache(reading.read)  # pure, and slow for who starts anew every few minutes
NAMES = ("ann", "bob", "sam", "mei")
DEEDS = 6  # times people do something in one story
STRIKE = 0.004  # how likely a fault point is to strike
MINUTE, DAY = 60.0, 86_400.0
FORGETFUL = 1.0  # seconds for which transactions are remembered in every other story, not a day
SHORT = 8  # events in a timeline or page: more is a gap
ACCIDENTS: dict[Kind, float] = {
    **{"limited": 0.03, "error500": 0.02, "html502": 0.01, "html504": 0.02, "cut_before": 0.03},
    **{"cut_after": 0.04, "torn": 0.01, "late": 0.02, "slow": 0.03},
    **{"crash_before": 0.006, "crash_after": 0.01},
}
SAYINGS = (
    *("when will the samples be ready?", "could you send me the contract?"),
    *("报价单什么时候能发给我？", "good morning", "here it is, on page 3", "thanks!", "ok"),
)
EMOJIS = ("✅", "🕐", "👉", "🚫", "👀", "❗")


class Watched(Matrix):
    """Looks at what is said when it is said."""

    store: Store
    breaches: list[Breach]

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        with self.store.reading() as tx:
            self.breaches += at_sending(tx, effect, key)
        return await super().deliver(effect, key=key, reader=reader)


@dataclass(eq=False)
class Process:
    """One that listens, and would work."""

    bot: Bot
    adapter: Matrix
    listening: "asyncio.Task[None]"

    @property
    def ready(self) -> bool:
        return self.adapter.homeservers[0].ready


@dataclass
class Storm:
    seed: int
    breaches: list[Breach] = field(default_factory=list)
    crashes: int = 0
    handed_over: int = 0
    striking: bool = False
    crashed: bool = False
    process: Process | None = None
    turning: "asyncio.Task[bool] | None" = None
    said: list[Event] = field(default_factory=list)
    given_up: int = 0
    cards: int = 0
    talk: int = 0  # messages of people

    def run(self) -> list[Breach]:
        self.chance = Random(self.seed)
        random.seed(self.seed)
        self.folder = Path(tempfile.mkdtemp("", "duly-storm-", _memory()))
        self.tide = Tide()
        pace = partial(Pace, now=self.tide.time)
        try:
            with (
                patch.object(policies, "read", READ),
                patch.object(homeserver, "Pace", pace),
                asyncio.Runner(loop_factory=lambda: self.tide) as runner,
            ):
                runner.run(self._lived())
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.breaches

    async def _lived(self) -> None:
        horizon = FORGETFUL if self.seed % 2 else DAY
        world = World(lambda: MONDAY.timestamp() + self.tide.time(), self.seed, horizon, SHORT)
        self.faults = Faults(self.seed, crash=self._crash)
        async with served(Fake(world, self.faults)) as self.fake:
            self.duly = world.register("duly", displayname="Duly")
            self.people = [self._person(name) for name in NAMES]
            self.store = self._store()
            with self._strikes():
                await self._story()
            self.breaches += laws.afterwards(self.store, self.fake, self.duly.user_id)
            self._count()
            self.store.db.dispose()

    def _person(self, name: str) -> Insider:
        return Insider(self.fake, self.fake.register(name, displayname=name.title()))

    def _store(self) -> Store:
        lots = Random(self.seed)
        time = Clock(lease=self._now, random=lots.randbytes, spent=self.tide.time)
        store = Store(in_memory(), "acme", Seal(bytes(32), lots.randbytes), time)
        employ(store, dict(zip(NAMES, self.people, strict=True)), "corp.example")
        return store

    def _now(self) -> datetime:
        return MONDAY + timedelta(seconds=self.tide.time())

    def _count(self) -> None:
        self.given_up = len(rows(self.store, outbox, outbox.c.state == "undeliverable"))
        self.cards = len(laws.ours(self.fake, self.duly.user_id))
        self.talk = len(self.said)

    async def _story(self) -> None:
        ann, *others = self.people
        self.rooms = [
            ann.create_room(name, invite=[*(each.id for each in others), self.duly.user_id])
            for name in ("sales", "tea")
        ]
        for each in others:
            each.enter()
        with self._quietly():
            await self._start()
            await self._turns()
        self.faults.user, self.faults.calls, self.faults.again = self.duly.user_id, ACCIDENTS, 0.05
        for _ in range(DEEDS):
            self._do()
            await self._turns()
            await self._time_goes_by()
        await self._calm_down()
        await self._stop()

    # ---- what people do

    def _do(self) -> None:
        deeds: dict[Callable[[], None], int] = {
            self._say: 30,
            self._reply: 14,
            self._type: 14,
            self._write: 14,
            self._answer: 8,
            self._press: 16,
            self._react: 6,
            self._take_back: 3,
            self._edit: 4,
            self._redact: 3,
            self._babble: 3,
            self._new_room: 2,
            self._turn_out: 2,
            self._let_in: 4,
            self._upgrade: 1,
        }
        for each in self.people:
            each.enter()
        many = self.chance.choice((1, 2, 3, 5, 8))
        for deed in self.chance.choices(list(deeds), list(deeds.values()), k=many):
            with contextlib.suppress(Refused):
                deed()
            self.tide.jump(self.chance.uniform(0.1, 5))

    def _say(self, thread: Event | None = None, text: str = "") -> None:
        who, other = self._anyone(), self._anyone()
        room = thread.room if thread else self.chance.choice(self.rooms)
        text = text or self.chance.choice(SAYINGS)
        asked = self.chance.random() < 0.6
        mentions = [other.id] if asked else []
        words = f"{other.account.name.title()} {text}" if asked else text
        root = thread.relation.get("event_id", thread.id) if thread else None
        if thread and thread.relation.get("rel_type") != "m.thread":
            root = thread.id
        self._note(room, who.say(room, words, mentions=mentions, thread=root))

    def _note(self, room: str, id: str) -> None:
        event = self.fake.world.rooms[room].event(id)
        assert event is not None
        self.said.append(event)

    def _reply(self) -> None:
        if self.said:
            self._say(self.chance.choice(self.said[-5:]))

    def _line(self) -> str:
        number, hours = self.chance.randint(1, 5), self.chance.randint(1, 30)
        return self.chance.choice(
            (
                *(f"done {number}", f"promise {number} in {hours} hours", f"drop {number}"),
                *(f"promise {number}", f"explain {number}", "mine", "waiting", "nonsense"),
                *(f"approve {number}", f"request notice audience=all Closed on Friday {hours}"),
            )
        )

    def _type(self) -> None:
        room = self.chance.choice(self.rooms)
        self._note(room, self._anyone().say(room, f"!duly {self._line()}"))

    def _write(self) -> None:
        """To Duly alone; a chat is begun where there is none."""
        who = self._anyone()
        chats = who.chats(self.duly.user_id)
        room = chats[-1].id if chats else who.direct(self.duly.user_id)
        who.say(room, self._line())

    def _answer(self) -> None:
        """What a dialogue asks."""
        who, card = self._a_card()
        if card and (root := card.relation.get("event_id")):
            words = ("tomorrow at noon", "in 3 hours", "!cancel", "bob", "ok")
            who.say(card.room, self.chance.choice(words), thread=root)

    def _press(self) -> None:
        who, card = self._a_card()
        if card:
            who.react(card.room, card.id, self.chance.choice(EMOJIS))

    def _a_card(self) -> tuple[Insider, Event | None]:
        who = self._anyone()
        rooms = who.chats(self.duly.user_id)
        cards = [each for room in rooms for each in who.said_by(room, self.duly.user_id)]
        return who, self.chance.choice(cards[-4:]) if cards else None

    def _react(self) -> None:
        if self.said:
            event = self.chance.choice(self.said[-5:])
            self._anyone().react(event.room, event.id, self.chance.choice(EMOJIS))

    def _take_back(self) -> None:
        room = self.fake.world.rooms[self.chance.choice(self.rooms)]
        self._anyone().unreact(room)

    def _edit(self) -> None:
        if self.said:
            event = self.chance.choice(self.said[-5:])
            words = self.chance.choice(("Bob and when is it ready?", "!duly mine"))
            self._author(event).edit(event.room, event.id, words)

    def _redact(self) -> None:
        if self.said:
            event = self.chance.choice(self.said[-5:])
            self._author(event).redact(event.room, event.id)

    def _author(self, event: Event) -> Insider:
        return next(each for each in self.people if each.id == event.sender)

    def _babble(self) -> None:
        """More than a timeline holds."""
        room = self.chance.choice(self.rooms)
        for number in range(self.chance.randint(SHORT, 3 * SHORT)):
            self._note(room, self._anyone().say(room, f"and then, {number}"))

    def _new_room(self) -> None:
        """In which something was said before Duly came."""
        others = [each.id for each in self.people[1:]]
        made = self.people[0].create_room(f"room {len(self.rooms)}", invite=others)
        self.rooms.append(made)
        self._note(made, self.people[0].say(made, "Bob when will we three meet again?"))
        self.people[0].invite(made, self.duly.user_id)
        for each in self.people:
            each.enter()

    def _turn_out(self) -> None:
        """Duly; and perhaps they think better of it at once."""
        room = self.chance.choice(self.rooms)
        self._note(room, self._anyone().say(room, "one more thing"))
        self.people[0].kick(room, self.duly.user_id)
        if self.chance.random() < 0.5:
            self._note(room, self.people[0].say(room, "among us"))
            self.people[0].invite(room, self.duly.user_id)

    def _let_in(self) -> None:
        for room in self.rooms:
            if self.fake.world.rooms[room].membership(self.duly.user_id) in ("leave", ""):
                self.people[0].invite(room, self.duly.user_id)
                return

    def _upgrade(self) -> None:
        number = self.chance.randrange(len(self.rooms))
        ann, *others = self.people
        new = ann.upgrade_room(self.rooms[number])
        for each in [*(each.id for each in others), self.duly.user_id]:
            ann.invite(new, each)
        for one in others:
            one.enter()
        self.rooms[number] = new

    def _anyone(self) -> Insider:
        return self.chance.choice(self.people)

    # ---- a process of ours

    def _made(self) -> Process:
        old = self.store
        self.store = Store(old.db, old.company, old.seal, old.clock)
        install = Install(
            homeserver=self.fake.url,
            user_id=self.duly.user_id,
            access_token=self.duly.token,
            store_key=KEY,
            store=self.folder / f"device-{self.handed_over % 2}",
            encryption=False,
            rate=60_000,
        )
        adapter = Watched([install], StoredFiles(self.store), self.store.clock.lease, TYPED)
        adapter.store, adapter.breaches = self.store, self.breaches
        bot = assemble(self.store, [adapter])
        return Process(bot, adapter, asyncio.create_task(adapter.listen(bot.inbox)))

    async def _start(self) -> None:
        self.crashed = False
        self.process = self._made()

    def _crash(self) -> None:
        """kill -9, from outside."""
        if self.striking:
            self.crashed = True
            if self.process:
                self.process.listening.cancel()
            if self.turning:
                self.turning.cancel()

    async def _stop(self) -> None:
        if self.process is not None:
            await _ended(self.process)
        self.process = None

    async def _restart(self) -> None:
        self.crashes += 1
        await self._stop()
        with self._quietly():
            await self._start()

    async def _hand_over(self) -> None:
        """Another process is started, and gets to listen as soon as the first one ends."""
        first = self.process
        self.handed_over += 1
        with self._quietly():
            second = self._made()
            await asyncio.sleep(self.chance.uniform(1, 40))
        if second.ready and first and not first.listening.done():
            self.breaches.append(Breach("invariants", "two processes listen at once"))
        if first is not None:
            await _ended(first)
        self.process = second

    async def _turns(self) -> None:
        """Until nothing is left to do now, however often it crashes on the way."""
        wait, idle = 0.05, -1  # what was taken when there was nothing left to do
        for _ in range(600):
            if self.crashed or self.process is None or self.process.listening.done():
                await self._restart()
                wait, idle = 0.05, -1
            elif self.process.bot.taken.count != idle:
                taken = self.process.bot.taken.count
                wait, idle = 0.05, -1 if await self._turn() else taken
            elif self._calm():
                return
            else:
                await asyncio.sleep(wait)
                wait = min(8.0, wait * 2)
        self.breaches.append(Breach("invariants", "it never comes to rest"))

    async def _turn(self) -> bool:
        """Whether there was anything to do."""
        assert self.process is not None
        self.turning = asyncio.create_task(self.process.bot.turn())
        try:
            return await self.turning
        except asyncio.CancelledError:
            if not self.crashed:
                raise
            return True
        except BaseException as error:
            if not crashing(error):
                raise
            self.crashed = True
            return True
        finally:
            self.turning = None

    def _calm(self) -> bool:
        ready = self.process is not None and self.process.ready
        return ready and self.fake.listening(self.duly.user_id)

    # ---- time

    async def _time_goes_by(self) -> None:
        luck = self.chance.random()
        if luck < 0.55:
            await self._until(self.chance.uniform(1, 40) * MINUTE)
        elif luck < 0.8:
            await self._until(self.chance.uniform(40, 400) * MINUTE)
        elif luck < 0.9:
            await self._hand_over()
            await self._turns()
        else:
            await self._outage()

    async def _until(self, seconds: float) -> None:
        end = self.tide.time() + seconds
        for _ in range(8):
            following = self._next()
            if following is None or following >= end:
                break
            self.tide.jump(following - self.tide.time() + 0.001)
            await self._turns()
        self.tide.jump(end - self.tide.time())
        await self._turns()

    def _next(self) -> float | None:
        """When something is due, by the tide."""
        now, unsent = self.store.clock.now(), outbox.c.state.in_(["ready", "doubtful"])
        with self._quietly():
            times = [row.at for row in rows(self.store, dues)]
            waiting = rows(self.store, outbox, unsent)
        times += [max(row.held_until, row.not_before) for row in waiting]
        return min(((at - MONDAY).total_seconds() for at in times if at > now), default=None)

    async def _outage(self) -> None:
        """We are down, and people go on."""
        await self._stop()
        for _ in range(self.chance.randint(1, 3)):
            self._do()
            self.tide.jump(self.chance.uniform(1, 200) * MINUTE)
        with self._quietly():
            await self._start()
        await self._turns()

    async def _calm_down(self) -> None:
        """No more faults: within four days everything is where it belongs."""
        self.faults.stop()
        self.striking = False
        await self._restart()
        end = self.tide.time() + 4 * DAY
        while True:
            await self._turns()
            following = self._next()
            if following is None or following > end:
                break
            self.tide.jump(following - self.tide.time() + 0.001)
        self.tide.jump(QUARANTINE.total_seconds() + 60)
        await self._turns()

    # ---- faults

    @contextmanager
    def _strikes(self) -> Iterator[None]:
        strikes = Random(f"{self.seed}/strikes")

        def strike(name: str) -> None:
            if self.striking and not self.crashed and strikes.random() < STRIKE:
                self.crashed = True
                raise Crash(name)

        clock.faults.append(strike)
        self.striking = True
        try:
            yield
        finally:
            clock.faults.remove(strike)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        before, self.striking = self.striking, False
        yield
        self.striking = before


async def _ended(process: Process) -> None:
    if not process.listening.cancelling():  # else it is closing what it had open
        process.listening.cancel()
    await asyncio.gather(process.listening, return_exceptions=True)


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix.storm")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--runs", type=int, default=1, help="how many stories, seed by seed")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    began, used = time.monotonic(), time.process_time()
    for number in range(asked.runs):
        storm = Storm(asked.seed + number)
        for breach in storm.run():
            found[breach.kind] += 1
            sys.stdout.write(f"seed {asked.seed + number}: {breach.kind}: {breach.what}\n")
        sums += Counter(crashes=storm.crashes, handovers=storm.handed_over, cards=storm.cards)
        sums += Counter(said=storm.talk, calls=storm.fake.calls, given_up=storm.given_up)
        sums += Counter(accidents=sum(storm.faults.met.values()))
    spent, cpu = time.monotonic() - began, time.process_time() - used
    told = ", ".join(f"{name} {count:,}" for name, count in sums.items())
    sys.stdout.write(f"{told}, {spent:.0f} s ({cpu:.0f} s of CPU)\n")
    figures = " ".join(f"{kind}={found[kind]}" for kind in ("lost", "doubled", "invariants"))
    sys.stdout.write(f"runs={asked.runs} {figures}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
