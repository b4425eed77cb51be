"""A message to each of many people, within Slack's limits, on a clock that is moved."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from adapters.slack.adapter import Slack
from adapters.slack.install import Install
from adapters.slack.pace import Pace
from bot.card import Card
from bot.clock import Clock
from bot.effects import Deliverable, Send
from bot.events import MessageRef
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import upgrade
from bot.store.outbox import Written
from bot.wiring import Bot, StoredFiles, assemble
from bot.words import Reader, say
from tests.slack.fake import FakeSlack, HandClock, Limiter

RATE = 300  # messages a minute
CARD = Card(say("The policy has changed. Please read it."))
SPAN = 5 * 24 * 60  # minutes over which the deadlines are spread


@dataclass(slots=True)
class Dozing:
    """Time stands still while anything is done, and jumps when everybody waits for it."""

    clock: HandClock
    busy: int = 0  # deliveries under way
    asleep: list[tuple[float, asyncio.Event]] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.asleep.append((self.clock.time + seconds, woken))
        await woken.wait()

    def jump(self) -> None:
        self.asleep.sort(key=lambda each: each[0])
        at, woken = self.asleep.pop(0)
        self.clock.move(max(0.0, at - self.clock.time))
        woken.set()

    async def pass_by(self) -> None:
        while True:
            await asyncio.sleep(0)
            if self.asleep and len(self.asleep) == self.busy:
                self.jump()
            else:
                await asyncio.sleep(0.0005)


class Counted(Slack):
    """Tells when a delivery is under way."""

    dozing: Dozing

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        self.dozing.busy += 1
        try:
            return await super().deliver(effect, key=key, reader=reader)
        finally:
            self.dozing.busy -= 1


def mail(folder: Path, count: int) -> str:
    clock, chance = HandClock(), Random(7)
    with FakeSlack(clock=clock, limiter=Limiter(on=True, workspace=RATE)) as slack:
        company = slack.workspace("Acme")
        people = [company.person(f"Person {n}").id for n in range(count)]
        store = _store(folder, clock)
        install = Install(
            bot_token=company.token, signing_secret="s", api_url=slack.api_url, rate=RATE
        )
        ours = Counted([install], StoredFiles(store), store.clock.lease)
        ours.dozing = Dozing(clock)
        pace = ours.workspaces[0].calls.pace = Pace(
            posts=RATE, now=clock.now, sleep=ours.dozing.sleep
        )
        due = [chance.randrange(SPAN) for _ in people]
        bot = assemble(store, [ours])
        begin = clock.time
        asyncio.run(_sent(bot, ours, people, due))
        posted = [key for key, said in slack.posted_by_key().items() if len(said) == 1]
        took, limited = (clock.time - begin) / 60, dict(slack.limited)
        store.db.dispose()
    order = [due[int(key)] for key in posted]
    early = sum(1 for one, other in pairwise(order) if other < one)
    return (
        f"{len(posted):,} messages to {count:,} people at {RATE} a minute: {took:.1f} minutes "
        f"(at best {count / RATE:.1f}), {early} out of the order of their deadlines by "
        f"{_farthest(order)} places at most, refused {limited or 'never'} ({pace.refusals})"
    )


async def _sent(bot: Bot, ours: Counted, people: Sequence[str], due: Sequence[int]) -> None:
    workspace = ours.workspaces[0]
    await workspace.connect()
    known, now = workspace.known, bot.store.clock.now()
    with bot.store.transaction() as tx:
        tx.outbox.add_all(
            [
                Written(
                    Send(known.account(id), CARD), str(n), deadline=now + timedelta(minutes=due[n])
                )
                for n, id in enumerate(people)
            ]
        )
    passing = asyncio.create_task(ours.dozing.pass_by())
    while _unsent(bot):
        if not await bot.courier.round(urgent=False):
            ours.dozing.clock.move(1)
    passing.cancel()
    await workspace.calls.close()


def _unsent(bot: Bot) -> int:
    with bot.store.reading() as tx:
        return tx.outbox.unsent()


def _store(folder: Path, clock: HandClock) -> Store:
    chance = Random(1)
    time = Clock(lease=lambda: datetime.fromtimestamp(clock.time, UTC), random=chance.randbytes)
    db = connect(sqlite_url(folder))
    upgrade(db)
    store = Store(db, "main", Seal(bytes(32), chance.randbytes), time)
    with store.transaction() as tx:
        tx.policies.adopt("")
    return store


def _farthest(order: Sequence[int]) -> int:
    """How many places anything left before or after where its deadline would have put it."""
    places = sorted(range(len(order)), key=lambda place: order[place])
    return max((abs(place - at) for at, place in enumerate(places)), default=0)
