"""What there is to know of a homeserver to read what comes from it: who we are, and our rooms."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.matrix.slip import Slip, server_of
from bot.events import Account, Place, Platform

PLATFORM = Platform("matrix")
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
    personal: bool = False  # begun as a chat between two
    members: dict[str, str] = field(default_factory=dict)
    invited: set[str] = field(default_factory=set)
    power: Slip = field(default_factory=lambda: Slip({}))
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
    chats: set[str] = field(default_factory=set)  # rooms that were begun as chats between two
    opening: dict[str, asyncio.Event] = field(default_factory=dict)  # ours, until a sync tells all
    renamed: dict[str, str] = field(default_factory=dict)  # rooms of today by the first ones
    reactions: OrderedDict[str, Reaction] = field(default_factory=OrderedDict)

    @property
    def realm(self) -> str:
        return server_of(self.user)

    @property
    def first(self) -> Mapping[str, str]:
        """The room as which we know a place, by the one that it is today."""
        return {today: first for first, today in self.renamed.items()}

    def account(self, user: str) -> Account:
        return Account(PLATFORM, self.realm, user)

    def place(self, room: str, thread: str | None = None) -> Place:
        first = self.first.get(room, room) if self.renamed else room
        return Place(PLATFORM, self.realm, first, thread)

    def today(self, room: str) -> str:
        """Which room a place of ours is now: an upgrade makes a new one."""
        return self.renamed.get(room, room)

    def goes_by(self, first: str, today: str) -> None:
        self.renamed[first] = today

    def opened(self, room: str) -> None:
        """A chat that we made is there as it should be."""
        if event := self.opening.pop(room, None):
            event.set()

    def remember(self, event: str, reaction: Reaction) -> None:
        self.reactions[event] = reaction
        if len(self.reactions) > MOST:
            self.reactions.popitem(last=False)
