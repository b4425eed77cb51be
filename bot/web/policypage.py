"""The policy in force, clause by clause, with what shows that each is kept. Policy 5.1.2, 5.2.

The plain part is for everybody; figures and what the file says are for HR, auditors and IT.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.gathering.covering import covered
from bot.policy import periods
from bot.policy.changes import Changes, changes
from bot.policy.coverage import REACH, STANDINGS, Covered
from bot.policy.differing import Piece
from bot.policy.periods import NoPeriod, Period
from bot.store import Transaction
from bot.web.rolewords import NAMES
from bot.web.showing import View
from bot.web.site import Site
from bot.web.visitors import Visitor
from bot.words import Code, Quoted, Say, Value, say, seen

HERE = "/policy"
SEE_FIGURES = frozenset({"hr", "auditor", "it"})
CARRIED_OUT = say("● carried out")
PARTS_SHOWN = 20
TONES = {"runs": "good", "quiet": "plain", "gap": "bad"}


@dataclass(frozen=True, slots=True)
class Line:
    """A clause; `figures`: for whom may see them."""

    id: Code
    asks: Say
    does: Say
    owner: Say
    standing: Say
    tone: str
    figures: "Figures | None"


@dataclass(frozen=True, slots=True)
class Figures:
    controls: int
    example: Code | None
    evidence: int
    last: Value | None


class PolicyPage:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (Route(HERE, self.policy),)

    async def policy(self, request: Request) -> Response:
        wanted = request.query_params.get("period", "")
        return await self._site.show(request, lambda tx, one: policy(tx, one, wanted))


def policy(tx: Transaction, visitor: Visitor, wanted: str) -> View:
    """`wanted`: the period of the figures; this month where it names none."""
    sees, zone = bool(SEE_FIGURES & visitor.person.roles), tx.home().zone
    this = periods.current(tx.clock.now(), zone)
    period = _period(wanted, zone) or this
    found = covered(tx, period.start, period.end)
    later = periods.of(period.unit, period.end, zone)
    values = {
        "sees": sees,
        "about": _about(tx),
        "counts": _counts(found, sees=sees),
        "lines": [_line(each, sees=sees) for each in found],
        "changes": _changes(tx, sees=sees),
        "period": Code(period.label),
        "before": periods.previous(period).label,
        "after": later.label if later.start <= tx.clock.now() else "",
        "w": WORDS,
    }
    return View("policy.html", say("The policy"), HERE, values)


def _period(wanted: str, zone: str) -> Period | None:
    try:
        return periods.parse(wanted, zone) if wanted else None
    except NoPeriod:
        return None


def _about(tx: Transaction) -> Sequence[tuple[Say, Say | Value]]:
    """The version in force; who took it into force, as the machine knew them."""
    book, last = tx.policies.current(), tx.policies.latest(1)
    facts: list[tuple[Say, Say | Value]] = [
        (say("Called"), Quoted(book.name)),
        (say("Version"), Code(str(book.version)) if last else say("the one Duly came with")),
    ]
    if last:
        facts.append((say("In force since"), last[0].since))
        by = last[0].adopter
        facts.append((say("Adopted by"), Quoted(by) if by else say("not noted")))
    return facts


def _changes(tx: Transaction, *, sees: bool) -> Changes | None:
    """From the version before, or what the company laid over the default at first."""
    last = tx.policies.latest(2)
    if not last:
        return None
    found = changes(last[1].text if len(last) > 1 else "", last[0].text)
    pieces = tuple(Piece(each.change, seen(each.text)) for each in found.pieces if sees)
    return Changes(found.parts[:PARTS_SHOWN], pieces)


def _counts(found: Sequence[Covered], *, sees: bool) -> list[Say]:
    gaps = sum(each.standing == "gap" for each in found)
    all = len(found)
    told = [say("{count} of {all} clauses are carried out", count=all - gaps, all=all)]
    if sees:
        runs = sum(each.standing == "runs" for each in found)
        told.append(say("{count} with evidence in the period", count=runs))
    if gaps:
        told.append(say("{count} gaps", count=gaps))
    return told


def _line(each: Covered, *, sees: bool) -> Line:
    gap = each.standing == "gap"
    shown = STANDINGS[each.standing] if sees or gap else CARRIED_OUT
    return Line(
        id=Code(each.clause.id),
        asks=each.clause.asks,
        does=REACH[each.clause.reach],
        owner=NAMES[each.clause.owner],
        standing=shown,
        tone=TONES[each.standing] if sees else "bad" if gap else "good",
        figures=_figures(each) if sees else None,
    )


def _figures(each: Covered) -> Figures:
    example = Code(each.controls[0]) if each.controls else None
    return Figures(len(each.controls), example, each.traces.count, each.traces.last)


WORDS = {
    "in_force": say("The policy in force"),
    "changed": say("What changed with this version"),
    "changed_parts": say("Parts of the file that changed:"),
    "only_words": say("Nothing but remarks or spaces changed."),
    "clauses": say("Clause by clause"),
    "clause": say("Clause"),
    "asks": say("What it asks"),
    "does": say("What Duly does"),
    "owner": say("Answers for it"),
    "status": say("Status"),
    "controls": say("Controls"),
    "evidence": say("Evidence"),
    "last": say("Last"),
    "period": say("Evidence of"),
    "plain": say("Controls are parts of Duly that say they carry a clause out."),
}
