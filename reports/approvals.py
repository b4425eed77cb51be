"""Sheet 7: every request that was submitted, how long it took and what it was bound to."""

from collections.abc import Iterator
from datetime import datetime

from bot.handlers.requestcards import KINDS
from bot.policy import figures
from bot.policy.approvals import Request, State
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports.naming import CLASSES, named

SHORT = 16  # hex digits of the digest, enough to find it in the store
RESULTS: dict[State, Shown] = {
    "open": Shown(say("▲ open"), tone="fair"),
    "approved": Shown(say("● approved"), tone="good"),
    "rejected": Shown(say("■ rejected"), tone="bad"),
    "recalled": Shown(say("recalled"), tone="grey"),
}


def build(material: Material) -> Layout:
    return Layout(
        title=say("Approvals"),
        shows=say("One line a request: how long it took and who decided"),
        tables=(Table(columns=COLUMNS, rows=_rows(material)),),
        notes=(BOUND,),
    )


def _rows(material: Material) -> Iterator[Row]:
    closes = figures.cutoff(material.period, material.period, material.made_at)
    for request in material.requests:
        if request.at in material.period and request.at < closes:
            yield _row(material, request, closes)


def _row(material: Material, request: Request, closes: datetime) -> Row:
    decided = request.decided_at if request.decided_at and request.decided_at <= closes else None
    return (
        f"#{request.number}",
        named(request.kind, KINDS),
        named(request.class_name, CLASSES),
        material.id(request.requester),
        material.name(request.requester),
        material.department(request.requester),
        request.at,
        decided,
        material.took(request, closes) if request.state != "recalled" else None,
        RESULTS[request.state if decided else "open"],
        material.id(request.decided_by) if decided else None,
        material.name(request.decided_by) if decided else None,
        request.clause,
        request.policy,
        request.digest[:SHORT],
    )


BOUND = say("The digest is that of what the approvers saw; what was asked stands in no report.")
COLUMNS = (
    Column(header=say("No.")),
    Column(header=say("Kind")),
    Column(header=say("Class")),
    Column(header=say("Requested by, id")),
    Column(header=say("Requested by")),
    Column(header=say("Department")),
    Column(header=say("Submitted"), kind="moment"),
    Column(header=say("Decided"), kind="moment"),
    Column(header=say("Working time"), kind="span"),
    Column(header=say("Result"), width=14),
    Column(header=say("Decided by, id")),
    Column(header=say("Decided by")),
    Column(header=say("Clause")),
    Column(header=say("Policy"), kind="whole"),
    Column(header=say("Digest, first 16 digits"), width=18),
)
SHEET = Sheet(name=say("Approvals"), who=frozenset({"hr", "head", "audit", "mine"}), build=build)
