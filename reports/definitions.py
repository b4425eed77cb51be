"""Sheet 21: what every key figure counts, in words."""

from collections.abc import Iterator

from bot.report import EDITIONS, Column, Layout, Material, Row, Sheet, Table
from bot.words import say
from reports.measures import MEASURES


def build(material: Material) -> Layout:
    return Layout(
        title=say("Definitions"),
        shows=say("What every key figure counts, and what it leaves out"),
        tables=(Table(columns=COLUMNS, rows=tuple(_rows(material))),),
        notes=(CUTOFF,),
    )


def _rows(material: Material) -> Iterator[Row]:
    for measure in MEASURES:
        if material.edition not in measure.who:
            continue
        target = material.rulebook.targets.get(measure.target)
        yield (
            measure.id,
            measure.name,
            measure.counts,
            measure.among,
            measure.note,
            None if target is None else target / 100,
        )


CUTOFF = say(
    "The books of the period before close as long after its end as those of this period, "
    "so that late answers have the same chance in both."
)
COLUMNS = (
    Column(header=say("No."), width=7),
    Column(header=say("Key figure"), width=24, wrap=True),
    Column(header=say("Counts"), width=44, wrap=True),
    Column(header=say("Among"), width=44, wrap=True),
    Column(header=say("Note"), width=36, wrap=True),
    Column(header=say("Target"), kind="percent"),
)
SHEET = Sheet(name=say("Definitions"), who=frozenset(EDITIONS), build=build)
