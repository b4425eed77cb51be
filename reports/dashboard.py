"""Sheet 1: every key figure with its target, the period before, and four charts."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import dropwhile

from bot.handlers.requestcards import KINDS
from bot.policy import figures
from bot.policy.figures import Rate, Span, Standing
from bot.report import EDITIONS, Chart, Column, Layout, Material, Row, Sheet, Shown, Table, Value
from bot.words import Say, say
from reports import showing, upheld
from reports.measure import Figure, Measure
from reports.measures import MEASURES

HOUR = timedelta(hours=1)
Route = tuple[Say | str, int, Span, Span]  # how many, median, 90th percentile
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
        lead=_lead(standings(material)),
        tables=(
            Table(columns=KEY_FIGURES, rows=tuple(_figures(material))),
            *(table for table, _ in drawn),
        ),
        charts=tuple(replace(chart, table=at) for at, (_, chart) in enumerate(drawn) if chart),
        notes=(MARKS,),
        aside=1,
    )


def standings(material: Material) -> Counter[Standing | None]:
    """How key figures stand to their targets; None: of these there is nothing to count."""
    return Counter(
        _standing(measure.of(material.now), wanted)
        for measure in MEASURES
        if material.edition in measure.who and (wanted := _wanted(material, measure)) is not None
    )


def _wanted(material: Material, measure: Measure) -> float | None:
    target = material.rulebook.targets.get(measure.target)
    return None if target is None else target / 100


def _standing(now: Figure, wanted: float | None) -> Standing | None:
    return figures.standing(now, wanted) if wanted is not None and isinstance(now, Rate) else None


def _lead(stand: Counter[Standing | None]) -> Say:
    return say(
        "Of {count} targets: ● {met} met, ▲ {unsure} too close to call, ■ {missed} missed, — "
        "{empty} with nothing to count.",
        count=stand.total(),
        met=stand["met"],
        unsure=stand["unsure"],
        missed=stand["missed"],
        empty=stand[None],
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
    yield _took(material)
    yield upheld.weighed(material, short=True)


def _took(material: Material) -> tuple[Table, Chart | None]:
    """How long approvals took by route; drawn is what is known of one route at least."""
    found = tuple(routes(material))
    known = tuple(at for at in (3, 4) if any(map(_hours, (route[at - 1] for route in found))))
    rows = tuple(
        (name, count, *(_told(span, drawn=at in known) for at, span in enumerate(spans, 3)))
        for name, count, *spans in found
    )
    table = Table(columns=ROUTES, rows=rows, title=say("How long approvals took"))
    title = MIDDLE if known == (3,) else say("Approvals: working hours by route")
    return table, Chart(shape="column", title=title, table=0, series=known) if known else None


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
        yield KINDS.get(kind, kind), len(took), middle, most


def _hours(span: object) -> float | None:
    return span / HOUR if isinstance(span, timedelta) else None


def _told(span: Span, *, drawn: bool) -> float | Shown | None:
    """Hours, or why there are none; that is left out where words would be drawn as a nought."""
    if drawn or isinstance(span, timedelta):
        return _hours(span)
    return showing.figure(span)


def _figures(material: Material) -> Iterator[Row]:
    for measure in MEASURES:
        if material.edition in measure.who:
            yield _figure(material, measure)


def _figure(material: Material, measure: Measure) -> Row:
    now, before = measure.of(material.now), measure.of(material.before)
    wanted = _wanted(material, measure)
    standing = _standing(now, wanted)
    return (
        measure.id,
        measure.name,
        showing.figure(now),
        wanted,
        measure.n(material.now),
        showing.mark(standing) if wanted is None or isinstance(now, Rate) else showing.HIDDEN,
        showing.low(now),
        showing.high(now),
        showing.figure(before),
        showing.change(now, before),
    )


def _trend(material: Material) -> Iterator[Row]:
    """From the first period in which anything was counted."""
    target = material.rulebook.targets.get("on_time")
    for point in dropwhile(lambda each: not each.counted, material.trend):
        rate = point.on_time
        shown: Value = rate.of_one if isinstance(rate, Rate) else None
        yield point.period.label, shown, target and target / 100, point.counted


def _spread(material: Material) -> Iterator[Row]:
    counts = figures.spread(material.now.facts)
    yield from zip(BUCKETS, counts, strict=True)


MIDDLE = say("Approvals by route, median working hours")
MARKS = say(
    "● the whole 90 % interval reaches the target · ■ the whole interval is below it · "
    "▲ the numbers are too small to tell. Grey: fewer than 20 counted."
)
KEY_FIGURES = (
    Column(header=say("No."), width=7),
    Column(header=say("Key figure"), width=38),
    Column(header=say("Value"), kind="percent"),
    Column(header=say("Target"), kind="percent"),
    Column(header=say("Counted (n)"), kind="whole"),
    Column(header=say("Status"), width=20),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Period before"), kind="percent"),
    Column(header=say("Change"), kind="change"),
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
