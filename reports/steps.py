"""Sheet 8: every approver's place on a step: when it came to them, and when they acted."""

from collections.abc import Iterator

from bot.handlers.requestcards import KINDS
from bot.policy import figures
from bot.policy.particulars import Seated
from bot.policy.seats import State
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table, Value
from bot.words import Say, say
from reports.naming import named

ACTS: dict[State, Say] = {
    "approved": say("approved"),
    "rejected": say("rejected"),
    "moved": say("given away"),
    "dropped": say("no longer needed"),
    "open": say("open"),
    "waiting": say("waiting"),
}


def build(material: Material) -> Layout:
    return Layout(
        title=say("Approval steps"),
        shows=say("One line an approver on a step: when it came to them, and when they acted"),
        tables=(Table(columns=COLUMNS, rows=_rows(material)),),
        notes=(DELEGATES,),
    )


def _rows(material: Material) -> Iterator[Row]:
    closes = figures.cutoff(material.period, material.period, material.made_at)
    for each in material.particulars.seated:
        if each.due in material.period and each.due < closes:
            yield _row(material, each)


def _row(material: Material, each: Seated) -> Row:
    acted = each.decided_at
    return (
        f"#{each.number}",
        named(each.kind, KINDS),
        each.round + 1,
        each.step + 1,
        material.id(each.person),
        material.name(each.person),
        material.name(each.decided_by) if each.decided_by != each.person else None,
        material.name(each.given_by) if each.given_by else None,
        material.name(each.added_by) if each.added_by else None,
        each.entered,
        each.due,
        acted,
        material.worked(each.person, each.entered, acted) if acted else None,
        ACTS[each.state],
        _in_time(each),
        each.urged,
    )


def _in_time(each: Seated) -> Value | Shown:
    if each.state in ("moved", "dropped"):
        return None
    if each.decided_at is None:
        return Shown(say("■ not decided"), tone="bad")
    if each.decided_at <= each.due:
        return Shown(say("● on time"), tone="good")
    return Shown(say("▲ late"), tone="fair")


DELEGATES = say(
    "What a delegate decides in time counts as in time. Urged is said of the whole request."
)
COLUMNS = (
    Column(header=say("Request")),
    Column(header=say("Kind")),
    Column(header=say("Version"), kind="whole"),
    Column(header=say("Step"), kind="whole"),
    Column(header=say("Approver, id")),
    Column(header=say("Approver")),
    Column(header=say("Decided for them by")),
    Column(header=say("Given by")),
    Column(header=say("Added by")),
    Column(header=say("Came to them"), kind="moment"),
    Column(header=say("Due"), kind="moment"),
    Column(header=say("Acted"), kind="moment"),
    Column(header=say("Working time"), kind="span"),
    Column(header=say("What they did"), width=16),
    Column(header=say("In time"), width=14),
    Column(header=say("Urged"), kind="whole"),
)
SHEET = Sheet(
    name=say("Approval steps"), who=frozenset({"hr", "head", "audit", "mine"}), build=build
)
