"""Sheet 11: every meeting that was held: booked how early, minuted when, confirmed by whom."""

from collections.abc import Iterator

from bot.policy import figures
from bot.policy.particulars import Met
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table, Value
from bot.words import say


def build(material: Material) -> Layout:
    return Layout(
        title=say("Meetings"),
        shows=say("One line a meeting that was held: its minutes, and how they were confirmed"),
        tables=(Table(columns=COLUMNS, rows=_rows(material)),),
        notes=(APART,),
    )


def _rows(material: Material) -> Iterator[Row]:
    closes = figures.cutoff(material.period, material.period, material.made_at)
    for each in material.particulars.met:
        if each.end in material.period and each.end < closes:
            yield _row(material, each)


def _row(material: Material, met: Met) -> Row:
    return (
        f"#{met.number}",
        material.id(met.organiser),
        material.name(met.organiser),
        material.department(met.organiser),
        met.start,
        met.end,
        material.worked(met.organiser, met.booked_at, met.start),
        len(met.invited),
        met.attended,
        met.minutes_due,
        met.minuted_at,
        material.worked(met.organiser, met.end, met.minuted_at) if met.minuted_at else None,
        _minuted(met),
        met.versions,
        met.explicit,
        met.silent,
        met.objected,
        met.waiting,
        met.actions,
        met.open_actions,
    )


def _minuted(met: Met) -> Value | Shown:
    if met.minuted_at is None:
        return Shown(say("■ no minutes"), tone="bad")
    if met.minutes_due is None or met.minuted_at <= met.minutes_due:
        return Shown(say("● on time"), tone="good")
    return Shown(say("▲ late"), tone="fair")


APART = say(
    "Confirmed in words and by silence are counted apart; who objects to any item has objected. "
    "What was minuted stands in no report."
)
COLUMNS = (
    Column(header=say("No.")),
    Column(header=say("Organiser, id")),
    Column(header=say("Organiser")),
    Column(header=say("Department")),
    Column(header=say("Begin"), kind="moment"),
    Column(header=say("End"), kind="moment"),
    Column(header=say("Booked ahead"), kind="span"),
    Column(header=say("Invited"), kind="whole"),
    Column(header=say("Were there"), kind="whole"),
    Column(header=say("Minutes due"), kind="moment"),
    Column(header=say("Minutes sent"), kind="moment"),
    Column(header=say("Working time"), kind="span"),
    Column(header=say("Minutes"), width=14),
    Column(header=say("Versions"), kind="whole"),
    Column(header=say("Confirmed in words"), kind="whole"),
    Column(header=say("By silence"), kind="whole"),
    Column(header=say("Objected"), kind="whole"),
    Column(header=say("Waiting"), kind="whole"),
    Column(header=say("Actions"), kind="whole"),
    Column(header=say("Actions open"), kind="whole"),
)
SHEET = Sheet(name=say("Meetings"), who=frozenset({"hr", "head", "audit", "mine"}), build=build)
