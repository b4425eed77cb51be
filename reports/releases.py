"""Sheet 12: what was said by class, where its class came from, and what went out unapproved."""

from collections import Counter
from collections.abc import Iterator

from bot.policy import figures
from bot.policy.findings import Finding
from bot.report import CLEARED, Chart, Column, Layout, Material, Row, Sheet, Table
from bot.words import say
from reports import showing
from reports.naming import CLASSES, named

RULES = ("differs", "unapproved")


def build(material: Material) -> Layout:
    rows = tuple(_rows(material))
    bars = Chart(
        shape="stacked",
        title=say("Released without or unlike the approval"),
        table=0,
        series=(2, 3),
    )
    shown = tuple((row[0], row[4], row[5]) for row in rows)
    return Layout(
        title=say("Class and release"),
        shows=say("What was said by class, and what was released without or unlike its approval"),
        tables=(
            Table(columns=COLUMNS, rows=rows),
            Table(
                columns=RELEASED, rows=shown, title=say("Released without or unlike the approval")
            ),
        ),
        charts=(bars,) if any(row[1] or row[2] for row in shown) else (),
        notes=(OWN,),
    )


def _rows(material: Material) -> Iterator[Row]:
    said, closes = material.particulars.said, material.made_at
    requests = Counter(
        each.class_name
        for each in material.submitted(material.period)
        if each.state == "approved" and each.decided_at and each.decided_at <= closes
    )
    broken = _broken(material)
    for name, kind in material.rulebook.classes.items():
        total, own = said.get(name, (0, 0))
        yield (
            named(name, CLASSES),
            total,
            showing.figure(figures.share(own, total)),
            requests[name],
            broken[kind.clause, "unapproved"],
            broken[kind.clause, "differs"],
        )


def _broken(material: Material) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for each in material.findings:
        if each.at in material.period and _counts(each):
            found[each.clause, each.rule] += 1
    return found


def _counts(finding: Finding) -> bool:
    return finding.rule in RULES and finding.how not in CLEARED


OWN = say(
    "Every message has the class of its channel unless somebody, a rule or an approval gave it one "
    "of its own. What was looked at and proved fine is not counted."
)
COLUMNS = (
    Column(header=say("Class")),
    Column(header=say("Messages"), kind="whole"),
    Column(header=say("With a class of their own"), kind="percent"),
    Column(header=say("Requests approved"), kind="whole"),
    Column(header=say("Without approval"), kind="whole"),
    Column(header=say("Unlike the approval"), kind="whole"),
)
RELEASED = (
    Column(header=say("Class")),
    Column(header=say("Without approval"), kind="whole"),
    Column(header=say("Unlike the approval"), kind="whole"),
)
SHEET = Sheet(name=say("Class and release"), who=frozenset({"hr", "board", "audit"}), build=build)
