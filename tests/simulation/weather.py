"""Faults: where a process is stopped, and when neither it nor the platform may fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from bot import clock
from tests.simulation.sea import Sea

STRIKE = 0.015  # how likely a fault point is to strike


class Crash(BaseException):
    """kill -9, as far as one process can go: nothing catches it."""


class Weather:
    """What a story is exposed to. `strike`: how likely a fault point is to."""

    seed: int
    sea: Sea
    striking: bool = False
    strike: float = STRIKE

    @contextmanager
    def _strikes(self) -> Iterator[None]:
        strikes = Random(f"{self.seed}/strikes")

        def strike(name: str) -> None:
            if self.striking and strikes.random() < self.strike:
                raise Crash(name)

        clock.faults.append(strike)
        self.striking = True
        try:
            yield
        finally:
            clock.faults.remove(strike)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Looking on is no part of the story."""
        before, self.striking = self.striking, False
        yield
        self.striking = before

    @contextmanager
    def _fair_weather(self) -> Iterator[None]:
        with self._quietly():
            self.sea.calm, self.sea.down_until = True, None
            yield
            self.sea.calm = False


def crashed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(crashed(each) for each in error.exceptions)
    return isinstance(error, Crash)
