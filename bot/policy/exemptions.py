"""Who was let off, why, by whom, and how often: exemptions and appeals. Policy 5.1.2, 5.2.2.

Whoever exempts more than others do is seen here; the reason is one of a list, never words.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.duties import Duty
from bot.policy.figures import Rate, Share, share

Reason = Literal[
    "not needed",  # says who waits for it, or who leads
    "silence",  # who owes it said so, and who waits did not object
    "asker silent",
    "left",
    "recalled",
    "changed",
    "another",
    "away",
    "unseen",
    "exception",
    "leave",  # granted when it had begun
    "appeal",
    "other",
]
REASONS: tuple[Reason, ...] = (
    *("not needed", "silence", "asker silent", "left", "recalled", "changed", "another"),
    *("away", "unseen", "exception", "leave", "appeal", "other"),
)
ENDINGS: Mapping[str, Reason] = {  # how a duty ended, as it is kept
    "by": "not needed",
    "silence": "silence",
    "asker silent": "asker silent",
    "left": "left",
    "recalled": "recalled",
    "edited": "changed",
    "deleted": "changed",
    "amended": "changed",
    "parent": "changed",
    "emergency": "changed",
    "another": "another",
    "away": "away",
    "gap": "unseen",
}
LET_OFF = ("dropped", "excused")
ENOUGH = 20  # duties, before somebody's rate is held against the mean
Outcome = Literal["granted", "refused", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`number`: of the duty, the request or the finding, and may be 0. `by`: None is a rule."""

    number: int
    reason: Reason
    person: str | None  # who is let off, or appeals
    by: str | None
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Leave that was granted after its first day had begun."""

    number: int  # of the request
    person: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """Another look at a finding was asked for. `final`: nobody looks at the finding any more."""

    number: int  # of the finding
    person: str
    at: datetime
    by: str | None = None
    decided_at: datetime | None = None
    again: bool = False  # it was opened again
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempted:
    """What is read for it, of both periods, as far as its reader may see it."""

    late: tuple[Late, ...] = ()
    appeals: tuple[Appeal, ...] = ()


def why(duty: Duty) -> Reason:
    """By how it ended; what nobody foresaw is `other`, and never printed as it stands there."""
    return ENDINGS.get(duty.how.partition(":")[0], "other")


def granter(duty: Duty) -> str | None:
    """Who let somebody off; None: a rule did."""
    kind, _, person = duty.how.partition(":")
    if kind == "by":
        return person or None
    return duty.owed_to if kind == "silence" else None


def of_duty(duty: Duty) -> Item:
    return Item(
        number=duty.number,
        reason=why(duty),
        person=duty.owed_by,
        by=granter(duty),
        at=duty.closed or duty.due,
        outcome="granted",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantor:
    """`could`: duties of the period that they could have let somebody off. `most`: to one."""

    person: str
    granted: int
    could: int
    people: int
    most: int
    exceptions: int
    asked: int  # of exceptions that they decided
    again: int  # appeals that they found right
    appeals: int  # … and those they decided

    @property
    def rate(self) -> Share:
        return share(self.granted, self.could)


def let_off(duties: Iterable[Duty]) -> list[Duty]:
    """Those that count as an exemption: what was passed on is still owed, by somebody else."""
    return [duty for duty in duties if duty.state in LET_OFF]


def grantors(
    duties: Iterable[Duty],
    others: Iterable[Item],
    above: Callable[[str | None], Iterable[str]],
) -> tuple[tuple[Grantor, ...], Share]:
    """Who let somebody off, decided on an exception or an appeal; and the mean of them all.

    `duties`: due in the period, in any state; `above`: who leads a person. The mean: of all these
    duties, how many somebody let off.
    """
    could, granted = Counter[str](), defaultdict[str, Counter[str]](Counter)
    known = list(duties)
    for duty in known:
        own = {*above(duty.owed_by), *((duty.owed_to,) if duty.owed_to else ())} - {duty.owed_by}
        by = granter(duty) if duty.state in LET_OFF else None
        could.update(own | {by} if by else own)
        if by is not None:
            granted[by][duty.owed_by or ""] += 1
    tally = _decided(others)
    mean = share(sum(each.total() for each in granted.values()), len(known))
    people = sorted({*granted, *(person for person, _, _ in tally)})
    return tuple(_line(each, granted[each], could[each], tally) for each in people), mean


Tally = Counter[tuple[str, Reason, Outcome]]


def _decided(items: Iterable[Item]) -> Tally:
    wanted = ("exception", "appeal")
    return Counter(
        (each.by, each.reason, each.outcome)
        for each in items
        if each.by and each.reason in wanted and each.outcome != "open"
    )


def _line(person: str, granted: Counter[str], could: int, tally: Tally) -> Grantor:
    exceptions, again = tally[person, "exception", "granted"], tally[person, "appeal", "granted"]
    return Grantor(
        person=person,
        granted=granted.total(),
        could=could,
        people=len(granted),
        most=max(granted.values(), default=0),
        exceptions=exceptions,
        asked=exceptions + tally[person, "exception", "refused"],
        again=again,
        appeals=again + tally[person, "appeal", "refused"],
    )


def unusual(rate: Share, mean: Share) -> bool | None:
    """More than the others, and by more than chance explains; None: too few to tell."""
    if not isinstance(rate, Rate) or not isinstance(mean, Rate) or rate.n < ENOUGH:
        return None
    return rate.of_one > mean.of_one and rate.low > mean.of_one  # not both 0, but for rounding
