"""The company's policy as values: what a policy file says, once it was found free of mistakes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from bot.policy.hours import Calendar

CLASSES = ("work", "notice", "material", "personal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One of the four classes of information. Policy 3.1, 3.3.1."""

    name: str
    clause: str
    keep_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    name: str
    class_name: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How important something is: how long it may take (working time), and its ladder."""

    name: str
    clause: str
    within: timedelta
    remind_at: int  # per cent of `within`; 0: no nudge before it is due
    remind_due: bool
    manager_after: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What makes a message worth chasing: all that is named must hold."""

    id: str
    clause: str
    level: str
    asks: bool = False
    addressed: bool = False
    channels: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()  # roles
    words: tuple[str, ...] = ()
    partner: bool = False  # an outsider is waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    clause: str
    level: str
    emoji: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    emoji: frozenset[str]
    sure: float
    asks_sure: float
    bursts: bool  # several asks in a row are one


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudges:
    clause: str
    per_day: int
    digest_at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who decides on a kind of request, step by step. Policy 3.2."""

    kind: str
    clause: str
    level: str
    steps: tuple[str, ...]
    class_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    version: int
    name: str
    zone: str
    language: str
    calendars: Mapping[str, Calendar]
    classes: Mapping[str, Class]
    channels: Mapping[str, Channel]
    levels: Mapping[str, Level]
    marks: Marks
    rules: tuple[Rule, ...]
    answers: Answers
    longest_promise: timedelta
    promise_clause: str
    nudges: Nudges
    routes: Mapping[str, Route]
    keep_bodies: timedelta
    targets: Mapping[str, int]

    def channel(self, name: str) -> Channel:
        return self.channels.get(name, self.channels["default"])

    @property
    def bursts(self) -> bool:
        return self.answers.bursts

    def calendar(self, name: str) -> Calendar:
        return self.calendars.get(name, self.calendars["office"])
