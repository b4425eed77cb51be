"""Sheet 23: the workbook recounts itself: what its sheets come to against what was stored. 5.2."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.policy import figures
from bot.policy.assessment import DIMENSIONS, NAMES
from bot.report import (
    EDITIONS,
    Area,
    Column,
    Formula,
    Kind,
    Layout,
    Material,
    Row,
    Sheet,
    Shown,
    Table,
)
from bot.words import Say, say
from reports import approvals, assessment, departments, individuals, meetings, responses, steps
from reports.assessment import LIVE, STORED

CLOSE = "0.000001"  # what is no difference


@dataclass(frozen=True, slots=True)
class Check:
    """What columns of a sheet come to, and what it is to be."""

    name: Say
    sheet: Sheet
    text: str
    columns: tuple[int, ...]
    stored: float


def build(material: Material) -> Layout:
    checks = tuple(_checks(material))
    return Layout(
        title=say("Checks"),
        shows=say("What the sheets come to, computed anew, against what was stored"),
        tables=(Table(columns=COLUMNS, rows=tuple(_rows(checks))),),
        notes=(LIVELY,),
        live=True,
    )


def _rows(checks: tuple[Check, ...]) -> Iterator[Row]:
    """The verdict on all of them first."""
    span = f"{AGREES}{{row+1}}:{AGREES}{{row+{len(checks)}}}"
    yield Shown(say("Everything agrees")), None, None, None, Formula(f"AND({span})")
    for each in checks:
        areas = tuple(Area(each.sheet.name, column) for column in each.columns)
        same = Formula(f"ABS(N({FOUND}{{row}})-N({WANTED}{{row}}))<{CLOSE}")
        kind: Kind = "whole" if isinstance(each.stored, int) else "decimal"
        live = Formula(each.text, each.stored, areas)
        yield each.name, each.sheet.name, Shown(live, kind), Shown(each.stored, kind), same


def _checks(material: Material) -> Iterator[Check]:
    for each in (*_of_duties(material), *_of_the_rest(material), *_of_assessment(material)):
        if material.edition in each.sheet.who:
            yield each


def _of_duties(material: Material) -> Iterator[Check]:
    facts, staff = material.now.facts, {each.id for each in material.staff}
    closes = figures.cutoff(material.period, material.period, material.made_at)
    listed = sum(d.due in material.period and d.due < closes for d in material.duties)
    on_time = sum(fact.punctual for fact in facts)
    answered = sum(fact.answered for fact in facts)
    sheet, kind, result = responses.SHEET, 1, 12
    yield Check(say("Rows"), sheet, "COUNTA({0})", (kind,), listed)
    marks = 'COUNTIF({0},"●*")', 'COUNTIF({0},"▲*")', 'COUNTIF({0},"■*")'
    yield Check(say("Duties counted"), sheet, "+".join(marks), (result,), len(facts))
    yield Check(say("On time"), sheet, marks[0], (result,), on_time)
    yield Check(say("Answered late"), sheet, marks[1], (result,), answered - on_time)
    yield Check(say("Not answered"), sheet, marks[2], (result,), len(facts) - answered)
    own = sum(fact.duty.owed_by in staff for fact in facts)
    yield Check(say("Rows"), individuals.SHEET, "COUNTA({0})", (0,), len(staff))
    yield Check(say("Duties counted"), individuals.SHEET, "SUM({0})", (3,), own)


def _of_the_rest(material: Material) -> Iterator[Check]:
    closes = figures.cutoff(material.period, material.period, material.made_at)
    asked = [each for each in material.requests if each.at in material.period and each.at < closes]
    due = [e for e in material.particulars.seated if e.due in material.period and e.due < closes]
    whole = "SUM({0})-MAX({0})"  # the last row is that of all together
    yield Check(say("People"), departments.SHEET, whole, (1,), len(material.staff))
    yield Check(say("Rows"), approvals.SHEET, "COUNTA({0})", (0,), len(asked))
    yield Check(say("Rows"), steps.SHEET, "COUNTA({0})", (0,), len(due))
    yield Check(say("Rows"), meetings.SHEET, "COUNTA({0})", (0,), len(material.now.met))


def _of_assessment(material: Material) -> Iterator[Check]:
    """Each total anew by the weights above it, and the weights against those of the policy."""
    found = material.assessment
    if found is None:
        return
    sheet = assessment.SHEET
    totals = [e.score.total for e in found.standings if e.score and e.score.total is not None]
    yield Check(say("Rows"), sheet, "COUNTA({0})", (0,), len(found.standings))
    yield Check(say("Totals that were computed"), sheet, "COUNT({0})", (LIVE,), len(totals))
    yield Check(say("Stored totals, added up"), sheet, "SUM({0})", (STORED,), sum(totals))
    apart = "SUMXMY2({0},{1})"
    yield Check(
        say("Totals against the stored, differences squared"), sheet, apart, (LIVE, STORED), 0
    )
    for name in DIMENSIONS:
        title = say("Weight: {name}", name=NAMES[name])
        yield Check(title, sheet, assessment.WEIGHTS[name], (), found.weights[name])


LIVELY = say(
    "Computed by the program that opens this file; one that does not compute shows nothing here. "
    "FALSE: something was changed in this file after it was made, such as a weight to see what "
    "would be."
)
FOUND, WANTED, AGREES = "C", "D", "E"
COLUMNS = (
    Column(header=say("Check"), width=38),
    Column(header=say("Sheet"), width=22),
    Column(header=say("Computed"), kind="decimal", width=14),
    Column(header=say("Stored"), kind="decimal", width=14),
    Column(header=say("Agrees"), kind="truth", width=12, alarm=True),
)
SHEET = Sheet(name=say("Checks"), who=frozenset(EDITIONS), build=build)
