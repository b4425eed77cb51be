"""Reads what was owed, asked for and said about it, as far as a reader may know of it. Policy 5.2.

What concerns a head themselves, or who leads them, is kept from them though their people owe it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from bot.handlers import deeds
from bot.policy import periods
from bot.policy.approvals import Request
from bot.policy.duties import Duty
from bot.policy.figures import Nudge
from bot.policy.people import Person
from bot.report import Material, Point, Wanted
from bot.store import Transaction
from bot.store.reporting import Reporting
from bot.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Owed:
    """`scope`: by whom; None: by everybody."""

    tx: Transaction
    reader: Person
    scope: Scope

    @property
    def rows(self) -> Reporting:
        return Reporting(self.tx.rows, self.scope)

    def duties(self, start: datetime, end: datetime) -> tuple[Duty, ...]:
        """In the order in which they arose."""
        return tuple(sorted(self.between(start, end), key=attrgetter("id")))

    def between(self, start: datetime, end: datetime) -> Iterator[Duty]:
        """As they come: of a year there may be too many to keep."""
        found = self.rows.duties(start, end)
        if self.scope is None:
            return found
        return (duty for duty in found if not deeds.kept_from(self.tx, duty, self.reader))

    def requests(self, start: datetime, end: datetime) -> tuple[Request, ...]:
        return tuple(self.rows.requests(start, end))

    def nudges(
        self, start: datetime, end: datetime, closes: datetime, duties: tuple[Duty, ...]
    ) -> tuple[Nudge, ...]:
        """Those known at `closes`: to whom it may concern, or about `duties`."""
        scope, known = self.scope, {duty.id: duty.id for duty in duties}
        return tuple(
            each
            for each in self.rows.nudges(start, end, known)
            if each.at <= closes and (scope is None or each.duty in known or each.person in scope)
        )

    def past(self, wanted: Wanted, material: Material) -> Iterator[Point]:
        """Of the periods before the one before: of their duties none is kept."""
        for each in periods.trend(wanted.period):
            if each.start < periods.previous(wanted.period).start:
                yield material.point(each, self.between(each.start, each.end))
