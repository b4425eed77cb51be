"""What was upheld by class and severity, and its picture: on sheet 13 and on the dashboard. K17.

Policy 5.1.1, 5.2.2. Where nobody may be known, small cells are hidden.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from bot.handlers.findingcards import SEVERITIES as WEIGHTS
from bot.policy import figures, violations
from bot.policy.density import density
from bot.policy.findings import SEVERITIES
from bot.policy.violations import CLASSES, Cell, Class
from bot.report import Chart, Column, Material, Row, Table
from bot.words import Say, say
from reports import showing

NAMED = ("hr", "audit")  # editions that say who
TOTALS = "board"  # the edition without a line for each
NAMES: dict[Class, Say] = {
    "release": say("Release"),
    "personal": say("Personal data"),
    "credential": say("Passwords and keys"),
    "confidential": say("Confidential matter"),
    "link": say("Links"),
    "term": say("Rumours and listed words"),
    "account": say("Accounts"),
    "conduct": say("Conduct"),
    "other": say("Other"),
}


def until(material: Material) -> datetime:
    closes = figures.cutoff(material.period, material.period, material.made_at)
    return min(material.period.end, closes)


def weighed(material: Material, *, short: bool = False) -> tuple[Table, Chart | None]:
    """What was upheld by class and severity, and its picture; None where there is none to show."""
    counts = violations.matrix(material.now.upheld)
    board = material.edition == TOTALS
    short = short or board
    covered = violations.covered(counts) if board else frozenset[Cell]()
    rows = tuple(_few(counts, covered) if short else _classes(material, counts))
    chart = Chart(
        shape="stacked",
        title=say("Violations upheld, by class and severity"),
        table=0,
        series=tuple(range(2, len(SEVERITIES) + 2)),
        graded=True,
    )
    return (
        Table(
            columns=MATRIX if short else (*MATRIX, *MORE, *_apart(material)),
            rows=rows,
            title=say("Violations upheld, by class and severity"),
        ),
        chart if any(counts[each] for each in counts if each not in covered) else None,
    )


def _few(counts: Counter[Cell], covered: frozenset[Cell]) -> Iterator[Row]:
    for each in CLASSES:
        cells = [(each, severity) for severity in SEVERITIES]
        if any(counts[cell] for cell in cells):
            yield (
                NAMES[each],
                *(showing.HIDDEN if cell in covered else counts[cell] for cell in cells),
            )


def _classes(material: Material, counts: Counter[Cell]) -> Iterator[Row]:
    open_ones = Counter(each.kind for each in material.violations.open(until(material)))
    now = material.now
    for each in CLASSES:
        found = [counts[each, severity] for severity in SEVERITIES]
        if any(found) or open_ones[each]:
            rate = density(sum(found), now.staff, now.months)
            shown = showing.figure(rate), showing.low(rate), showing.high(rate)
            waiting = (open_ones[each],) if _apart(material) else ()
            yield NAMES[each], *found, sum(found), *shown, *waiting


def _apart(material: Material) -> tuple[Column, ...]:
    """What is open is known to those who hear of it."""
    return (STILL,) if material.edition in NAMED else ()


MATRIX = (
    Column(header=say("Class"), width=24),
    *(Column(header=WEIGHTS[each], kind="whole") for each in SEVERITIES),
)
MORE = (
    Column(header=say("Upheld"), kind="whole"),
    Column(header=say("Per 100 staff-months"), kind="decimal"),
    Column(header=say("Interval, low"), kind="decimal"),
    Column(header=say("Interval, high"), kind="decimal"),
)
STILL = Column(header=say("Still open"), kind="whole")
