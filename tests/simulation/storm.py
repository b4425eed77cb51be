"""One story: what people do, when, and how everything around it fails. Wholly given by its seed."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.effects import Deliverable
from bot.events import (
    ButtonPressed,
    Echoed,
    Happening,
    MessageChanged,
    MessageRef,
    ReactionChanged,
)
from bot.outbox import QUARANTINE
from bot.policy import hours
from bot.store import Store
from bot.store.schema import LIVE, dues, duties, numbers, outbox
from bot.ticker import GATHER
from tests.desk import LOBBY, STAFF, Desk, account
from tests.simulation import laws
from tests.simulation.laws import Breach
from tests.simulation.loops import loop
from tests.simulation.sea import Sea
from tests.simulation.weather import Crash, Weather, crashed

T = TypeVar("T")

DEEDS = 10  # times people do something in one story
PEOPLE = [name for name in STAFF if name != "grace"]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASKS = (
    "@{} when will the samples be ready?",
    "@{} could you send me the contract?",
    "@{} urgent: the customs papers are missing",
    "@{} 报价单什么时候能发给我？",
)
SAYINGS = (
    "good morning everybody",
    "the lift is out of order again",
    "@{} they will be ready on Thursday",
    "@{} here it is, sorry for the wait",
    "thanks!",
    "😀",
)


@dataclass
class Storm(Weather):
    seed: int
    db: sa.Engine | None = None
    breaches: list[Breach] = field(default_factory=list)
    acknowledged: dict[str, Happening] = field(default_factory=dict)
    pending: list[Happening] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    grain: timedelta = timedelta(seconds=1)  # between two looks when all is calm, at least
    crashes: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.sea = Sea(Random(f"{self.seed}/sea"), echoes=self.seed % 2 == 1)

    def run(self) -> list[Breach]:
        self._begin()
        with asyncio.Runner(loop_factory=loop) as self._runner, self._strikes():
            self._story()
        self.breaches += laws.afterwards(
            self.desk.store, list(self.acknowledged.values()), self.sea.standing
        )
        self.desk.close()
        return self.breaches

    def _begin(self) -> None:
        self.desk, self.people = self._opened(), PEOPLE
        self.sea.now, self.sea.watch = lambda: self.desk.now, self._watch
        self.sea.sleep = self._sleep

    def _opened(self) -> Desk:
        return Desk(chance=Random(f"{self.seed}/desk"), paper=self.sea, db=self.db)

    def _story(self) -> None:
        for _ in range(DEEDS):
            self._do()
            self._deliver_in()
            self._turn()
            self._time_goes_by()
        self._calm_down()

    # ---- what people do

    def _do(self) -> None:
        deeds = self._deeds()
        for deed in self.chance.choices(list(deeds), list(deeds.values()), k=self._many()):
            deed()

    def _deeds(self) -> dict[Callable[[], None], int]:
        """What there is to do, and how often it is done."""
        return {
            self._ask: 22,
            self._say: 14,
            self._type: 18,
            self._settle: 12,
            self._react: 10,
            self._press: 12,
            self._change: 5,
            self._request: 8,
            self._decide: 10,
            self._leave: 1,
        }

    def _many(self) -> int:
        return self.chance.choice((0, 1, 2, 2, 3, 7))

    def _ask(self) -> None:
        self._post(self.chance.choice(ASKS))

    def _say(self) -> None:
        thread = self.chance.choice([None, *self.messages[-6:]])
        self._post(self.chance.choice(SAYINGS), thread)

    def _post(self, text: str, thread: str | None = None) -> None:
        id = f"m{len(self.messages)}"
        self.messages.append(id)
        words = text.format(self._anyone())
        self.pending.append(self.desk.message(self._anyone(), words, id, thread))

    def _type(self) -> None:
        number = self._number()
        self._command(
            self.chance.choice(
                (
                    f"promise {number} in {self.chance.randint(1, 30)} hours",
                    f"done {number}",
                    f"drop {number}",
                    f"reopen {number}",
                    f"pass {number} @{self._anyone()}",
                    f"pass {number}",
                    f"explain {number}",
                    f"important msg:{self._message()} @{self._anyone()}",
                    f"pause until in {self.chance.randint(1, 30)} hours",
                    "pause off",
                    f"settings digest {self.chance.randint(7, 18)}:00",
                    "mine",
                    "waiting",
                    "team",
                    "nonsense",
                )
            )
        )

    def _settle(self) -> None:
        """Who owes something has done it, at any time: while its nudge is on its way, too."""
        live = laws.rows(self.desk.store, duties, LIVE, duties.c.kind == "reply")
        if live:
            duty = self.chance.choice(live)
            self._command(f"done {duty.number}", duty.owed_by)

    def _request(self) -> None:
        kind = self.chance.choice(("notice", "work", "leave", "notice"))
        self._command(f"request {kind} Office closed on Friday {self.chance.random()}")

    def _decide(self) -> None:
        word = self.chance.choice(("approve", "reject", "recall"))
        self._command(f"{word} {self._number()} because", self.chance.choice(list(STAFF)))

    def _leave(self) -> None:
        first = self.desk.now.date() + self.chance.randint(0, 2) * DAY
        last = first + self.chance.randint(0, 3) * DAY
        self._command(f"away {first}..{last} @{self._anyone()}")

    def _command(self, text: str, who: str | None = None) -> None:
        key = f"paper/c{self._fresh()}"
        self.pending.append(self.desk.command(who or self._anyone(), text, key))

    def _react(self) -> None:
        refs = [MessageRef(LOBBY, self._message()), *(line.ref for line in self.sea.lines[-5:])]
        self.pending.append(
            ReactionChanged(
                key=f"paper/r{self._fresh()}",
                at=self.desk.now,
                actor=account(self._anyone()),
                message=self.chance.choice(refs),
                emoji=self.chance.choice(("✅", "❗", "👌", "❌", "😀")),
                added=self.chance.random() < 0.9,
            )
        )

    def _press(self) -> None:
        cards = [line for line in self.sea.lines[-12:] if line.card and line.card.buttons]
        if not cards:
            return
        line = self.chance.choice(cards)
        assert line.card is not None
        who = (
            line.to if line.to in self.desk.names and self.chance.random() < 0.8 else self._anyone()
        )
        self.pending.append(
            ButtonPressed(
                key=f"paper/b{self._fresh()}",
                at=self.desk.now,
                actor=account(who),
                message=line.ref,
                action=self.chance.choice(line.card.buttons).action,
                reply_handle="window",
            )
        )

    def _change(self) -> None:
        self.pending.append(
            MessageChanged(
                key=f"paper/e{self._fresh()}",
                at=self.desk.now,
                author=account(self._anyone()),
                message=MessageRef(LOBBY, self._message()),
                text=self.chance.choice((None, "never mind", "@bob and now?")),
            )
        )

    def _anyone(self) -> str:
        return self.chance.choice(self.people)

    def _message(self) -> str:
        return self.chance.choice(self.messages[-8:] or ["m0"])

    def _fresh(self) -> int:
        self._count = getattr(self, "_count", 0) + 1
        return self._count

    def _number(self) -> int:
        found = laws.rows(self.desk.store, numbers, numbers.c.name == "short")
        last = found[0].last if found else 1
        return max(1, last - self.chance.randint(0, 5))

    # ---- how it reaches us

    def _echo(self) -> None:
        """The platform shows us what we said there."""
        shown, self.sea.shown = self.sea.shown, []
        self.pending += [
            Echoed(key=f"paper/echo/{ref.id}", at=self.desk.now, message=ref, sent=key)
            for key, ref in shown
        ]

    def _deliver_in(self) -> None:
        """The platform repeats what we have not acknowledged, and now and then what we have."""
        if self.sea.echoes:
            self._echo()
        batch = [each for each in self.pending if self.chance.random() < 0.9]
        if self.acknowledged and self.chance.random() < 0.3:
            batch.append(self.chance.choice(list(self.acknowledged.values())))
        answers = self._sail(self._take(batch)) or []
        for event, error in zip(batch, answers, strict=False):
            if error is None:
                self.acknowledged[event.key] = event
        self.pending = [each for each in self.pending if each.key not in self.acknowledged]
        if any(isinstance(error, Crash) for error in answers):
            self._restart()

    async def _take(self, batch: list[Happening]) -> list[BaseException | None]:
        takes = (self.desk.bot.inbox.take([each]) for each in batch)
        return await asyncio.gather(*takes, return_exceptions=True)

    def _turn(self) -> bool:
        return bool(self._sail(self.desk.bot.turn()))

    def _sail(self, made: Coroutine[Any, Any, T]) -> T | None:
        """None where it crashed; then a new process goes on."""
        try:
            return self._runner.run(made)
        except BaseException as error:
            if not crashed(error):
                raise
            self._restart()
            return None

    def _restart(self) -> None:
        """A new process: nothing but the database is left."""
        self.crashes += 1
        old = self.desk.store
        self.desk.store = Store(old.db, old.company, old.seal, old.clock)
        with self._quietly():
            self.desk.restart()

    # ---- time

    def _time_goes_by(self) -> None:
        luck = self.chance.random()
        if luck < 0.5:
            self._until(self.desk.now + self.chance.randint(0, 20 * 60) * timedelta(seconds=1))
        elif luck < 0.85:
            self._until(self.desk.now + self.chance.randint(20, 300) * MINUTE)
        elif luck < 0.90:
            self._until(self.desk.now + self.chance.randint(6, 20) * HOUR)
        elif luck < 0.96:
            self._platform_is_down()
        else:
            self._outage()

    def _until(self, at: datetime) -> None:
        """We are up: whatever falls due on the way is looked at when it does."""
        for _ in range(10):
            self._turn()
            following = self._next()
            if following is None or following >= at:
                break
            self.desk.now = max(self.desk.now, following)
        self.desk.now = max(self.desk.now, at)

    def _next(self) -> datetime | None:
        """When something is to be done next."""
        now = self.desk.now
        unsent = outbox.c.state.in_(["ready", "doubtful"])
        times = [row.at for row in laws.rows(self.desk.store, dues)]
        times += [
            max(r.held_until, r.not_before) for r in laws.rows(self.desk.store, outbox, unsent)
        ]
        return min((at for at in times if at > now), default=None)

    def _platform_is_down(self) -> None:
        """People go on elsewhere; what is to be said meanwhile may no longer be true later."""
        self.sea.down_until = self.desk.now + self.chance.randint(1, 20) * HOUR
        self._until(self.desk.now + self.chance.randint(10, 300) * MINUTE)

    def _outage(self) -> None:
        """We are down for days. What piled up is one card for each person, when they work again."""
        self.desk.now += (
            self.chance.randint(1, 6) * DAY + self.chance.randint(0, 86_400) * MINUTE / 60
        )
        self._restart()
        with self._fair_weather():
            if self.chance.random() < 0.5:
                self._quiet()  # perhaps at night: nothing may be said yet
            self.desk.now = max(self.desk.now, hours.next_open(self.desk.now, self._office()))
            older = laws.rows(self.desk.store, outbox, outbox.c.state == "doubtful")
            seen, known = len(self.sea.lines), {row.key for row in older}
            self._quiet()
            self.desk.now += GATHER
            self._quiet()
        told = [line for line in self.sea.lines[seen:] if line.key.startswith(laws.NUDGE)]
        for to in sorted(self.desk.names):
            keys = [line.key for line in told if line.to == to and line.key not in known]
            if len(keys) > 1:
                self._broken("invariants", f"after an outage {to} got {keys}")

    def _office(self) -> hours.Calendar:
        with self._quietly(), self.desk.store.transaction() as tx:
            return tx.policies.calendar("office", tx.policies.current())

    def _calm_down(self) -> None:
        """No more faults: within two days everything is where it belongs."""
        with self._fair_weather():
            while self.pending:
                self._deliver_in()
            end = self.desk.now + 4 * DAY
            for _ in range(400):
                self._quiet()
                following = self._next()
                if following is None or following > end:
                    break
                self.desk.now = max(self.desk.now + self.grain, following)
            self.desk.now += QUARANTINE
            self._quiet()
            self._hear_the_last()

    def _hear_the_last(self) -> None:
        """Whatever it still dawdled over is there by now, and shown."""
        self._runner.run(self.sea.catch_up())
        if self.sea.echoes:
            self._echo()
        while self.pending:
            self._deliver_in()
        self._quiet()

    def _quiet(self) -> None:
        for _ in range(100):
            if not self._turn():
                return
        self._broken("invariants", "it never comes to rest")

    def _sleep(self, span: timedelta) -> None:
        self.desk.now += span

    # ---- laws

    def _watch(self, effect: Deliverable, key: str) -> None:
        with self._quietly(), self.desk.store.transaction() as tx:
            self.breaches += laws.at_sending(tx, effect, key)

    def _broken(self, kind: laws.Kind, what: str) -> None:
        self.breaches.append(Breach(kind, what))
