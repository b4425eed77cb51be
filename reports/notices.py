"""Sheet 9: every notice and its versions: to how many it went, who had read it in time."""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bot.policy import figures
from bot.policy.figures import Rate
from bot.policy.particulars import Posted
from bot.report import Chart, Column, Layout, Material, Row, Sheet, Table
from bot.words import Say, say
from reports import showing

DAYS = 10  # of the curve, after publication

KINDS: dict[str, Say] = {"notice": say("notice"), "message": say("followed up")}


def build(material: Material) -> Layout:
    rows = tuple(_curve(material))
    curve = Table(columns=CURVE, rows=rows, title=say("Confirmed, days after publication"))
    confirmed = any(row[1] for row in rows)
    line = Chart(
        shape="line",
        title=say("Confirmed, days after publication"),
        table=0,
        series=(3,),
        percent=True,
    )
    return Layout(
        title=say("Notices"),
        shows=say("One line a notice and version: to how many it went, and who confirmed in time"),
        tables=(Table(columns=COLUMNS, rows=_rows(material)), *((curve,) if confirmed else ())),
        charts=(line,) if confirmed else (),
        notes=(READ,),
    )


def _posted(material: Material) -> Iterator[Posted]:
    for each in material.particulars.posted:
        if each.published_at in material.period:
            yield each


def _rows(material: Material) -> Iterator[Row]:
    closes = figures.cutoff(material.period, material.period, material.made_at)
    for each in _posted(material):
        counted = [one for one in each.readers if one.counted]
        done = [one for one in counted if one.confirmed_by(closes)]
        in_time = sum(one.closed_before_due for one in done)
        asked = [one for one in counted if one.tries] if each.asks else []
        first = sum(one.right_first for one in asked)
        yield (
            f"#{each.number}",
            each.version,
            KINDS[each.kind],
            each.title,
            material.name(each.author),
            f"#{each.request}" if each.request else None,
            each.published_at,
            len(each.readers),
            len(each.readers) - len(counted),
            in_time,
            len(done) - in_time,
            len(counted) - len(done),
            showing.figure(figures.share(in_time, len(counted))),
            showing.figure(figures.share(first, len(asked))) if each.asks else None,
        )


def _curve(material: Material) -> Iterator[Row]:
    """How many of those who were to confirm had done so by the end of each day."""
    zone, closes = ZoneInfo(material.period.zone), material.made_at
    after: Counter[int] = Counter()
    people = 0
    for each in _posted(material):
        day = each.published_at.astimezone(zone).date()
        counted = [one for one in each.readers if one.counted]
        people += len(counted)
        for one in counted:
            if one.confirmed_by(closes) and one.closed is not None:
                after[min((one.closed.astimezone(zone).date() - day).days, DAYS + 1)] += 1
    so_far = 0
    for number in range(DAYS + 1):
        so_far += after[number]
        rate = figures.share(so_far, people)
        yield number, so_far, rate.of_one if isinstance(rate, Rate) else None


READ = say(
    "Not counted: who left the audience before it was due, was away for all of it, or had "
    "confirmed the version before. The title is that of the published notice; a message that is "
    "followed up is not quoted."
)
COLUMNS = (
    Column(header=say("No.")),
    Column(header=say("Version"), kind="whole"),
    Column(header=say("Kind"), width=12),
    Column(header=say("Title"), width=36, wrap=True),
    Column(header=say("Published by")),
    Column(header=say("Approved by request")),
    Column(header=say("Published"), kind="moment"),
    Column(header=say("Audience"), kind="whole"),
    Column(header=say("Not counted"), kind="whole"),
    Column(header=say("Confirmed in time"), kind="whole"),
    Column(header=say("Confirmed late"), kind="whole"),
    Column(header=say("Not confirmed"), kind="whole"),
    Column(header=say("Read in time"), kind="percent"),
    Column(header=say("Right at the first try"), kind="percent"),
)
CURVE = (
    Column(header=say("Day"), kind="whole"),
    Column(header=say("Confirmed so far"), kind="whole"),
    Column(header=say("Of all"), kind="percent"),
)
SHEET = Sheet(name=say("Notices"), who=frozenset({"hr", "head", "audit"}), build=build)
