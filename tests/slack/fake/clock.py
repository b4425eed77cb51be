"""The fake's time: the wall's, with its waits shortened, or one that a simulation moves by hand."""

import asyncio
import time
from dataclasses import dataclass, field
from threading import Condition, Lock
from typing import Protocol


class Bustle:
    """How many things are under way; `settle` waits until there are none."""

    def __init__(self) -> None:
        self._count = 0
        self._calm = Condition()

    def begin(self) -> None:
        with self._calm:
            self._count += 1

    def end(self) -> None:
        with self._calm:
            self._count -= 1
            self._calm.notify_all()

    @property
    def calm(self) -> bool:
        return self._count == 0

    def wait(self, seconds: float) -> bool:
        with self._calm:
            return self._calm.wait_for(lambda: self.calm, seconds)


class Clock(Protocol):
    def now(self) -> float: ...

    async def sleep(self, seconds: float, bustle: Bustle) -> None: ...


@dataclass(slots=True)
class WallClock:
    """The time it is; a wait of a minute (a retry, a late message) takes `scale` of that."""

    scale: float = 0.001

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float, bustle: Bustle) -> None:
        await asyncio.sleep(seconds * self.scale)


@dataclass(slots=True)
class _Sleeper:
    due: float
    bustle: Bustle
    loop: asyncio.AbstractEventLoop
    woken: "asyncio.Future[None]"


@dataclass(slots=True)
class HandClock:
    """Stands until somebody moves it; who sleeps on it is not under way."""

    time: float = 1_772_413_200.0  # 2026-03-02 09:00 in Shanghai, a Monday
    _asleep: list[_Sleeper] = field(default_factory=list)
    _turn: Lock = field(default_factory=Lock)

    def now(self) -> float:
        return self.time

    def move(self, seconds: float) -> None:
        with self._turn:
            self.time += seconds
            due = [each for each in self._asleep if each.due <= self.time]
            self._asleep = [each for each in self._asleep if each.due > self.time]
        for each in sorted(due, key=lambda each: each.due):
            each.bustle.begin()  # before `move` returns, so that `settle` waits for it
            each.loop.call_soon_threadsafe(_wake, each.woken)

    async def sleep(self, seconds: float, bustle: Bustle) -> None:
        if seconds <= 0:
            return
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        with self._turn:
            self._asleep.append(_Sleeper(self.time + seconds, bustle, loop, woken))
        bustle.end()
        await woken


def _wake(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)
