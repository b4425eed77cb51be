"""How long what was said is kept, by class and importance, and when a month of it is due. 3.3.1.

A period that a policy has promised is not shortened behind anybody's back: what was said while it
was in force is kept that long, unless the policy says in so many words that a shorter one counts
back; then the list of what is to be disposed of says so, too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.policy.rulebook import Rulebook

SHAPE = re.compile(
    r"(?P<class>[a-z]+)(?P<important>!?)/(?P<year>\d{4})-(?P<month>\d\d)(\+(?P<part>\d+))?"
)
YEAR = 12  # months
LAST = 9999  # year


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """What was said of one class in one month (UTC), important or not: it is disposed of as one."""

    year: int
    month: int
    class_name: str
    important: bool = False

    @property
    def name(self) -> str:
        mark = "!" if self.important else ""
        return f"{self.class_name}{mark}/{self.year:04}-{self.month:02}"

    @property
    def start(self) -> datetime:
        return _first(self.year, self.month)

    @property
    def end(self) -> datetime:
        return self.after(0)

    def after(self, months: int) -> datetime:
        """When so many months have passed since its end; never, where no calendar goes so far."""
        year, month = divmod(self.year * YEAR + self.month + months, YEAR)
        return _first(year, month + 1) if year <= LAST else datetime.max.replace(tzinfo=UTC)


def _first(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def month_of(class_name: str, at: datetime, *, important: bool) -> Month:
    there = at.astimezone(UTC)
    return Month(there.year, there.month, class_name, important)


def month_named(ring: str) -> Month | None:
    """What lies under a key of that name. What comes late has one of its own: work/2026-11+2.

    None for a key of another kind: of what is held, or kept because it is still needed.
    """
    found = SHAPE.fullmatch(ring)
    if found is None or not 1 <= int(found["month"]) <= YEAR:
        return None
    return Month(int(found["year"]), int(found["month"]), found["class"], bool(found["important"]))


@dataclass(frozen=True, slots=True)
class Version:
    """A policy, and since when it is in force."""

    since: datetime
    book: Rulebook


@dataclass(frozen=True, slots=True)
class Term:
    """For how many months it is kept; `promised`: what an older policy said, where that is more."""

    months: int
    promised: int | None = None


def months_by(book: Rulebook, month: Month) -> int:
    """What one policy says; a class it does not know is kept as long as the longest."""
    named = book.classes.get(month.class_name)
    asked = (named,) if named else book.classes.values()
    return max(each.important_months if month.important else each.keep_months for each in asked)


def term(month: Month, versions: Sequence[Version]) -> Term:
    """The longest of what was promised since it began; `versions`: in order of time, one or more.

    Before there was a policy, what the first one says.
    """
    now = months_by(versions[-1].book, month)
    longest = max(months_by(each.book, month) for each in _since(month.start, versions))
    if versions[-1].book.retention.counts_back:
        return Term(now, longest if longest > now else None)
    return Term(longest)


def _since(start: datetime, versions: Sequence[Version]) -> Sequence[Version]:
    """Those in force then or later."""
    before = sum(each.since <= start for each in versions)
    return versions[max(before - 1, 0) :]


def due_at(month: Month, versions: Sequence[Version]) -> datetime:
    """From when on it may be disposed of: the end of its month, and its term after that."""
    return month.after(term(month, versions).months)


def is_due(month: Month, versions: Sequence[Version], now: datetime) -> bool:
    return due_at(month, versions) <= now
