"""What stands in a timeline."""

from dataclasses import dataclass
from datetime import datetime

from adapters.playground.cast import BOT, place
from bot.events import MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What was said. People's words are text alone; what Duly says has `html`, made by us."""

    text: str
    html: str = ""
    actions: tuple[tuple[str, str], ...] = ()  # of a card's buttons: action, label
    file: tuple[str, str] | None = None  # id in the store, name
    about: str | None = None  # the id of the line it speaks of
    priority: bool = False  # its author marked it as urgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A line before it has its number. `only_for`: nobody else may see it."""

    id: str
    place: str
    author: str
    at: datetime
    body: Body
    thread: str | None = None
    quotes: str | None = None
    only_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Draft):
    n: int  # of the change that made it
    key: str | None = None  # the outbox's, for what Duly says
    edited: bool = False
    gone: bool = False

    @property
    def ref(self) -> MessageRef:
        return MessageRef(place(self.place, self.thread), self.id)

    @property
    def by_duly(self) -> bool:
        return self.author == BOT


@dataclass(frozen=True, slots=True)
class Change:
    """`kind`: line, amend, withdraw, reaction, home or clock; the line is as it is now."""

    n: int
    kind: str
    line: Line | None
