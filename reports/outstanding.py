"""Sheet 10: who has not confirmed which notice, and for how long they are late."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.policy import figures
from bot.report import Column, Layout, Material, Row, Sheet, Table
from bot.words import say

DAY = timedelta(days=1)


def build(material: Material) -> Layout:
    return Layout(
        title=say("Outstanding"),
        shows=say("One line a person and notice that is not confirmed"),
        tables=(Table(columns=COLUMNS, rows=_rows(material)),),
    )


def _rows(material: Material) -> Iterator[Row]:
    closes = figures.cutoff(material.period, material.period, material.made_at)
    zone = ZoneInfo(material.period.zone)
    for each in material.particulars.posted:
        if each.published_at not in material.period:
            continue
        for one in each.readers:
            if not one.counted or one.confirmed_by(closes) or not material.covers(one.person):
                continue
            late = one.due is not None and one.due < closes
            days = (
                (closes.astimezone(zone).date() - one.due.astimezone(zone).date()).days
                if one.due and late
                else 0
            )
            yield (
                f"#{each.number}",
                each.version,
                each.title,
                material.id(one.person),
                material.name(one.person),
                material.department(one.person),
                each.published_at,
                one.due,
                days,
                one.tries,
                one.nudged,
            )


COLUMNS = (
    Column(header=say("Notice")),
    Column(header=say("Version"), kind="whole"),
    Column(header=say("Title"), width=36, wrap=True),
    Column(header=say("Id")),
    Column(header=say("Name"), width=18),
    Column(header=say("Department"), width=18),
    Column(header=say("Published"), kind="moment"),
    Column(header=say("Due"), kind="moment"),
    Column(header=say("Days late"), kind="whole"),
    Column(header=say("Wrong answers"), kind="whole"),
    Column(header=say("Nudges"), kind="whole"),
)
SHEET = Sheet(name=say("Outstanding"), who=frozenset({"hr", "head", "audit", "mine"}), build=build)
