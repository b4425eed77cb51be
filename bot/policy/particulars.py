"""What a report lists line by line beside duties: promises, approval steps, notices, meetings.

Policy 2.2.1-reply, 3.2, 3.2.2, 2.2.2-minutes. Nobody's words, but for the titles of notices.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.policy import seats
from bot.policy.hours import Interval

How = Literal["said", "typed", "taken over"]
NOTHING = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledged:
    """A time that was named for an answer; `last`: the one that counts."""

    duty: str
    made_at: datetime
    until: datetime
    by: str
    how: How
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """One approver's place on a step of a request, with the duty to decide."""

    request: str
    number: int  # of the request
    kind: str
    class_name: str
    requester: str
    round: int
    step: int
    person: str
    added_by: str | None
    given_by: str | None
    state: seats.State
    decided_by: str | None
    decided_at: datetime | None
    entered: datetime
    due: datetime
    urged: int  # how often, the whole request


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How somebody stands to a notice. `state` is that of what they owe; None: nothing."""

    person: str
    carried: bool  # they had confirmed the version before; that is enough
    left_at: datetime | None
    state: str | None
    due: datetime | None
    closed: datetime | None
    tries: int
    right_first: bool
    nudged: int

    def confirmed_by(self, at: datetime) -> bool:
        """Whether they had said by then that they understood it."""
        return self.state == "done" and self.closed is not None and self.closed <= at

    @property
    def closed_before_due(self) -> bool:
        return self.closed is not None and self.due is not None and self.closed <= self.due

    @property
    def counted(self) -> bool:
        """Not who left its audience, was away the whole time, or had confirmed before. K13."""
        gone = self.left_at is not None and (self.due is None or self.left_at < self.due)
        return not (self.carried or gone or self.state in (None, "dropped", "excused", "passed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One version of a notice, or of a message that is followed up."""

    number: int
    version: int
    kind: Literal["notice", "message"]
    title: str  # empty where it would be somebody's words
    author: str
    request: int | None  # the number of the request it was approved by
    asks: bool  # it has a check question
    published_at: datetime
    readers: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A meeting that was held, and what became of its minutes."""

    number: int
    organiser: str
    start: datetime
    end: datetime
    booked_at: datetime
    minuted_at: datetime | None  # the first version
    minutes_due: datetime | None
    versions: int
    invited: tuple[str, ...]
    attended: int | None  # the organiser's word; None: not said
    explicit: int  # participants who confirmed in words; their last word counts
    silent: int
    objected: int
    waiting: int
    actions: int
    open_actions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """All of them in a stretch of time, as far as its reader may see them."""

    pledged: tuple[Pledged, ...] = ()
    seated: tuple[Seated, ...] = ()
    posted: tuple[Posted, ...] = ()
    met: tuple[Met, ...] = ()
    released: tuple[tuple[str, datetime], ...] = ()  # who posted something as approved, and when
    said: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # by class, and its own class
    returned: Mapping[str, tuple[Interval, ...]] | None = None  # when a request lay with its asker

    def with_asker(self, request: str) -> Sequence[Interval]:
        """When a request lay with who had asked, to be put right. K9."""
        return (self.returned or {}).get(request, ())


def intervals(deeds: Iterable[tuple[str, datetime]], closes: datetime) -> tuple[Interval, ...]:
    """From each return until the next word of who had asked; `deeds` in order of time."""
    found, since = [], None
    for deed, at in deeds:
        if deed == "return":
            since = at if since is None else since
        elif since is not None:
            found.append(Interval(since, at))
            since = None
    if since is not None and since < closes:
        found.append(Interval(since, closes))
    return tuple(found)
