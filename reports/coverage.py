"""Sheet 19: clause by clause, what carries it out, what shows it, whose it is, and the gaps."""

from collections.abc import Iterator, Mapping

from bot.policy.coverage import REACH, STANDINGS, Covered, Standing
from bot.report import EDITIONS, Column, Layout, Material, Row, Sheet, Shown, Table, Tone
from bot.words import say
from reports.naming import ROLES, named

TONES: Mapping[Standing, Tone] = {"runs": "good", "quiet": "fair", "gap": "bad"}


def build(material: Material) -> Layout:
    return Layout(
        title=say("Clause coverage"),
        shows=say("Clause by clause: what carries it out, what shows it, and what is missing"),
        tables=(Table(columns=COLUMNS, rows=tuple(_rows(material))),),
        notes=(CITED,),
    )


def _rows(material: Material) -> Iterator[Row]:
    for each in material.covered:
        yield _row(each)


def _row(each: Covered) -> Row:
    return (
        each.clause.id,
        each.clause.asks,
        REACH[each.clause.reach],
        named(each.clause.owner, ROLES),
        len(each.controls),
        each.controls[0] if each.controls else None,
        each.traces.count,
        each.traces.last,
        Shown(STANDINGS[each.standing], tone=TONES[each.standing]),
    )


CITED = say(
    "Controls are the parts of Duly that cite the clause in their own words; evidence is what was "
    "asked, decided, found or kept under it in the period. Who answers for it is a role."
)
COLUMNS = (
    Column(header=say("Clause"), width=17),
    Column(header=say("What it asks"), width=50, wrap=True),
    Column(header=say("What Duly does"), width=32, wrap=True),
    Column(header=say("Answers for it"), width=22),
    Column(header=say("Controls"), kind="whole"),
    Column(header=say("For example"), width=34),
    Column(header=say("Evidence"), kind="whole"),
    Column(header=say("Last"), kind="moment"),
    Column(header=say("Status"), width=24),
)
SHEET = Sheet(name=say("Clause coverage"), who=frozenset(EDITIONS) - {"mine"}, build=build)
