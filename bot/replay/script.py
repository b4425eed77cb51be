"""What is played: people to settle in, and then what happens, each thing at its own time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.events import MessageChanged, MessagePosted, Platform
from bot.store import Transaction


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did with a command or a reaction, of which no message tells."""

    at: datetime
    do: Callable[[Transaction], object]


Step = MessagePosted | MessageChanged | Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """`steps` in the order of their times. Nothing is counted of a place after its end."""

    settle_in: Callable[[Transaction], object]
    steps: Sequence[Step]
    platforms: frozenset[Platform]
    ends: Mapping[str, datetime]  # by conversation
    reads_reports: str = ""  # the id of somebody who may have every report, where there is one

    @property
    def posts(self) -> list[MessagePosted]:
        return [step for step in self.steps if isinstance(step, MessagePosted)]
