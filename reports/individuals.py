"""Sheet 3: one line a person, by name and never by rank; small numbers in grey."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bot.policy import figures
from bot.policy.figures import Fact
from bot.policy.people import Person
from bot.report import Column, Layout, Material, Row, Sheet, Table
from bot.words import say
from reports import showing


def build(material: Material) -> Layout:
    return Layout(
        title=say("Individuals"),
        shows=say("One line a person, in the order of the names, never by rank"),
        tables=(Table(columns=COLUMNS, rows=_rows(material)),),
        notes=(GREY,),
    )


def _rows(material: Material) -> Iterator[Row]:
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in material.now.facts:
        facts[fact.duty.owed_by or ""].append(fact)
    exempt = Counter(duty.owed_by for duty in material.exempt)
    handled = _handled(material)
    names = {each.id: material.name(each.id) for each in material.staff}
    for person in sorted(material.staff, key=lambda each: (names[each.id].casefold(), each.id)):
        yield _row(material, person, facts[person.id], exempt[person.id], handled[person.id])


def _handled(material: Material) -> Counter[str]:
    """Approval steps that somebody decided in the period, their own or another's they stood for."""
    return Counter(
        seat.decided_by
        for seat in material.particulars.seated
        if seat.decided_by and seat.decided_at is not None and seat.decided_at in material.period
    )


def _row(
    material: Material, person: Person, facts: Sequence[Fact], exempt: int, handled: int
) -> Row:
    on_time, promises = figures.on_time_rate(facts), figures.pledges(facts)
    return (
        material.id(person.id),
        material.name(person.id),
        material.department(person.id),
        len(facts),
        exempt,
        showing.figure(figures.response_rate(facts)),
        showing.figure(on_time),
        showing.low(on_time),
        showing.high(on_time),
        showing.figure(figures.median(facts)),
        showing.figure(figures.ninetieth(facts)),
        promises["kept"],
        promises["renegotiated"],
        promises["broken"],
        sum(fact.escalated for fact in facts),
        sum(material.nudged[fact.duty.id] for fact in facts),
        showing.figure(figures.on_time_rate(figures.of_kind(facts, "acknowledge"))),
        showing.figure(figures.on_time_rate(figures.of_kind(facts, "minutes"))),
        handled,
        material.leave_days(person.id) or None,
    )


GREY = say(
    "Grey: fewer than 20 duties, too few to judge by. The lines stand in the order of the names; "
    "ranking people by these figures is not what they are for."
)
COLUMNS = (
    Column(header=say("Id")),
    Column(header=say("Name"), width=18),
    Column(header=say("Department"), width=18),
    Column(header=say("Duties"), kind="whole"),
    Column(header=say("Exempt"), kind="whole"),
    Column(header=say("Response rate"), kind="percent"),
    Column(header=say("On-time rate"), kind="percent", bar=True),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Median"), kind="span"),
    Column(header=say("90th percentile"), kind="span"),
    Column(header=say("Promises kept"), kind="whole"),
    Column(header=say("Promises moved"), kind="whole"),
    Column(header=say("Promises broken"), kind="whole"),
    Column(header=say("Escalated"), kind="whole"),
    Column(header=say("Nudges"), kind="whole"),
    Column(header=say("Notices read in time"), kind="percent"),
    Column(header=say("Minutes on time"), kind="percent"),
    Column(header=say("Steps decided"), kind="whole"),
    Column(header=say("Days of leave"), kind="decimal"),
)
SHEET = Sheet(name=say("Individuals"), who=frozenset({"hr", "head", "audit", "mine"}), build=build)
