"""What the playground asks of whoever wires it: it knows neither the menu nor working time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.playground.cast import Cast
from bot.port import Files
from bot.words import Say


@dataclass(frozen=True, slots=True)
class MenuEntry:
    name: str
    usage: str
    summary: Say


@dataclass(frozen=True, slots=True)
class Hooks:
    menu: tuple[MenuEntry, ...]  # offered while somebody types "/"
    ahead: Callable[[timedelta], datetime]  # the moment so much working time from now
    moved: Callable[[], Awaitable[None]]  # the clock was moved: look what fell due
    files: Files
    cast: Cast
