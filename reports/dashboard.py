"""Sheet 1: every key figure with its target, the period before, and two charts."""

from collections.abc import Iterator

from bot.policy import figures
from bot.policy.figures import Rate
from bot.report import EDITIONS, Chart, Column, Layout, Material, Row, Sheet, Table, Value
from bot.words import say
from reports import showing
from reports.measure import Measure
from reports.measures import MEASURES

BUCKETS = (
    say("up to 1 h"),
    say("1–4 h"),
    say("4–8 h"),
    say("8–24 h"),
    say("over 24 h"),
    say("not answered"),
)


def build(material: Material) -> Layout:
    trend, spread = tuple(_trend(material)), tuple(_spread(material))
    line = Chart(shape="line", title=say("On-time rate"), table=0, series=(2, 3), percent=True)
    bars = Chart(shape="column", title=say("Working time to the answer"), table=1, series=(2,))
    return Layout(
        title=say("Dashboard"),
        shows=say("Every key figure with its target and the period before"),
        tables=(
            Table(columns=KEY_FIGURES, rows=tuple(_figures(material))),
            Table(columns=TREND, rows=trend, title=say("On-time rate over time")),
            Table(columns=SPREAD, rows=spread, title=say("How long answers took")),
        ),
        charts=(line, bars) if material.now.facts or material.before.facts else (),
        notes=(MARKS,),
    )


def _figures(material: Material) -> Iterator[Row]:
    for measure in MEASURES:
        if material.edition in measure.who:
            yield _figure(material, measure)


def _figure(material: Material, measure: Measure) -> Row:
    now, before = measure.of(material.now), measure.of(material.before)
    target = material.rulebook.targets.get(measure.target)
    wanted = None if target is None else target / 100
    standing = None
    if wanted is not None and isinstance(now, Rate):
        standing = figures.standing(now, wanted)
    return (
        measure.id,
        measure.name,
        showing.figure(now),
        showing.low(now),
        showing.high(now),
        wanted,
        showing.figure(before),
        showing.change(now, before),
        measure.n(material.now),
        showing.mark(standing) if target is None or isinstance(now, Rate) else showing.HIDDEN,
    )


def _trend(material: Material) -> Iterator[Row]:
    target = material.rulebook.targets.get("on_time")
    for point in material.trend:
        rate = point.on_time
        shown: Value = rate.of_one if isinstance(rate, Rate) else None
        yield point.period.label, shown, target and target / 100, point.counted


def _spread(material: Material) -> Iterator[Row]:
    counts = figures.spread(material.now.facts)
    yield from zip(BUCKETS, counts, strict=True)


MARKS = say(
    "● the whole 90 % interval reaches the target · ■ the whole interval is below it · "
    "▲ the numbers are too small to tell. Grey: fewer than 20 counted."
)
KEY_FIGURES = (
    Column(header=say("No."), width=7),
    Column(header=say("Key figure"), width=34),
    Column(header=say("Value"), kind="percent"),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Target"), kind="percent"),
    Column(header=say("Period before"), kind="percent"),
    Column(header=say("Change"), kind="change"),
    Column(header=say("Counted (n)"), kind="whole"),
    Column(header=say("Status"), width=20),
)
TREND = (
    Column(header=say("Period")),
    Column(header=say("On-time rate"), kind="percent"),
    Column(header=say("Target"), kind="percent"),
    Column(header=say("Counted (n)"), kind="whole"),
)
SPREAD = (
    Column(header=say("Working time")),
    Column(header=say("Answers"), kind="whole"),
)
SHEET = Sheet(name=say("Dashboard"), who=frozenset(EDITIONS), build=build)
