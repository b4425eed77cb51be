"""Sheet 2: departments side by side. Small groups are hidden, for their figures are somebody's."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.policy import figures
from bot.policy.figures import Fact
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports import showing

NOBODY = ""  # the department of those who have none


def build(material: Material) -> Layout:
    return Layout(
        title=say("Departments"),
        shows=say("One line a department; what could be somebody's figures is hidden"),
        tables=(Table(columns=COLUMNS, rows=tuple(_rows(material))),),
        notes=(SMALL,),
    )


def _rows(material: Material) -> Iterator[Row]:
    people: dict[str, int] = defaultdict(int)
    for person in material.staff:
        people[_unit(material, person.id)] += 1
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in material.now.facts:
        facts[_unit(material, fact.duty.owed_by)].append(fact)
    counted = {unit: len(each) for unit, each in facts.items()}
    hidden = figures.hidden(people, counted)
    called: dict[str, int] = defaultdict(int)
    for duty in material.emergencies:
        called[_unit(material, duty.owed_to)] += 1
    names = {unit: _name(material, unit) for unit in {*people, *facts}}
    for unit in sorted(names, key=lambda unit: (unit == NOBODY, names[unit].casefold())):
        name = Shown(say("none"), tone="grey") if unit == NOBODY else names[unit]
        yield name, people[unit], *_figures(facts[unit], called[unit], unit in hidden)
    everybody = len(material.staff)
    small = everybody < figures.SMALLEST_GROUP and bool(material.now.facts)
    yield (
        Shown(say("Total"), tone="good"),
        everybody,
        *_figures(material.now.facts, sum(called.values()), small),
    )


def _figures(facts: Sequence[Fact], called: int, hidden: bool) -> Row:
    if hidden:
        return (showing.HIDDEN,) * (len(COLUMNS) - 2)
    on_time = figures.on_time_rate(facts)
    return (
        len(facts),
        showing.figure(figures.response_rate(facts)),
        showing.figure(on_time),
        showing.low(on_time),
        showing.high(on_time),
        showing.figure(figures.median(facts)),
        showing.figure(figures.ninetieth(facts)),
        showing.figure(figures.promises_kept(facts)),
        showing.figure(figures.escalation_rate(facts)),
        called,
    )


def _unit(material: Material, person: str | None) -> str:
    known = material.directory.people.get(person or "")
    return (known and known.department) or NOBODY


def _name(material: Material, unit: str) -> str:
    known = material.directory.departments.get(unit)
    return known.name if known else unit


SMALL = say(
    "— : hidden, because fewer than 5 people or duties stand behind it, or because it would give "
    "such a group away; or nothing to count."
)
COLUMNS = (
    Column(header=say("Department"), width=26),
    Column(header=say("People"), kind="whole"),
    Column(header=say("Duties"), kind="whole"),
    Column(header=say("Response rate"), kind="percent"),
    Column(header=say("On-time rate"), kind="percent", bar=True),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Median"), kind="span"),
    Column(header=say("90th percentile"), kind="span"),
    Column(header=say("Promises kept"), kind="percent"),
    Column(header=say("Escalated"), kind="percent"),
    Column(header=say("Emergencies called"), kind="whole"),
)
SHEET = Sheet(name=say("Departments"), who=frozenset({"hr", "head", "board", "audit"}), build=build)
