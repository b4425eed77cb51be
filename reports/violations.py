"""Sheet 13: findings that were decided, and what stands open; who, only beside what is closed.

Policy 5.1.1, 5.2.2. Whoever reads no names reads totals; a head reads nothing still looked at.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.handlers import happened, rules
from bot.handlers.findingcards import SEVERITIES as WEIGHTS
from bot.policy import figures, hours
from bot.policy.density import density
from bot.policy.figures import Rate
from bot.policy.findings import How
from bot.policy.violations import CLASSES, Judged, Source, Violation
from bot.report import (
    EDITIONS,
    Column,
    Edition,
    Layout,
    Material,
    Row,
    Sheet,
    Shown,
    Table,
    Value,
)
from bot.words import Code, Say, say
from reports import showing, upheld

SOURCES: dict[Source, Say] = {
    "rule": say("a rule"),
    "person": say("a person's report"),
    "sample": say("a reviewed sample"),
}
ENDS: dict[How, Shown] = {
    "upheld": Shown(say("■ upheld"), tone="bad"),
    "settled": Shown(say("▲ put right"), tone="fair"),
    "edited": Shown(say("▲ put right"), tone="fair"),
    "deleted": Shown(say("▲ put right"), tone="fair"),
    "fine": Shown(say("● not upheld"), tone="good"),
    "false": Shown(say("● false alarm"), tone="good"),
    "explained": Shown(say("● explained"), tone="good"),
}
OPEN, CONTESTED = Shown(say("open"), tone="grey"), Shown(say("looked at again"), tone="grey")


def build(material: Material) -> Layout:
    table, chart = upheld.weighed(material)
    first = Table(columns=SUMMARY, rows=tuple(_summary(material)))
    if material.edition != upheld.TOTALS:
        named = material.edition in upheld.NAMED
        first = Table(columns=(*COLUMNS, *WHO) if named else COLUMNS, rows=_rows(material))
    tables = [first, table] if table.rows else [first]
    if material.now.judged:
        rows = tuple(_precisions(material))
        tables.append(
            Table(columns=PRECISION, rows=rows, title=say("How often each rule is right"))
        )
    return Layout(
        title=say("Violations"),
        shows=say("What was found to break the policy, and what came of it"),
        tables=tuple(tables),
        charts=(chart,) if chart else (),
        notes=NOTES[material.edition],
    )


# Line by line


def _rows(material: Material) -> Iterator[Row]:
    until, known = upheld.until(material), material.violations
    found = (*known.decided(material.period.start, until), *known.open(until))
    for each in sorted(found, key=lambda each: (CLASSES.index(each.kind), each.number)):
        row = _row(material, each, until)
        yield (*row, *_who(material, each, until)) if material.edition in upheld.NAMED else row


def _row(material: Material, each: Violation, until: datetime) -> Row:
    closed = None if each.open_at(until) else each.settled_at
    return (
        upheld.NAMES[each.kind],
        f"#{each.number}",
        named(each.rule),
        each.clause,
        WEIGHTS[each.severity],
        SOURCES[each.source],
        each.at,
        _status(each, until),
        ENDS.get(each.how) if closed else None,
        happened.MEASURES[each.measure] if closed and each.measure else None,
        closed,
        _days(material, each.at, closed or until),
    )


def named(rule: str) -> Say | str:
    """In words, or as the company calls it."""
    found = rules.named(rule)
    return found.text if isinstance(found, Code) else found


def _status(each: Violation, until: datetime) -> Value | Shown:
    if not each.open_at(until):
        return say("closed")
    return CONTESTED if each.contested else OPEN


def _days(material: Material, start: datetime, end: datetime) -> int:
    """Working days after that on which it was noticed."""
    zone = ZoneInfo(material.period.zone)
    first = start.astimezone(zone).date() + timedelta(days=1)
    return hours.working_days(first, end.astimezone(zone).date(), material.clock(None, "office")[0])


def _who(material: Material, each: Violation, until: datetime) -> Row:
    if each.person is None or each.open_at(until):
        return None, None, None
    person = each.person
    return material.id(person), material.name(person), material.department(person)


# Totals


def _summary(material: Material) -> Iterator[Row]:
    now, waiting = material.now, len(material.violations.open(upheld.until(material)))
    rate = density(len(now.upheld), now.staff, now.months)
    few = 0 < waiting < figures.SMALLEST_GROUP
    yield say("Violations upheld"), Shown(len(now.upheld), "whole")
    yield say("Violations upheld, per 100 staff-months"), showing.figure(rate)
    yield say("Interval, low"), showing.low(rate)
    yield say("Interval, high"), showing.high(rate)
    yield say("Staff-months"), Shown(now.staff * now.months, "decimal")
    yield say("Still open"), showing.HIDDEN if few else Shown(waiting, "whole")


# Rule by rule


def _precisions(material: Material) -> Iterator[Row]:
    target = material.rulebook.targets["rule_precision"] / 100
    judged = {each.rule: each for each in material.now.judged}
    sizes = {rule: each.confirmed + each.wrong for rule, each in judged.items()}
    hidden = figures.hidden(sizes, sizes) if material.edition == upheld.TOTALS else frozenset[str]()
    for rule, each in judged.items():
        if rule in hidden:
            yield named(rule), *(showing.HIDDEN,) * (len(PRECISION) - 1)
        else:
            yield named(rule), *_precision(each, target)


def _precision(each: Judged, target: float) -> Row:
    rate = each.precision
    standing = figures.standing(rate, target) if isinstance(rate, Rate) else None
    return (
        each.confirmed,
        each.wrong,
        showing.figure(rate),
        showing.low(rate),
        showing.high(rate),
        showing.mark(standing),
        each.since,
        each.last,
    )


UPHELD = say(
    "Only what is upheld counts. What is open, or looked at again because somebody asked for it, "
    "is counted apart. Working days open are those after the day on which it was noticed."
)
LAST = say(
    "A rule is judged by its last 50 decided findings, of earlier periods too: what was upheld or "
    "put right confirms it."
)
WHOSE = say("Nobody is named before it is closed. Reports to the reporting channel are not here.")
FINAL = say("What is still looked at is not here, nor who is concerned.")
SMALL = say("— : hidden, because fewer than 5 stand behind it, or because it would give them away.")
NOTES: dict[Edition, tuple[Say, ...]] = {
    "hr": (UPHELD, LAST, WHOSE),
    "head": (UPHELD, FINAL),
    "board": (UPHELD, LAST, SMALL),
    "audit": (UPHELD, LAST, WHOSE),
    "mine": (UPHELD, FINAL),
}
COLUMNS = (
    Column(header=say("Class"), width=28),
    Column(header=say("No.")),
    Column(header=say("Rule"), width=36, wrap=True),
    Column(header=say("Clause")),
    Column(header=say("Severity")),
    Column(header=say("Source"), width=18),
    Column(header=say("Noticed"), kind="moment"),
    Column(header=say("Status"), width=15),
    Column(header=say("What came of it"), width=16),
    Column(header=say("Measure"), width=22),
    Column(header=say("Closed at"), kind="moment"),
    Column(header=say("Working days open"), kind="whole"),
)
WHO = (
    Column(header=say("Id")),
    Column(header=say("Name"), width=18),
    Column(header=say("Department"), width=18),
)
SUMMARY = (
    Column(header=say("Violations"), width=44),
    Column(header=say("Value"), kind="whole"),
)
PRECISION = (
    Column(header=say("Rule"), width=36, wrap=True),
    Column(header=say("Confirmed"), kind="whole"),
    Column(header=say("False alarms"), kind="whole"),
    Column(header=say("Precision"), kind="percent"),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Status"), width=20),
    Column(header=say("The oldest of them"), kind="moment"),
    Column(header=say("The newest of them"), kind="moment"),
)
SHEET = Sheet(name=say("Violations"), who=frozenset(EDITIONS), build=build)
