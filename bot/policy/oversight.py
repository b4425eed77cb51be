"""What is counted of those who look: samples, IT's days, the archive. Policy 5.1.1, 5.1.2, 3.3.

K19 to K21, K23 and K24, of one period each. Too little is a value of its own, never a number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from operator import add

from bot.policy import sampling
from bot.policy.figures import Share, share
from bot.policy.sampling import Agreement, Coverage, Verdict

Pair = tuple[Verdict, Verdict]  # of one message: what the first said, and the second


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A sample that was drawn in the period, and what was made of it by its cut-off."""

    department: str
    period: str  # what it was drawn from: a week, a month, a quarter
    drawn_at: datetime
    population: int
    planned: int
    reviewed: int
    findings: int
    pairs: tuple[Pair, ...] = ()

    @property
    def coverage(self) -> Coverage:
        return Coverage(self.reviewed, self.planned, self.population)


@dataclass(frozen=True, slots=True)
class Day:
    """A working day that IT was to sign. `name`: 2026-03-02."""

    name: str
    begins: datetime
    signed: bool  # on that very day


@dataclass(frozen=True, slots=True)
class Check:
    """A look through the whole archive. `checkpoint`: the number of the last one it knew."""

    at: datetime
    records: int
    broken: int
    checkpoint: int
    head: str = ""  # the hash of that checkpoint, in hex
    before: str = ""  # ids below it were looked at

    @property
    def holds(self) -> bool:
        return not self.broken


@dataclass(frozen=True, slots=True)
class Kept:
    """Messages of one class: what was said in the period, and what is past its term now."""

    archived: int = 0
    verified: int = 0
    stored: int = 0  # of all times, and still there
    due: int = 0  # past their term, and no hold keeps them
    held: int = 0  # past their term, and a hold keeps them
    disposed: int = 0  # in the period, by certificate

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class Unseen:
    """A room that we do not see. `source`: platform/realm. `since`: from when on."""

    source: str
    room: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Archive:
    """`unread`, `unhandled`: what adapters saw in the period and nobody could keep."""

    classes: Mapping[str, Kept] = field(default_factory=dict)
    unread: int = 0
    unhandled: int = 0
    rooms: int = 0
    unseen: tuple[Unseen, ...] = ()
    check: Check | None = None

    @property
    def archived(self) -> int:
        return sum(each.archived for each in self.classes.values())

    @property
    def expected(self) -> int:
        return self.archived + self.unread + self.unhandled


@dataclass(frozen=True, slots=True)
class Watched:
    """All of it that its reader may see, of one period."""

    samples: tuple[Sampled, ...] = ()
    days: tuple[Day, ...] = ()
    archive: Archive = field(default_factory=Archive)
    told: Share = field(default_factory=lambda: share(0, 0))  # K22


def covered(samples: Iterable[Sampled]) -> Coverage:
    """K19: a message counts as looked at once somebody has said what it is."""
    return sum((each.coverage for each in samples), Coverage(0, 0, 0))


def agreed(samples: Iterable[Sampled]) -> Agreement:
    """K20: of all that two have judged."""
    return sampling.agreement([pair for each in samples for pair in each.pairs])


def signed(days: Sequence[Day]) -> Share:
    """K21: on how many working days IT signed that very day."""
    return share(sum(day.signed for day in days), len(days))


def by_month(days: Iterable[Day]) -> Mapping[str, Sequence[Day]]:
    """In the order they come in; months as 2026-03."""
    found: dict[str, list[Day]] = {}
    for day in days:
        found.setdefault(day.name[:7], []).append(day)
    return found


def proved(archive: Archive) -> Share:
    """K23: kept, and found unchanged by the last look through all, of what adapters saw."""
    return share(sum(each.verified for each in archive.classes.values()), archive.expected)


def seen(archive: Archive) -> Share:
    """K23: rooms that we see, of those we know."""
    return share(archive.rooms - len(archive.unseen), archive.rooms)


def disposed(archive: Archive) -> Share:
    """K24: gone by certificate, of what was past its term and no hold has kept."""
    total = Counter[str]()
    for each in archive.classes.values():
        total.update(gone=each.disposed, left=each.due)
    return share(total["gone"], total["gone"] + total["left"])
