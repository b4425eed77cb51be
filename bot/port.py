"""The port every chat platform must fit: events in by an Inbox, effects out by an Adapter."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Flag, auto
from typing import Any, NamedTuple, Protocol

from bot.effects import Deliverable
from bot.events import Account, FormSubmitted, Happening, MessageRef, Platform
from bot.policy.casefile import Report
from bot.policy.reporting import Channel
from bot.words import Reader, Say


class Door(NamedTuple):
    """A path, and the ASGI app behind it."""

    path: str
    app: Callable[..., Awaitable[Any]]
    front: bool = False  # pages for people, at every path below it; else that one path alone


class Ability(Flag):
    NONE = 0
    THREADS = auto()
    WHISPERS = auto()
    FORMS = auto()
    BUTTONS = auto()
    EDITS_SEEN = auto()
    FILES = auto()


@dataclass(frozen=True, slots=True)
class Cursor:
    name: str
    position: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that somebody adds to a form. The same key, name and bytes are the same file."""

    by: Account
    key: str  # of what they sent it with
    name: str
    body: bytes


class TryLater(Exception):
    """It did not arrive: the platform is busy or down. The outbox keeps it and tries again."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"try again after {after}")
        self.after = after


class Undeliverable(Exception):
    """It will never arrive (no such user, bot not in channel).

    `remedy`: what IT is to do about it, where somebody can; they are told once.
    """

    def __init__(self, reason: str, remedy: Say | None = None) -> None:
        super().__init__(reason)
        self.remedy = remedy


class Doubtful(Exception):
    """Perhaps it arrived. After a quarantine the outbox asks `find`, then decides."""


class CannotTell(Exception):
    """What only one person was shown cannot be looked for: it is rather lost than doubled."""


class Inbox(Protocol):
    async def take(self, events: Sequence[Happening], cursor: Cursor | None = None) -> None:
        """Returns when all of them and the cursor are committed, else raises."""

    async def cursor(self, name: str) -> str | None:
        """Where to go on."""

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        """All whose name begins so, by name."""

    async def lease(self, name: str, holder: str = "") -> bool:
        """Take or renew the sole right to listen under `name`; False: another process has it.

        `holder`: as who, where one that was killed is to be followed at once; empty: this process.
        """

    def check(self, form: FormSubmitted) -> Mapping[str, Say]:
        """Errors by field, before the platform is acknowledged."""

    async def channel(self) -> Channel:
        """To whom a report is to be sealed, before it is handed over."""

    async def report(self, report: Report) -> int:
        """The number of its case; returns when it is committed. The same again is the same.

        Raises Refusal, which the person is to read.
        """

    async def largest(self) -> int:
        """Bytes of the largest file that may be brought."""

    async def awaits(self, account: Account) -> bool:
        """Their next word to us alone may be a file: bring it with the `FileShared`."""

    async def keep(self, file: Brought) -> str:
        """What a field of the form says to mean it; returns when the file is committed.

        Raises Refusal, which the person is to read.
        """


@dataclass(frozen=True, slots=True)
class Examined:
    """A platform's look at itself: what it looked at, and what is wrong, each with what to do."""

    told: Sequence[Say] = ()
    wrong: Sequence[Say] = ()


class Files(Protocol):
    """What an adapter needs of the store to upload a file."""

    async def read(self, id: str) -> bytes:
        """The whole file; raises LookupError where it has expired."""


class Adapter(Protocol):
    platform: Platform
    abilities: Ability
    doors: Sequence[Door]

    async def listen(self, inbox: Inbox) -> None:
        """Feed events to `inbox` until cancelled."""

    def hang_up(self) -> None:
        """We are about to stop: end what people hold open. Callable from any thread."""

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        """Carry out `effect`; where it made a message, say which. `key` is stable across retries.

        Raises TryLater, Undeliverable or Doubtful; any other error counts as Doubtful.
        """

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        """What `deliver` would have returned, if it arrived after all; None: it did not.

        Raises TryLater, and CannotTell about an answer that nobody can look for.
        """
