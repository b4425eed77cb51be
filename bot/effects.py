"""What we may do to the world. Handlers write these to the outbox; adapters carry them out.

`to` is always whoever reads it: their language and zone are the ones it is written in.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.card import Card, Form
from bot.events import Account, MessageRef, Place
from bot.words import Say

Doubt = Literal["look", "lose", "repeat"]  # what an effect in doubt means: find out, or decide so


@dataclass(frozen=True, slots=True)
class Send:
    to: Place | Account  # an account means its direct chat
    card: Card


@dataclass(frozen=True, slots=True)
class Amend:
    to: Place | Account
    message: MessageRef
    card: Card


@dataclass(frozen=True, slots=True)
class Withdraw:
    to: Place | Account
    message: MessageRef


@dataclass(frozen=True, slots=True)
class Whisper:
    """Only `to` may see it. Where the platform has no such thing, it becomes a direct message.

    It stays in the thread of `near`, if that is where `to` reads it.
    """

    to: Account
    near: Place
    card: Card
    reply_handle: str | None = None
    clear: bool = False  # it holds no secret, and who cannot decrypt is to read it too
    begins: bool = False  # a dialogue: its own thread, under what `reply_handle` answers


@dataclass(frozen=True, slots=True)
class Mark:
    """A reaction of ours on a message, e.g. to show that it is being watched."""

    to: Place
    message: MessageRef
    emoji: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Upload:
    """A file from the store, by its id there, given to one person."""

    to: Account
    file: str
    name: str
    card: Card


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Only while `reply_handle` is alive; after `within` the outbox sends `instead`."""

    to: Account
    form: Form
    reply_handle: str | None
    instead: Card
    within: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class ShowHome:
    """The person's own page on the platform; what it showed before is replaced."""

    to: Account
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Publish:
    """An approved text, word for word as it was approved, put into a place."""

    to: Place
    title: Say
    text: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Nudges for one person; what they say is composed when it is sent, from what is still due."""

    to: Account
    person: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What somebody owes, must decide or leads that is late; composed when it is sent."""

    to: Account
    person: str


@dataclass(frozen=True, slots=True)
class Announce:
    """A notice for one person; what it says is composed when it is sent. `duty`: what is owed."""

    to: Account
    notice: str
    duty: str


@dataclass(frozen=True, slots=True)
class AskAgain:
    """What somebody said in a place and we could not read; composed when it is sent."""

    to: Account
    place: Place


Deliverable = Send | Amend | Withdraw | Whisper | Mark | Upload | OpenForm | ShowHome | Publish
Effect = Deliverable | Remind | Digest | Announce | AskAgain


def doubt(effect: Effect) -> Doubt:
    """What to do about an effect that perhaps arrived, where nothing can be looked up."""
    match effect:
        case OpenForm():
            return "lose"
        case Amend() | Withdraw() | Mark() | ShowHome():
            return "repeat"
        case Whisper() | Send() | Upload() | Publish():
            return "look"
        case Remind() | Digest() | Announce() | AskAgain():
            return "look"
