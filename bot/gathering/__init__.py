"""Reads what a workbook needs from the store: everything at one moment, for one reader. Policy 5.2.

Each part that has rules of its own is read by a module beside this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.command import Refusal
from bot.gathering import exemptions, violations, watching
from bot.gathering.assessment import Whose, assessed
from bot.gathering.changing import changes
from bot.gathering.covering import covered
from bot.gathering.sources import quality
from bot.gathering.watching import Watching
from bot.handlers import deeds
from bot.policy import figures, periods
from bot.policy.assessment import Assessment
from bot.policy.duties import Duty
from bot.policy.particulars import Particulars
from bot.policy.people import Directory, Person
from bot.report import Material, Wanted, headed, why_not
from bot.store import Transaction
from bot.store.particulars import ParticularRows
from bot.store.reporting import Reporting


def gather(tx: Transaction, wanted: Wanted) -> Material:
    """All that `wanted` needs, from one reading of the store. Raises Refusal."""
    shot, book = tx.people.snapshot(), tx.policies.current()
    person = shot.directory.people[wanted.person]
    if why := why_not(wanted.edition, person, shot.directory):
        raise Refusal(why)

    scope = scope_of(wanted, shot.directory)
    before = periods.previous(wanted.period)
    start, end = before.start, wanted.period.end
    rows, bounds = Reporting(tx.rows), (wanted.period.start, wanted.period.end)
    owed = Owed(tx, rows, person, scope)
    duties = tuple(owed.between(start, end))
    ours = {duty.id for duty in duties}
    earlier, now = wanted.earlier, tx.clock.now()
    closes = earlier.closed_at if earlier else now
    gaps, lines = tuple(rows.gaps(*bounds)), watching.lines(tx, wanted)
    watch = Watching(tx, wanted, lines)
    material = Material(
        wanted=wanted,
        company=tx.rows.company,
        report=tx.clock.new_id(),
        made_at=closes,
        directory=shot.directory,
        calendars={name: tx.policies.calendar(name, book) for name in book.calendars},
        rulebook=book,
        scope=scope,
        duties=duties,
        requests=tuple(
            r for r in rows.requests(start, end) if scope is None or r.requester in scope
        ),
        nudges=tuple(
            n
            for n in rows.nudges(start, end)
            if n.at <= closes and (scope is None or n.duty in ours or n.person in scope)
        ),
        gaps=gaps,
        rooms=len(shot.places),
        unreadable=tx.unreadable.counted(wanted.period.start, wanted.period.end),
        findings=tuple(
            each
            for each in tx.findings.between(start, end)
            if each.told and (scope is None or (each.person in scope and each.state == "settled"))
        ),
        covered=covered(tx, *bounds),
        violations=violations.read(tx, wanted, scope),
        brought=violations.brought(tx, *bounds, scope),
        exempted=exemptions.read(tx, wanted, scope),
        particulars=_within(ParticularRows(tx.rows, start, end).read(), scope, ours),
        watched={
            each.label: watch.read(each, figures.cutoff(each, wanted.period, closes))
            for each in (before, wanted.period)
        },
        reported=lines,
        quality=quality(tx, wanted, gaps),
        changes=changes(tx, wanted, scope),
        assessment=_assessment(tx, wanted, scope),
        salt=tx.clock.random(32),
        written_at=now if earlier else None,
    )
    past = (each for each in periods.trend(wanted.period) if each.start < start)
    points = (material.point(each, owed.between(each.start, each.end)) for each in past)
    return replace(material, past=tuple(points))


@dataclass(frozen=True, slots=True)
class Owed:
    """The duties that a reader may know of. `scope`: by whom; None: by everybody."""

    tx: Transaction
    rows: Reporting
    reader: Person
    scope: frozenset[str] | None

    def between(self, start: datetime, end: datetime) -> Iterator[Duty]:
        """As they come: of a year there may be too many to keep."""
        return (duty for duty in self.rows.duties(start, end) if self._seen(duty))

    def _seen(self, duty: Duty) -> bool:
        if self.scope is None:
            return True
        return duty.owed_by in self.scope and not deeds.kept_from(self.tx, duty, self.reader)


def _within(found: Particulars, scope: frozenset[str] | None, ours: set[str]) -> Particulars:
    """What somebody may read of it: of whom they lead, or their own."""
    if scope is None:
        return found
    return replace(
        found,
        pledged=tuple(each for each in found.pledged if each.duty in ours),
        seated=tuple(each for each in found.seated if each.person in scope),
        posted=tuple(
            replace(each, readers=mine)
            for each in found.posted
            if (mine := tuple(one for one in each.readers if one.person in scope))
            or each.author in scope
        ),
        met=tuple(each for each in found.met if each.organiser in scope),
        released=tuple(each for each in found.released if each[0] in scope),
    )


def _assessment(tx: Transaction, wanted: Wanted, scope: frozenset[str] | None) -> Assessment | None:
    """Nothing of it is for the board: nobody's score is an average."""
    if wanted.edition == "board":
        return None
    return assessed(tx, wanted.period, Whose(scope, own=wanted.edition == "mine"))


def scope_of(wanted: Wanted, directory: Directory) -> frozenset[str] | None:
    """Whose figures it is made of; None: everybody's. Nobody reads those of who leads them."""
    match wanted.edition:
        case "mine":
            return frozenset({wanted.person})
        case "head":
            units, reader = headed(wanted.person, directory), directory.people[wanted.person]
            above = {boss.id for boss in directory.above(reader)}
            people = directory.people.values()
            return frozenset(each.id for each in people if each.department in units) - above
        case _:
            return None
