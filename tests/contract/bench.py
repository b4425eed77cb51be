"""What a platform must show of itself to stand on the bench of the contract."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bot.events import Account, Place
from bot.port import Adapter


@dataclass(frozen=True, slots=True)
class Seen:
    """One line as a person sees it: the outbox key, plain words, and the markup around them."""

    key: str
    text: str
    markup: str


@dataclass(frozen=True, slots=True)
class Bench:
    adapter: Adapter
    room: Place
    ann: Account
    bob: Account
    nobody: Account
    seen: Callable[[Account], list[Seen]]
    elsewhere: str = "notices"  # a place that bob cannot see
    remembers: bool = True  # it keeps to one message a key by itself
    fake: Any = None  # what the platform's own tests ask for more
    run: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run
