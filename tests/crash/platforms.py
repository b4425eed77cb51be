"""Two platforms: one on which what was sent can only be looked for, one that takes a key once.

Both hear of people again whatever was not acknowledged, as Slack repeats a delivery and a sync
goes on from the token that was written down.
"""

import asyncio
from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from bot.clock import fault_point
from bot.effects import Deliverable, Whisper
from bot.events import Echoed, Happening, MessageRef
from bot.port import Ability, CannotTell, Cursor, Doubtful, Inbox, TryLater
from bot.words import Reader
from tests.desk import Paper

DAWDLE = timedelta(seconds=75)  # until a request is taken whose sender has died meanwhile
SYNC = "paper/sync"
Request = tuple[Deliverable, str, Reader]


class Chat(Paper):
    """`watch` sees everything that is handed to it. `down_until`: it answers that it is busy."""

    abilities = ~Ability.NONE

    def __init__(self) -> None:
        super().__init__()
        self.now: Callable[[], datetime]
        self.watch: Callable[[Deliverable, str], None]
        self.down_until: datetime | None = None
        self.deaf = False  # what is asked of it next is taken, and the answer gets lost
        self.late: list[tuple[datetime, Request]] = []
        self.on_its_way: Request | None = None

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        await self.catch_up()
        if self.down_until is not None and self.now() < self.down_until:
            raise TryLater(self.down_until - self.now())
        self.watch(effect, key)
        self.on_its_way = self.on_its_way or (effect, key, reader)  # once dead, nobody sends more
        fault_point("a request is on its way")
        self.on_its_way = None
        ref = await self.accept(effect, key, reader)
        unheard, self.deaf = self.deaf, False
        await asyncio.sleep(0)  # others go on meanwhile
        if unheard:
            raise Doubtful
        return ref

    def cut(self) -> None:
        """Whoever was calling has died: what was on its way is taken all the same, later."""
        if self.on_its_way is not None:
            self.late.append((self.now() + DAWDLE, self.on_its_way))
            self.on_its_way = None

    def kept(self) -> dict[str, Any]:
        """All it knows."""
        return {name: copy(value) for name, value in vars(self).items() if not callable(value)}

    def lay_back(self, kept: dict[str, Any]) -> None:
        vars(self).update({name: copy(value) for name, value in kept.items()})

    async def catch_up(self) -> None:
        """Take what it has dawdled over until now."""
        due = [each for at, each in self.late if at <= self.now()]
        self.late = [(at, each) for at, each in self.late if at > self.now()]
        for each in due:
            await self.accept(*each)

    async def accept(self, effect: Deliverable, key: str, reader: Reader) -> MessageRef | None:
        return await super().deliver(effect, key=key, reader=reader)

    def says(self, *events: Happening) -> None:
        """People do something there."""
        raise NotImplementedError

    async def tell(self, inbox: Inbox) -> bool:
        """Tell Duly what it has not acknowledged; False: there is nothing."""
        raise NotImplementedError


class Seeking(Chat):
    """As Slack: no key is looked at, a card carries it along, a whisper cannot be looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.untold: list[Happening] = []
        self.last: list[Happening] = []  # acknowledged, and told once more all the same

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        await self.catch_up()
        if isinstance(effect, Whisper):
            raise CannotTell
        return await super().find(effect, key=key, since=since)

    def says(self, *events: Happening) -> None:
        self.untold += events

    async def tell(self, inbox: Inbox) -> bool:
        if not self.untold:
            return False
        batch = [*self.last, *self.untold]
        takes = (inbox.take([each]) for each in batch)
        answers = await asyncio.gather(*takes, return_exceptions=True)
        kept = [each for each, answer in zip(batch, answers, strict=True) if answer is None]
        self.untold = [each for each in self.untold if each not in kept]
        self.last = kept[-1:]
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return True


class Taking(Chat):
    """As Matrix: a key is taken once, and our own messages come back in the next sync."""

    abilities = Ability.THREADS | Ability.EDITS_SEEN | Ability.FILES

    def __init__(self) -> None:
        super().__init__()
        self.timeline: list[Happening] = []
        self.taken: dict[str, MessageRef | None] = {}

    async def accept(self, effect: Deliverable, key: str, reader: Reader) -> MessageRef | None:
        if key not in self.taken:
            seen = len(self.lines)
            ref = self.taken[key] = await super().accept(effect, key, reader)
            if ref is not None and len(self.lines) > seen:
                at, name = self.now(), f"paper/echo/{ref.id}"
                self.timeline.append(Echoed(key=name, at=at, message=ref, sent=key))
        return self.taken[key]

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        await self.catch_up()
        return await super().find(effect, key=key, since=since)

    def says(self, *events: Happening) -> None:
        self.timeline += events

    async def tell(self, inbox: Inbox) -> bool:
        """Everything after the token, and the next token with it."""
        since = int(await inbox.cursor(SYNC) or 0)
        batch, following = self.timeline[since:], len(self.timeline)
        if not batch:
            return False
        await inbox.take(batch, Cursor(SYNC, str(following)))
        return True


PLATFORMS: dict[str, Callable[[], Chat]] = {"slack": Seeking, "matrix": Taking}
