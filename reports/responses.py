"""Sheet 5: every duty that was due, counted or not, and what came of it. Never what was said."""

from collections.abc import Iterator

from bot.policy import figures
from bot.policy.duties import INNER, NAMES, Duty
from bot.policy.figures import Fact, Pledge
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table, Value
from bot.words import Say, say
from reports import showing
from reports.naming import LEVELS, named

PLEDGES: dict[Pledge, Say] = {
    "kept": say("kept"),
    "renegotiated": say("moved"),
    "broken": say("broken"),
    "running": say("running"),
}
EXEMPT = {
    "dropped": say("dropped"),
    "excused": say("excused"),
    "passed": say("passed on"),
}


def build(material: Material) -> Layout:
    return Layout(
        title=say("Responses"),
        shows=say("One line a duty that was due, counted or not, and what came of it"),
        tables=(Table(columns=COLUMNS, rows=_rows(material)),),
    )


def _rows(material: Material) -> Iterator[Row]:
    facts = {fact.duty.id: fact for fact in material.now.facts}
    closes = figures.cutoff(material.period, material.period, material.made_at)
    for duty in material.duties:
        if duty.due in material.period and duty.due < closes:
            yield _row(material, duty, facts.get(duty.id))


def _row(material: Material, duty: Duty, fact: Fact | None) -> Row:
    answered = duty.closed if fact and fact.answered else None
    return (
        f"#{duty.number}" if duty.number < INNER else "",
        NAMES[duty.kind],
        named(duty.level, LEVELS),
        material.id(duty.owed_to),
        material.name(duty.owed_to),
        material.id(duty.owed_by),
        material.name(duty.owed_by),
        duty.start,
        duty.first_due,
        duty.due,
        answered,
        fact.took if fact else None,
        _result(duty, fact),
        PLEDGES[fact.pledge] if fact and fact.pledge else None,
        material.nudged[duty.id],
        showing.yes(duty.id in material.escalated),
        duty.about.place.platform if duty.about else None,
        _link(duty),
        duty.rule,
        duty.clause,
        duty.policy,
    )


def _result(duty: Duty, fact: Fact | None) -> Value | Shown:
    if fact is None:
        return Shown(EXEMPT.get(duty.state), tone="grey")
    if fact.punctual:
        return Shown(say("● on time"), tone="good")
    if fact.answered:
        return Shown(say("▲ late"), tone="fair")
    return Shown(say("■ not answered"), tone="bad")


def _link(duty: Duty) -> str:
    """Where it arose, as the platform calls it, or what else it is about."""
    if duty.about is None:
        return duty.subject
    place = duty.about.place
    return "/".join((place.realm, place.id, duty.about.id))


COLUMNS = (
    Column(header=say("No.")),
    Column(header=say("Kind"), width=18),
    Column(header=say("Level"), width=14),
    Column(header=say("Asked by, id")),
    Column(header=say("Asked by")),
    Column(header=say("Owed by, id")),
    Column(header=say("Owed by")),
    Column(header=say("Clock start"), kind="moment"),
    Column(header=say("First due"), kind="moment"),
    Column(header=say("Due"), kind="moment"),
    Column(header=say("Answered"), kind="moment"),
    Column(header=say("Working time"), kind="span"),
    Column(header=say("Result"), width=16),
    Column(header=say("Promise")),
    Column(header=say("Nudges"), kind="whole"),
    Column(header=say("Escalated"), width=10),
    Column(header=say("Platform"), width=10),
    Column(header=say("Message"), width=40),
    Column(header=say("Rule")),
    Column(header=say("Clause")),
    Column(header=say("Policy"), kind="whole"),
)
SHEET = Sheet(name=say("Responses"), who=frozenset({"hr", "head", "audit", "mine"}), build=build)
