"""What there is to know of a homeserver to read what comes from it: who we are, and our rooms."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from adapters.matrix.slip import Slip, server_of
from bot.events import Account, Place, Platform
from bot.port import Ability

PLATFORM = Platform("matrix")
ABILITIES = Ability.THREADS | Ability.EDITS_SEEN | Ability.FILES
MOST = 20_000  # reactions remembered


@dataclass(slots=True)
class Room:
    """As its state says; `members` are in it or invited, by their names there."""

    id: str
    name: str = ""
    alias: str = ""
    version: str = "1"
    creators: frozenset[str] = frozenset()
    predecessor: str = ""  # the room that this one was made to replace
    successor: str = ""  # the room that replaces this one
    encrypted: bool = False
    readable: bool = False  # by anybody, also from outside
    open: bool = False  # others may come in by themselves
    personal: bool = False  # begun as a chat between two
    members: dict[str, str] = field(default_factory=dict)
    invited: set[str] = field(default_factory=set)
    power: Slip = field(default_factory=lambda: Slip({}))
    asked: bool = False  # somebody was asked in, whatever they said to that
    joined: bool = True  # we are in it


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is to be known of a reaction when it is taken back: then it says nothing any more."""

    actor: str
    message: str
    emoji: str


@dataclass(slots=True)
class Known:
    """One homeserver, as one user of it."""

    user: str  # ours
    rooms: dict[str, Room] = field(default_factory=dict)
    names: frozenset[str] = frozenset()  # by which we may be called
    direct: dict[str, str] = field(default_factory=dict)  # the room of our chat with somebody
    bots: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)  # of our own homeserver
    chats: set[str] = field(default_factory=set)  # rooms that were begun as chats between two
    opening: dict[str, asyncio.Event] = field(default_factory=dict)  # ours, until a sync tells all
    following: set[str] = field(default_factory=set)  # rooms whose successor we are to enter
    moves: dict[str, list[str]] = field(default_factory=dict)  # what replaced a room, in order
    first: dict[str, str] = field(default_factory=dict)  # the room as which we know a place
    reactions: OrderedDict[str, Reaction] = field(default_factory=OrderedDict)

    @property
    def realm(self) -> str:
        return server_of(self.user)

    def account(self, user: str) -> Account:
        return Account(PLATFORM, self.realm, user)

    def place(self, room: str, thread: str | None = None) -> Place:
        return Place(PLATFORM, self.realm, self.first.get(room, room), thread)

    def today(self, room: str) -> str:
        """Which room a place of ours is now: an upgrade makes a new one."""
        return self.ever(room)[0]

    def ever(self, room: str) -> list[str]:
        """Every room that a place of ours was, the one of today first."""
        first = self.first.get(room, room)
        return [*reversed(self.moves.get(first, [])), first]

    def is_past(self, room: str) -> bool:
        """It was replaced, and we are where everybody went."""
        return self.today(room) != room

    def goes_by(self, room: str, today: str) -> str:
        """Returns the first room that it was."""
        first = self.first.get(room, room)
        self.moves.setdefault(first, []).append(today)
        self.first[today] = first
        return first

    def opened(self, room: str) -> None:
        """A chat that we made is there as it should be."""
        if event := self.opening.pop(room, None):
            event.set()

    def remember(self, event: str, reaction: Reaction) -> None:
        self.reactions[event] = reaction
        if len(self.reactions) > MOST:
            self.reactions.popitem(last=False)
