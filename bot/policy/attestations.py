"""What people confirm from time to time: of which account, password, network; and when they are
asked. Policy 4.1.1, 4.1.2, 4.3.2.

Never all on one day: whoever still has to be asked in a period is spread over the days left of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

MONTHS = 12  # a year's
MARKS = ("remote", "travelling")  # kinds of time in the directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """`every` so many months or, where that is 0, after days that are marked as one of `on`."""

    id: str
    clause: str
    every: int
    on: tuple[str, ...] = ()
    audience: tuple[str, ...] = ("all",)
    within: timedelta  # working time
    text: Mapping[str, str] = field(default_factory=dict)  # by language; empty: our own words

    def __hash__(self) -> int:
        return hash(self.id)


def window(day: date, months: int) -> tuple[date, date]:
    """The period a day lies in: its first day, and the day after its last."""
    index = (day.year * MONTHS + day.month - 1) // months * months
    return _month(index), _month(index + months)


def _month(index: int) -> date:
    return date(index // MONTHS, index % MONTHS + 1, 1)


def turn(company: str, attestation: str, person: str) -> bytes:
    """Whose turn comes first: the same in every period, so that a year lies between two."""
    return sha256("\0".join((company, attestation, person)).encode()).digest()


def today(waiting: Sequence[str], here: Collection[str], days: int) -> tuple[str, ...]:
    """Who is asked today, of those not asked yet in this period, in the order of their turns.

    `here`: who is at work. `days`: working days left, today included.
    """
    count = -(-len(waiting) // max(days, 1))
    return tuple(each for each in waiting if each in here)[:count]


def unattested(marked: Iterable[date], asked: date | None, day: date) -> tuple[date, ...]:
    """The marked days that somebody is to answer for now, in one go.

    Once they are back at their desk, or on the first day of another week.
    """
    known = set(marked)
    past = tuple(sorted(each for each in known if each < day and (asked is None or each >= asked)))
    if not past or (day in known and past[-1].isocalendar()[:2] == day.isocalendar()[:2]):
        return ()
    return past
