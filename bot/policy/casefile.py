"""A case as it is kept: what was said in it is sealed to people, and no row says who reported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.reporting import Half, Outcome, State

PartKind = Literal["message", "file"]
REPORTER = "reporter"  # the side of a part that is nobody's on our staff …
STAFF = "staff"  # … and what who reported hears of the other side
ACKNOWLEDGE = "reporting.acknowledge"  # the rule of the duty to look at it …
ANSWER = "reporting.answer"  # … to answer what came after …
OUTCOME = "reporting.outcome"  # … and of the duty to bring it to an end


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A message or a file. `id` is made by who sealed it: the same again is the same."""

    id: str
    kind: PartKind
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A part as it is kept. `side`: REPORTER, or a person."""

    part: Part
    side: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A case's key, sealed to one holder; and a half of the key to who reported."""

    holder: str
    sealed: bytes
    half: Half = ""
    share: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who reported, sealed; its key in halves with the `Key`s, and whole to the recovery key."""

    body: bytes
    recovery: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it reaches the core: sealed at the edge, by whoever took it down."""

    case: str  # made by chance
    receipt: str
    code: bytes
    keys: tuple[Key, ...]
    recovery: bytes
    parts: tuple[Part, ...]
    print: str  # of the channel it was sealed for
    identity: Identity | None = None
    tell: tuple[str, ...] = ()  # keepers who may hear of it, where it is sealed to nobody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    number: int
    state: State
    outcome: Outcome
    owner: str | None
    at: datetime
    assessed_at: datetime | None
    closed_at: datetime | None
    receipt: str
    code: bytes
    recovery: bytes
    recovery_holder: str
    identity: bytes | None
    identity_recovery: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Somebody asks to see who reported; `share`: the other half, sealed to who asked."""

    number: int
    by: str
    holder: str
    why: bytes
    at: datetime
    agreed_by: str | None = None
    agreed_at: datetime | None = None
    share: bytes | None = None
