"""Reads what a workbook needs from the store: everything at one moment, for one reader. Policy 5.2.

Each part that has rules of its own is read by a module beside this one.
"""

from dataclasses import replace
from datetime import datetime

from bot.command import Refusal
from bot.gathering import exemptions, listed, violations, watching
from bot.gathering.assessment import Whose, assessed
from bot.gathering.changing import changes
from bot.gathering.covering import covered
from bot.gathering.owed import Owed
from bot.gathering.sources import quality
from bot.policy import periods
from bot.policy.assessment import Assessment
from bot.policy.people import Directory
from bot.report import Material, Wanted, headed, why_not
from bot.store import Transaction
from bot.store.reporting import Reporting
from bot.store.scope import Scope


def gather(tx: Transaction, wanted: Wanted) -> Material:
    """All that `wanted` needs, from one reading of the store. Raises Refusal."""
    directory = tx.people.snapshot().directory
    person = directory.people[wanted.person]
    if why := why_not(wanted.edition, person, directory):
        raise Refusal(why)

    begun = _begun(tx, wanted)
    owed = Owed(tx, person, begun.scope)
    counted = _counted(tx, begun, owed)
    material = _around(tx, _listed(tx, counted))
    return replace(material, past=tuple(owed.past(wanted, material)))


def _begun(tx: Transaction, wanted: Wanted) -> Material:
    """For whom it is, of when, and by which rules; nothing of what happened."""
    shot, book, now = tx.people.snapshot(), tx.policies.current(), tx.clock.now()
    return Material(
        wanted=wanted,
        company=tx.rows.company,
        report=tx.clock.new_id(),
        made_at=wanted.earlier.closed_at if wanted.earlier else now,
        written_at=now if wanted.earlier else None,
        directory=shot.directory,
        calendars={name: tx.policies.calendar(name, book) for name in book.calendars},
        rulebook=book,
        scope=scope_of(wanted, shot.directory),
        rooms=len(shot.places),
        salt=tx.clock.random(32),
    )


def _counted(tx: Transaction, begun: Material, owed: Owed) -> Material:
    """With what its figures are counted from, of this period and the one before."""
    span = _span(begun)
    duties = owed.duties(*span)
    return replace(
        begun,
        duties=duties,
        requests=owed.requests(*span),
        nudges=owed.nudges(*span, begun.made_at, duties),
        gaps=tuple(Reporting(tx.rows).gaps(begun.period.start, begun.period.end)),
    )


def _listed(tx: Transaction, counted: Material) -> Material:
    """With what is listed line by line."""
    wanted, scope, span = counted.wanted, counted.scope, _span(counted)
    return replace(
        counted,
        findings=listed.findings(tx, *span, scope),
        particulars=listed.particulars(tx, *span, scope, counted.duties),
        violations=violations.read(tx, wanted, scope),
        brought=violations.brought(tx, wanted.period.start, wanted.period.end, scope),
        exempted=exemptions.read(tx, wanted, scope),
        changes=changes(tx, wanted, scope),
        assessment=_assessment(tx, wanted, scope),
    )


def _around(tx: Transaction, made: Material) -> Material:
    """With how it was watched over, and how much of it could be seen."""
    wanted, start, end = made.wanted, made.period.start, made.period.end
    lines = watching.lines(tx, wanted)
    return replace(
        made,
        unreadable=tx.unreadable.counted(start, end),
        covered=covered(tx, start, end),
        reported=lines,
        watched=watching.read(tx, wanted, lines, made.made_at),
        quality=quality(tx, wanted, made.gaps),
    )


def _span(material: Material) -> tuple[datetime, datetime]:
    """From the beginning of the period before."""
    return periods.previous(material.period).start, material.period.end


def _assessment(tx: Transaction, wanted: Wanted, scope: Scope) -> Assessment | None:
    """Nothing of it is for the board: nobody's score is an average."""
    if wanted.edition == "board":
        return None
    return assessed(tx, wanted.period, Whose(scope, own=wanted.edition == "mine"))


def scope_of(wanted: Wanted, directory: Directory) -> Scope:
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
