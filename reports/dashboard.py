"""Sheet 1: every key figure with its target, the period before, and four charts."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.handlers.requestcards import KINDS
from bot.policy import figures
from bot.policy.figures import Rate
from bot.report import EDITIONS, Chart, Column, Layout, Material, Row, Sheet, Table, Value
from bot.words import Say, say
from reports import showing, upheld
from reports.measure import Measure
from reports.measures import MEASURES

HOUR = timedelta(hours=1)
Route = tuple[Say | str, int, float | None, float | None]  # how many, median, 90th percentile
BUCKETS = (
    say("up to 1 h"),
    say("1–4 h"),
    say("4–8 h"),
    say("8–24 h"),
    say("over 24 h"),
    say("not answered"),
)


def build(material: Material) -> Layout:
    drawn = [each for each in _drawn(material) if each[0].rows]
    return Layout(
        title=say("Dashboard"),
        shows=say("Every key figure with its target and the period before"),
        tables=(
            Table(columns=KEY_FIGURES, rows=tuple(_figures(material))),
            *(table for table, _ in drawn),
        ),
        charts=tuple(replace(chart, table=at) for at, (_, chart) in enumerate(drawn) if chart),
        notes=(MARKS,),
    )


def _drawn(material: Material) -> Iterator[tuple[Table, Chart | None]]:
    """What is drawn, each with its picture; None where there is nothing to see."""
    line = Chart(shape="line", title=say("On-time rate"), table=0, series=(2, 3), percent=True)
    trend = Table(columns=TREND, rows=tuple(_trend(material)), title=say("On-time rate over time"))
    yield trend, line if any(row[1] for row in trend.rows) else None
    bars = Chart(shape="column", title=say("Working time to the answer"), table=0, series=(2,))
    spread = Table(
        columns=SPREAD, rows=tuple(_spread(material)), title=say("How long answers took")
    )
    yield spread, bars if material.now.facts else None
    by_route = tuple(routes(material))
    known = tuple(at for at in (3, 4) if any(row[at - 1] for row in by_route))
    took = Chart(
        shape="column", title=say("Approvals: working hours by route"), table=0, series=known
    )
    shown = Table(columns=ROUTES, rows=by_route, title=say("How long approvals took"))
    yield shown, took if known else None
    yield upheld.weighed(material, short=True)


def routes(material: Material) -> Iterator[Route]:
    """K9, route by route; where most are not decided yet there is no number to draw.

    What is so rare that it would be somebody's is left out where nobody may be known.
    """
    period = material.period
    closes = figures.cutoff(period, period, material.made_at)
    times = defaultdict[str, list[timedelta | None]](list)
    for request in material.submitted(period):
        times[request.kind.partition(".")[0]].append(material.took(request, closes))
    least = figures.SMALLEST_GROUP if material.edition == "board" else 1
    for kind, took in sorted(times.items()):
        if len(took) < least:
            continue
        middle = figures.percentile(took, figures.MEDIAN)
        most = figures.percentile(took, figures.NINETIETH, figures.TAIL_NEEDS)
        yield KINDS.get(kind, kind), len(took), _hours(middle), _hours(most)


def _hours(span: figures.Span) -> float | None:
    return span / HOUR if isinstance(span, timedelta) else None


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
    Column(header=say("Key figure"), width=38),
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
ROUTES = (
    Column(header=say("Route")),
    Column(header=say("Requests"), kind="whole"),
    Column(header=say("Median (h)"), kind="decimal"),
    Column(header=say("90th percentile (h)"), kind="decimal"),
)
SHEET = Sheet(name=say("Dashboard"), who=frozenset(EDITIONS), build=build)
