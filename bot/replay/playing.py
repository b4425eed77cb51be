"""Plays a script through the whole bot at the script's own times, on a store of its own.

Policy 2.2.1-reply: what was asked, what answered it, and who would have been nudged. Nobody is:
the platform is silent, and no message is judged by what came after it.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.effects import Deliverable
from bot.events import MessageRef, Platform
from bot.gathering import gather
from bot.policy import periods
from bot.port import Ability, Door, Inbox
from bot.replay.counting import outcome
from bot.replay.outcome import Outcome
from bot.replay.script import Deed, Script, Step
from bot.report import Material, Wanted
from bot.seal import KEY, Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.wiring import assemble
from bot.words import Reader

MINUTE = timedelta(minutes=1)


class Silent:
    """A platform where nothing is said by us; the cards are counted."""

    abilities: Ability = ~Ability.NONE
    doors: Sequence[Door] = ()

    def __init__(self, platform: Platform) -> None:
        self.platform, self.cards = platform, 0

    async def listen(self, inbox: Inbox) -> None:
        await asyncio.Event().wait()

    def hang_up(self) -> None:
        """Nobody holds anything open here."""

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        self.cards += 1
        return None

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        return None


class Replay:
    """A bot, a store and a clock for one script under one policy."""

    def __init__(self, script: Script, policy: str) -> None:
        self.script = script
        self.now = script.steps[0].at
        clock = Clock(lease=lambda: self.now)
        seal = Seal(clock.random(KEY), clock.random)
        self.store = Store(in_memory(), "replay", seal, clock)
        self.silent = [Silent(each) for each in sorted(script.platforms)]
        self.bot = assemble(self.store, self.silent)
        self.bot.ticker.keeps_house = False
        with self.store.transaction() as tx:
            tx.policies.adopt(policy)
            script.settle_in(tx)

    def close(self) -> None:
        self.store.db.dispose()

    def run(self, heard: Callable[[int], object] = lambda number: None) -> Outcome:
        """`heard` is called after each step, with how many there were so far."""
        asyncio.run(self._play(heard))
        with self.store.reading() as tx:
            return outcome(tx, self.script, sum(each.cards for each in self.silent))

    def material(self) -> Material:
        """What a workbook about the period of the script is made from."""
        with self.store.reading() as tx:
            home = tx.home()
            period = _period(self.script.steps[0].at, self.now, home.zone)
            reader = self.script.reads_reports
            return gather(tx, Wanted(period=period, edition="hr", person=reader, reader=home))

    async def _play(self, heard: Callable[[int], object]) -> None:
        for number, step in enumerate(self.script.steps, 1):
            await self._until(step.at)
            self.now = step.at
            await self._take(step)
            heard(number)
        await self._until(max(self.script.ends.values(), default=self.now))

    async def _take(self, step: Step) -> None:
        if isinstance(step, Deed):
            with self.store.transaction() as tx:
                step.do(tx)
            return
        await self.bot.inbox.take((step,))
        self.bot.engine.work()

    async def _until(self, at: datetime) -> None:
        """What falls due before `at` falls due at its own time."""
        while (moment := self._next()) is not None and moment < at:
            self.now = max(self.now, moment)
            self.bot.ticker.ring()
            while await self.bot.courier.round():
                pass

    def _next(self) -> datetime | None:
        """When there is something to do again, if nothing more is said."""
        with self.store.reading() as tx:
            due, waiting = tx.dues.next(), tx.outbox.next()
        if waiting is not None:
            waiting = max(waiting, self.now + MINUTE)
        return min(filter(None, (due, waiting)), default=None)


def _period(first: datetime, last: datetime, zone: str) -> periods.Period:
    """The month, quarter or year with all of it; of several years the last."""
    day, year = first.astimezone(ZoneInfo(zone)), last.astimezone(ZoneInfo(zone)).year
    names = (f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}", str(year))
    found = [periods.parse(name, zone) for name in names]
    return next((each for each in found if first in each and last in each), found[-1])
