"""Reads what became of samples, IT's days, the archive and reports in a period. Policy 5.1, 3.3.

Heads read of the samples of their own departments, but not whether a second reader agreed with
them; nobody else but HR, the board and auditors reads any of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from bot.handlers import counting, disposing, signing
from bot.handlers.disposing import PastTerm
from bot.policy import periods, reported
from bot.policy.figures import cutoff
from bot.policy.oversight import Archive, Check, Day, Kept, Sampled, Unseen, Watched
from bot.policy.periods import Period
from bot.policy.reported import Line
from bot.report import Edition, Wanted, headed
from bot.store import Transaction
from bot.store.oversight import source_of
from bot.store.reporting import Reporting
from bot.store.rings import KeysAway
from bot.store.sampled import Sampling

ALL: tuple[Edition, ...] = ("hr", "board", "audit")
FEW = 20_000  # records that are looked through while a report is made
DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Watching:
    """`lines`: of the reporting channel. `check`: the last look through the whole archive."""

    tx: Transaction
    wanted: Wanted
    lines: tuple[Line, ...]
    check: Check | None

    def read(self, period: Period, closes: datetime) -> Watched:
        """Of one period, as it was known at `closes`."""
        edition = self.wanted.edition
        if edition == "mine":
            return Watched()
        found = Watched(samples=self._samples(period, closes), days=self._days(period, closes))
        if edition not in ALL:
            return found
        told = reported.acknowledged(self.lines, period)
        return replace(found, archive=self._archive(period, closes), told=told)

    def _samples(self, period: Period, closes: datetime) -> tuple[Sampled, ...]:
        found = Sampling(self.tx.rows).read(period.start, min(period.end, closes), closes)
        if self.wanted.edition in ALL:
            return tuple(found)
        own = headed(self.wanted.person, self.tx.people.snapshot().directory)
        return tuple(replace(each, pairs=()) for each in found if each.department in own)

    def _days(self, period: Period, closes: datetime) -> tuple[Day, ...]:
        """Those that are over."""
        zone = ZoneInfo(period.zone)
        end: date = min(period.end, closes).astimezone(zone).date()
        return signing.days(self.tx, period.first, end)

    # The archive

    def _archive(self, period: Period, closes: datetime) -> Archive:
        tx, now = self.tx, period == self.wanted.period
        check = self.check
        before = check.before if check and check.holds else ""
        end = min(period.end, closes)
        archived = tx.oversight.archived(period.start, end, before)
        past = disposing.past_term(tx, period.start, end) if now else {}
        stored = tx.expiring.by_class() if now else {}
        names = dict.fromkeys((*tx.policies.current().classes, *archived, *past))
        none = PastTerm()
        classes = {
            name: Kept(
                *archived.get(name, (0, 0)),
                stored=stored.get(name, 0),
                due=past.get(name, none).left,
                held=past.get(name, none).held,
                disposed=past.get(name, none).disposed,
            )
            for name in names
        }
        rooms = self._rooms() if now else {}
        return Archive(
            classes=classes,
            unread=tx.oversight.unread(period.start, end).total(),
            unhandled=tx.oversight.unhandled(period.start, end).total(),
            rooms=len(rooms),
            unseen=self._unseen(rooms, end),
            check=check,
        )

    def _rooms(self) -> dict[str, str]:
        """Their names: those in use, and more than a chat of two."""
        places = self.tx.people.snapshot().places
        return {
            "/".join(key): str(row.name)
            for key, row in places.items()
            if not row.archived and row.kind != DIRECT
        }

    def _unseen(self, rooms: Mapping[str, str], at: datetime) -> tuple[Unseen, ...]:
        """At that moment."""
        instant = timedelta(microseconds=1)
        found = Reporting(self.tx.rows).gaps(at - instant, at)
        since: dict[str, datetime] = {}
        for place, start, until in sorted(found):
            if place in rooms and until >= at:
                since.setdefault(place, start)
        return tuple(
            Unseen(source_of(place), rooms[place], start) for place, start in since.items()
        )


def _check(tx: Transaction) -> Check | None:
    """The last look through all there is; a small archive is looked through now."""
    if tx.oversight.size() <= FEW:
        return _look(tx)
    found = tx.oversight.check()
    return found and replace(found, head=_head(tx, found.checkpoint))


def _look(tx: Transaction) -> Check | None:
    last, records, broken = tx.checkpoints.last(), 0, 0
    try:
        for step in chain(tx.verifying.steps(), tx.disposed.verify()):
            if isinstance(step, int):
                records = step
            else:
                broken += 1
    except KeysAway:
        return None
    number = last.number if last else 0
    now, id = tx.clock.now(), tx.clock.new_id()
    return Check(now, records, broken, number, head=_head(tx, number), before=id)


def _head(tx: Transaction, number: int) -> str:
    found = tx.checkpoints.get(number) if number else None
    return found.hash.hex() if found else ""


def read(
    tx: Transaction, wanted: Wanted, lines: tuple[Line, ...], closes: datetime
) -> Mapping[str, Watched]:
    """Of the period and the one before it, by label; `closes`: when the books of this one do."""
    check = _check(tx) if wanted.edition in ALL else None  # once: it may read the whole archive
    watch = Watching(tx, wanted, lines, check)
    both = periods.previous(wanted.period), wanted.period
    return {each.label: watch.read(each, cutoff(each, wanted.period, closes)) for each in both}


def lines(tx: Transaction, wanted: Wanted) -> tuple[Line, ...]:
    """Of the reporting channel, for whom they are."""
    return counting.until(tx, wanted.period) if wanted.edition in ALL else ()
