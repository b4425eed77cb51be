"""Sheet 19: clause by clause, what carries it out, what shows it, whose it is, and the gaps."""

from collections.abc import Iterator

from bot.policy.clauses import Reach
from bot.policy.coverage import Covered, Standing
from bot.report import EDITIONS, Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import Say, say
from reports.naming import ROLES, named

REACH: dict[Reach, Say] = {
    "automates": say("does it, or notices it"),
    "assists": say("makes it one step for a person"),
    "attests": say("asks people to confirm it"),
}
STANDINGS: dict[Standing, Shown] = {
    "runs": Shown(say("● at work"), tone="good"),
    "quiet": Shown(say("▲ nothing in this period"), tone="fair"),
    "gap": Shown(say("■ nothing carries it out"), tone="bad"),
}


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
        STANDINGS[each.standing],
    )


CITED = say(
    "Controls are the parts of Duly that cite the clause in their own words; evidence is what was "
    "asked, decided, found or kept under it in the period. Who answers for it is a role."
)
COLUMNS = (
    Column(header=say("Clause"), width=17),
    Column(header=say("What it asks"), width=44, wrap=True),
    Column(header=say("What Duly does"), width=32, wrap=True),
    Column(header=say("Answers for it"), width=22),
    Column(header=say("Controls"), kind="whole"),
    Column(header=say("For example"), width=34),
    Column(header=say("Evidence"), kind="whole"),
    Column(header=say("Last"), kind="moment"),
    Column(header=say("Status"), width=24),
)
SHEET = Sheet(name=say("Clause coverage"), who=frozenset(EDITIONS) - {"mine"}, build=build)
