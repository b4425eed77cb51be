"""What can happen to us. Adapters build these; only the engine's handlers read them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from bot.words import Say

Platform = NewType("Platform", str)  # "slack", "matrix", "playground", "web"
PlaceKind = Literal["channel", "group", "direct"]

DRAWN = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[\u2640\u2642]")


@dataclass(frozen=True, slots=True)
class Account:
    """One login in one realm (a Slack workspace, a Matrix homeserver)."""

    platform: Platform
    realm: str
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, room or direct chat. `thread` (the root message's id) narrows it."""

    platform: Platform
    realm: str
    id: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message lives, enough to edit or react to it later."""

    place: Place
    id: str


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    id: str  # the platform's
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Group:
    """People who are mentioned together; any one of them may answer."""

    id: str  # the platform's
    name: str
    members: tuple[Account, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    key: str  # platform, realm and the platform's own delivery id: the same key, the same happening
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    author: Account
    message: MessageRef
    text: str
    mentions: tuple[Account, ...] = ()
    groups: tuple[Group, ...] = ()
    everyone: bool = False  # it calls on everybody here
    priority: bool = False  # its author marked it as urgent, where the platform has such a thing
    quotes: str | None = None  # the id of the message it answers, if the platform says so
    direct: bool = False  # said to the bot alone
    automatic: bool = False  # by a bot or an integration


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChanged(Event):
    """Edited, or deleted where `text` is None."""

    author: Account
    message: MessageRef
    text: str | None
    mentions: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChanged(Event):
    actor: Account
    message: MessageRef
    emoji: str  # the character itself
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandInvoked(Event):
    actor: Account
    place: Place
    text: str  # what followed "/duly"
    people: tuple[tuple[str, Account], ...] = ()  # what stands in the text, and whom it means
    links: tuple[tuple[str, MessageRef], ...] = ()  # likewise for messages
    reply_handle: str | None = None  # opaque; only its own adapter understands it
    about: str = ""  # the words of the message it was used on, where it was used on one
    doubt: Say | None = None  # why it is not sure that they said it; it is all the answer then
    bare: bool = False  # said in a chat with us alone, without naming us: it may be an answer
    message: MessageRef | None = None  # that it stands in, where it was a message


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed(Event):
    actor: Account
    message: MessageRef
    action: str
    reply_handle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmitted(Event):
    actor: Account
    place: Place
    form: str
    fields: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, Account], ...] = ()
    reply_handle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened(Event):
    actor: Account


@dataclass(frozen=True, slots=True)
class Away:
    """What somebody's status says: they are not at work, `until` then or until they change it."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Event):
    account: Account
    name: str
    language: str | None = None
    zone: str | None = None
    automatic: bool = False
    active: bool = True
    email: str | None = None  # only where the platform vouches for it
    outsider: bool = False  # a guest, or somebody of another company
    status: Away | Literal["present"] | None = None  # None: the platform does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChanged(Event):
    account: Account
    place: Place
    joined: bool
    ours: bool = False  # it is we who joined or left


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChanged(Event):
    place: Place
    name: str
    kind: PlaceKind = "channel"
    archived: bool = False
    outside: bool = False  # people of other companies can read it


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShared(Event):
    actor: Account
    message: MessageRef
    files: tuple[Attachment, ...]
    brought: tuple[str, ...] = ()  # what `Inbox.keep` said, where `Inbox.awaits` a file of theirs
    refused: Say | None = None  # why one that was awaited was not kept


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePublished(Event):
    """A file was given an address at which anybody can read it."""

    actor: Account
    file: Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Echoed(Event):
    """The platform shows us a message of ours: what was sent under `sent` stands there.

    Of an effect that became several messages only the one that `deliver` returned is told.
    """

    message: MessageRef
    sent: str  # the key of the effect it was


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLost(Event):
    """From `since` until `at` something may have been said here that we did not see."""

    place: Place
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLost(Event):
    """The platform no longer lets us in: token revoked, app removed."""

    platform: Platform
    realm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Event):
    """The platform shows us something that IT must know of, and do something about."""

    what: Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecryptable(Event):
    """Something was said, at that time, that we cannot read yet. Its key is not the message's own.

    Once it can be read, what it is follows as an event of its own, with the same message.
    """

    author: Account
    message: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Event):
    """A payload nobody could read, kept as it came for `duly doctor`."""

    payload: str


Happening = (
    MessagePosted
    | MessageChanged
    | ReactionChanged
    | CommandInvoked
    | ButtonPressed
    | FormSubmitted
    | HomeOpened
    | AccountChanged
    | MembershipChanged
    | PlaceChanged
    | FileShared
    | FilePublished
    | Echoed
    | CoverageLost
    | AccessLost
    | Alarm
    | Undecryptable
    | Unread
)


def conversation(place: Place) -> str:
    """The key under which a place's order and its chain of records are kept: threads included."""
    return f"{place.platform}/{place.realm}/{place.id}"


def realm_of(event: Happening) -> tuple[Platform, str] | None:
    """Where it came from; None where it does not say, or says that nothing comes any more."""
    match event:
        case AccessLost() | Alarm() | Unread() | CoverageLost():
            return None
        case MessagePosted() | MessageChanged() | ReactionChanged() | FileShared() | Echoed():
            return event.message.place.platform, event.message.place.realm
        case Undecryptable(message=message):
            return message.place.platform, message.place.realm
        case ButtonPressed(actor=one) | HomeOpened(actor=one) | FilePublished(actor=one):
            return one.platform, one.realm
        case AccountChanged(account=one):
            return one.platform, one.realm
        case _:
            return event.place.platform, event.place.realm


def bare_emoji(emoji: str) -> str:
    """What it is, whichever way somebody's client draws it: the look, the skin, the sex."""
    return DRAWN.sub("", emoji)


def account_key(account: Account) -> str:
    return f"{account.platform}/{account.realm}/{account.id}"


def account_of(key: str) -> Account:
    platform, realm, id = key.split("/", 2)
    return Account(Platform(platform), realm, id)


def where(event: Happening) -> str:
    """Events with the same answer are handled in the order they came; "" for those of no place."""
    match event:
        case MessagePosted() | MessageChanged() | ReactionChanged() | FileShared() | Echoed():
            return conversation(event.message.place)
        case CommandInvoked() | MembershipChanged() | PlaceChanged() | CoverageLost():
            return conversation(event.place)
        case FormSubmitted():
            return conversation(event.place)
        case ButtonPressed() | Undecryptable():
            return conversation(event.message.place)
        case _:
            return ""
