"""A platform at its worst: it loses requests and answers, dawdles, is busy, and repeats nothing.

It never deduplicates: whatever is sent twice stands there twice. One that `echoes` shows us what
we said, and may dawdle for longer than any quarantine: what then stands there twice is withdrawn.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random
from typing import Any

from bot.effects import Deliverable, Whisper, Withdraw
from bot.events import MessageRef
from bot.port import CannotTell, Doubtful, TryLater
from bot.words import Reader
from tests.desk import Line, Paper

DAWDLE = 75  # seconds after which a request it dawdles over is accepted at the latest …
LONG = 1200  # … by one that shows us what it accepted


class Fate(Enum):
    """What becomes of a request."""

    WELL = auto()
    BUSY = auto()
    LOST = auto()  # on the way there
    LATE = auto()  # accepted after we stopped waiting
    UNHEARD = auto()  # accepted, but the answer was lost on the way back
    SLOW = auto()


WEIGHTS = {
    Fate.WELL: 60,
    Fate.BUSY: 10,
    Fate.LOST: 10,
    Fate.LATE: 5,
    Fate.UNHEARD: 10,
    Fate.SLOW: 5,
}


async def _nothing(where: str) -> None:
    pass


class Sea(Paper):
    """`watch` sees everything that is handed to it, at that moment.

    `meanwhile`: what others do before a request has left ("before") and after it was accepted,
    while its answer is on its way ("after").
    """

    def __init__(self, chance: Random, *, echoes: bool = False) -> None:
        super().__init__()
        self.chance, self.calm, self.echoes = chance, False, echoes
        self.shown: list[tuple[str, MessageRef]] = []  # what it has not told us of yet
        self.doubles: set[MessageRef] = set()  # stood there twice, and were withdrawn
        self.down_until: datetime | None = None
        self.now: Callable[[], datetime]
        self.sleep: Callable[[timedelta], None]
        self.watch: Callable[[Deliverable, str], None]
        self.meanwhile: Callable[[str], Awaitable[None]] = _nothing
        self.weights = WEIGHTS
        self._late: list[tuple[datetime, tuple[Any, ...]]] = []

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        await self.meanwhile("before")
        await self.catch_up()
        fate = self._fate()
        if fate is Fate.BUSY:
            raise TryLater(timedelta(seconds=self.chance.choice((1, 30, 600))))
        self.watch(effect, key)
        if fate is Fate.LOST:
            raise Doubtful
        if fate is Fate.LATE:
            at = self.now() + timedelta(
                seconds=self.chance.randint(1, LONG if self.echoes else DAWDLE)
            )
            self._late.append((at, (effect, key, reader)))
            raise TimeoutError
        if fate is Fate.SLOW:
            self.sleep(timedelta(seconds=self.chance.randint(1, 30)))
        ref = await self._accept(effect, key, reader)
        await self.meanwhile("after")
        if fate is Fate.UNHEARD:
            raise self.chance.choice([Doubtful(), ConnectionResetError()])
        return ref

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        """What only one person sees cannot be looked up, as on Slack."""
        await self.catch_up()
        fate = self._fate()
        if fate is Fate.BUSY:
            raise TryLater(timedelta(seconds=5))
        if fate in (Fate.LOST, Fate.UNHEARD):
            raise Doubtful
        if isinstance(effect, Whisper):
            raise CannotTell
        return await super().find(effect, key=key, since=since)

    async def catch_up(self) -> None:
        """Accept what was dawdled over until now."""
        due = [each for at, each in self._late if at <= self.now()]
        self._late = [(at, each) for at, each in self._late if at > self.now()]
        for effect, key, reader in due:
            await self._accept(effect, key, reader)

    async def _accept(self, effect: Deliverable, key: str, reader: Reader) -> MessageRef | None:
        seen = len(self.lines)
        ref = await super().deliver(effect, key=key, reader=reader)
        if ref is not None and len(self.lines) > seen and not isinstance(effect, Whisper):
            self.shown.append((key, ref))
        if isinstance(effect, Withdraw) and key.startswith("double/"):
            self.doubles.add(effect.message)
        return ref

    def forget_late(self) -> None:
        """What stands there already is not accepted once more."""
        there = {line.key for line in self.lines}
        self._late = [(at, each) for at, each in self._late if each[1] not in there]

    @property
    def standing(self) -> list[Line]:
        return [line for line in self.lines if line.ref not in self.doubles]

    def _fate(self) -> Fate:
        if self.down_until is not None and self.now() < self.down_until:
            return Fate.BUSY
        if self.calm:
            return Fate.WELL
        (fate,) = self.chance.choices(list(self.weights), list(self.weights.values()))
        return fate
