"""What a child sees of the platform: a line to its parent, who keeps the platform."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeAlias

from bot.effects import Deliverable
from bot.events import Happening, MessageRef
from bot.port import Ability, Door, Doubtful, Inbox, TryLater
from bot.words import Reader
from tests.desk import PAPER

Line: TypeAlias = "Connection[Any, Any]"
Asked = Literal["deliver", "find", "all told?"]
Said = tuple[Asked | Literal["listening", "kept", "breaches"], int, Any]  # what, request, with
Answer = tuple[int, Any, type[Exception] | None]  # to which request, and what it raises


class Wire:
    platform = PAPER
    abilities: Ability = ~Ability.NONE
    doors: Sequence[Door] = ()

    def __init__(self, line: Line) -> None:
        self._line = line
        self._asked: dict[int, asyncio.Future[MessageRef | None]] = {}
        self._taking: set[asyncio.Task[None]] = set()

    async def listen(self, inbox: Inbox) -> None:
        """Events come in, and answers to what we asked."""
        self._inbox = inbox
        loop = asyncio.get_running_loop()
        loop.add_reader(self._line.fileno(), self._readable)
        self._line.send(("listening", 0, None))
        try:
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(self._line.fileno())

    async def all_told(self) -> bool:
        """Everything that happened there is kept."""
        try:
            await self._ask("all told?", ())
        except Doubtful:
            return False
        return True

    def hang_up(self) -> None:
        pass

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        return await self._ask("deliver", (effect, key, reader))

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        return await self._ask("find", (effect, key, since))

    async def _ask(self, what: Asked, words: Any) -> MessageRef | None:
        number = len(self._asked)
        self._asked[number] = asyncio.get_running_loop().create_future()
        self._line.send((what, number, words))
        return await self._asked[number]

    def _readable(self) -> None:
        while self._line.poll():
            told = self._line.recv()
            if isinstance(told, tuple):
                self._answered(*told)
            else:
                self._keep(self._take(told))

    def _answered(
        self, number: int, answer: MessageRef | timedelta | None, error: type[Exception] | None
    ) -> None:
        """A span: it is busy for so long."""
        if error is not None:
            self._asked[number].set_exception(error())
        elif isinstance(answer, timedelta):
            self._asked[number].set_exception(TryLater(answer))
        else:
            self._asked[number].set_result(answer)

    async def _take(self, event: Happening) -> None:
        with suppress(ConnectionError):
            await self._inbox.take([event])
            self._line.send(("kept", 0, event.key))

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)
