"""Sheet 6: every time that was named for an answer, and whether it was kept. Never its words."""

from collections.abc import Iterator

from bot.policy import figures
from bot.policy.duties import INNER
from bot.policy.figures import Pledge
from bot.policy.particulars import How, Pledged
from bot.report import Chart, Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import Say, say
from reports import showing

ENDS: dict[Pledge, Shown] = {
    "kept": Shown(say("● kept"), tone="good"),
    "renegotiated": Shown(say("▲ moved"), tone="fair"),
    "broken": Shown(say("■ broken"), tone="bad"),
    "running": Shown(say("running"), tone="grey"),
}
HOW: dict[How, Say] = {
    "said": say("in plain words"),
    "typed": say("by command"),
    "taken over": say("taken over"),
}


def build(material: Material) -> Layout:
    sums = tuple(_sums(material))
    chart = Chart(shape="stacked", title=say("Promises by department"), table=0, series=(2, 3, 4))
    return Layout(
        title=say("Promises"),
        shows=say("One line a promise: when it was made, for when, and whether it was kept"),
        tables=(
            Table(columns=COLUMNS, rows=_rows(material)),
            Table(columns=SUMS, rows=sums, title=say("Promises by department")),
        ),
        charts=(chart,) if len(sums) > 1 else (),
        notes=(COUNTED,),
    )


def _rows(material: Material) -> Iterator[Row]:
    facts = {fact.duty.id: fact for fact in material.now.facts}
    for each in material.particulars.pledged:
        if fact := facts.get(each.duty):
            yield _row(material, each, facts[each.duty].pledge if each.last else None, fact)


def _row(material: Material, pledged: Pledged, pledge: Pledge | None, fact: figures.Fact) -> Row:
    duty = fact.duty
    later = Shown(say("replaced by a later one"), tone="grey")
    late = Shown(say("made when it was late"), tone="grey")
    outside = material.is_outside(duty.owed_to)
    return (
        f"#{duty.number}" if duty.number < INNER else None,
        material.id(duty.owed_by),
        material.name(duty.owed_by),
        material.department(duty.owed_by),
        material.id(duty.owed_to),
        material.name(duty.owed_to),
        pledged.made_at,
        pledged.until,
        HOW[pledged.how],
        duty.first_due,
        duty.closed if fact.answered else None,
        ENDS[pledge] if pledge else later if not pledged.last else late,
        showing.yes(outside),
    )


def _sums(material: Material) -> Iterator[Row]:
    """Small departments' promises would be somebody's; the rows above are for who may read them."""
    found: dict[str, list[figures.Fact]] = {}
    for fact in material.now.facts:
        if fact.pledge:
            found.setdefault(material.department(fact.duty.owed_by), []).append(fact)
    for name in sorted(found, key=str.casefold):
        ends = figures.pledges(found[name])
        yield name or say("none"), ends["kept"], ends["renegotiated"], ends["broken"]


COUNTED = say(
    "Counted in K7: the last promise on a duty that was due in the period. A promise moved before "
    "its time, with the asker told, counts as moved. No sheet has the words of a promise."
)
COLUMNS = (
    Column(header=say("No.")),
    Column(header=say("Owed by, id")),
    Column(header=say("Owed by")),
    Column(header=say("Department")),
    Column(header=say("Asked by, id")),
    Column(header=say("Asked by")),
    Column(header=say("Made"), kind="moment"),
    Column(header=say("Promised for"), kind="moment"),
    Column(header=say("How"), width=14),
    Column(header=say("First due"), kind="moment"),
    Column(header=say("Answered"), kind="moment"),
    Column(header=say("Kept?"), width=24),
    Column(header=say("From outside"), width=12),
)
SUMS = (
    Column(header=say("Department")),
    Column(header=say("Promises kept"), kind="whole"),
    Column(header=say("Promises moved"), kind="whole"),
    Column(header=say("Promises broken"), kind="whole"),
)
SHEET = Sheet(name=say("Promises"), who=frozenset({"hr", "head", "audit", "mine"}), build=build)
