"""Sheet 15: totals of the reporting channel, from which nobody learns of a single report."""

from collections.abc import Iterator

from bot.policy import figures
from bot.policy.reported import Line
from bot.policy.reporting import OUTCOMES
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports import showing
from reports.overseen import ABOVE


def build(material: Material) -> Layout:
    return Layout(
        title=say("Reports of breaches"),
        shows=say("Totals of the reporting channel, by quarter; never a single report"),
        tables=(Table(columns=COLUMNS, rows=tuple(map(_row, material.reported))),),
        notes=(
            say(
                "A quarter is told of once it is over, and as it stood at its end; its months "
                "stand apart only where every one of them is large. — : fewer than {count}, or so "
                "few that they could be reckoned.",
                count=material.rulebook.reporting.at_least,
            ),
            COHORTS,
        ),
    )


def _row(line: Line) -> Row:
    quarter = line.period.unit == "quarter"
    in_time: Shown = showing.HIDDEN
    if line.received is not None and line.in_time is not None:
        in_time = showing.figure(figures.share(line.in_time, line.received))
    return (
        Shown(line.period.label, tone="strong" if quarter else "plain"),
        _count(line.received),
        _count(line.in_time),
        in_time,
        *(_ended(line) if quarter else (Shown(None),) * (len(OUTCOMES) + 2)),
    )


def _ended(line: Line) -> Iterator[Shown]:
    yield _count(line.closed)
    for name in OUTCOMES:
        yield _count(line.outcomes.get(name))
    yield _count(line.median_days)


def _count(count: int | None) -> Shown:
    return showing.HIDDEN if count is None else Shown(count)


COHORTS = say(
    "Received: whose first look was due then. Brought to an end: then, whenever they had come."
)
COLUMNS = (
    Column(header=say("Period"), width=12),
    Column(header=say("Received"), kind="whole"),
    Column(header=say("Acknowledged in time"), kind="whole"),
    Column(header=say("Share"), kind="percent"),
    Column(header=say("Brought to an end"), kind="whole"),
    *(Column(header=words, kind="whole", width=14) for words in OUTCOMES.values()),
    Column(header=say("Days to the end, median"), kind="whole"),
)
SHEET = Sheet(name=say("Reports of breaches"), who=ABOVE, build=build)
