"""An event loop with real sockets whose time is ours: it goes on only where nothing else does.

All that is said over sockets of this machine is said in no time; whoever sleeps is woken as soon as
everybody else waits too. So a day of waiting takes as long as what is done in it.
"""

import asyncio
import selectors
from typing import Any

from tests.simulation.loops import AtOnce

REST = 0.01  # seconds that are really waited, where nobody sleeps


class Tide(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.passed = 0.0  # seconds
        super().__init__(_Watch(self))
        self.set_default_executor(AtOnce(1))

    def time(self) -> float:
        return self.passed

    def jump(self, seconds: float) -> None:
        """Time goes by at once: all that was due meanwhile is due now."""
        self.passed += max(0.0, seconds)


class _Watch(selectors.DefaultSelector):
    def __init__(self, tide: Tide) -> None:
        super().__init__()
        self._tide = tide

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        if timeout is None:
            return super().select(REST)
        self._tide.passed += timeout
        return found
