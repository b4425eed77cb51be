"""Charts of a sheet as plain shapes, drawn by the server: a template makes SVG of them.

Each stands beside the table it is drawn from, for who cannot see it, or wants the numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log10

from bot.report import Chart, Column, Kind, Layout, Shown, Table
from bot.web.telling import Told, told
from bot.words import Say

WIDTH, HEIGHT = 360, 190  # of a line, in units of its own
LEFT, RIGHT, TOP, BOTTOM = 40, 16, 12, 26  # around the lines
ROW, BAR, ROOM = 34, 12, 62  # of one bar with its words above it; room for its number
LABEL = 52  # units that a label below the axis takes
FOURTHS = 4


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    told: Told


@dataclass(frozen=True, slots=True)
class Line:
    """`path`: as SVG has it; it breaks off where there is no number."""

    name: Say
    path: str
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class Mark:
    """A label beside an axis, or what a bar is of."""

    at: float
    told: Told


@dataclass(frozen=True, slots=True)
class Piece:
    """Of a bar: one of several series, one behind the other."""

    x: float
    width: float
    series: int


@dataclass(frozen=True, slots=True)
class Bar:
    y: float
    label: Told
    pieces: Sequence[Piece]
    end: float
    told: Told


@dataclass(frozen=True, slots=True)
class Drawing:
    title: Say
    width: int
    height: int
    names: Sequence[Say]  # of the series, where there are several
    table: Sequence[Sequence[Told]]
    headers: Sequence[Say]
    lines: Sequence[Line] = ()
    bars: Sequence[Bar] = ()
    across: Sequence[Mark] = ()  # labels below the lines
    up: Sequence[Mark] = ()  # and beside them


def drawings(layout: Layout) -> list[Drawing]:
    """Of its tables but the first, as charts count them."""
    _, *others = layout.tables
    return [_drawn(each, others[each.table]) for each in layout.charts]


def _drawn(chart: Chart, table: Table) -> Drawing:
    rows = [[_shown(each) for each in row] for row in table.rows]
    headers = [each.header for each in table.columns]
    drawn = [at - 1 for at in chart.series]  # they are counted from 1
    names = [table.columns[at].header for at in drawn]
    said = [[_told(*each) for each in zip(row, table.columns, strict=True)] for row in rows]
    values = [[_number(row[at]) for at in drawn] for row in rows]
    kind = table.columns[drawn[0]].kind
    if chart.shape == "line":
        top = 1.0 if chart.percent else _top(value for row in values for value in row)
        return Drawing(
            chart.title, WIDTH, HEIGHT, names, said, headers,
            lines=_lines(names, values, top, kind),
            across=_across([row[0] for row in said]),
            up=[Mark(_y(n / FOURTHS), told(top * n / FOURTHS, kind)) for n in range(FOURTHS + 1)],
        )  # fmt: skip
    several = names if len(names) > 1 else []
    bars = _bars([row[0] for row in said], values, kind)
    return Drawing(chart.title, WIDTH, ROW * len(bars), several, said, headers, bars=bars)


def _shown(cell: object) -> Shown:
    return cell if isinstance(cell, Shown) else Shown(cell)  # type: ignore[arg-type]


def _told(cell: Shown, column: Column) -> Told:
    return told(cell.value, cell.kind or column.kind)


def _number(cell: Shown) -> float | None:
    return float(cell.value) if isinstance(cell.value, int | float) else None


def _top(values: Iterable[float | None]) -> float:
    """The next round number above all."""
    most = max((value for value in values if value is not None), default=0) or 1
    step: float = 10.0 ** (ceil(log10(most)) - 1)
    return ceil(most / step) * step


def _x(place: int, count: int) -> float:
    middle = WIDTH - LEFT - RIGHT
    return round(LEFT + middle * (place + 0.5) / count, 1)


def _y(part: float) -> float:
    return round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), 1)


def _lines(
    names: Sequence[Say], rows: Sequence[Sequence[float | None]], top: float, kind: Kind
) -> list[Line]:
    found = []
    for series, name in enumerate(names):
        dots, path, draws = [], [], False
        for place, row in enumerate(rows):
            value = row[series]
            if value is not None:
                dot = Dot(_x(place, len(rows)), _y(value / top), told(value, kind))
                dots.append(dot)
                path.append(f"{'L' if draws else 'M'}{dot.x} {dot.y}")
            draws = value is not None
        found.append(Line(name, "".join(path), dots))
    return found


def _across(labels: Sequence[Told]) -> list[Mark]:
    """As many as there is room for, the last of them always."""
    every = ceil(len(labels) * LABEL / (WIDTH - LEFT - RIGHT)) or 1
    last = len(labels) - 1
    return [
        Mark(_x(place, len(labels)), label)
        for place, label in enumerate(labels)
        if (last - place) % every == 0
    ]


def _bars(labels: Sequence[Told], rows: Sequence[Sequence[float | None]], kind: Kind) -> list[Bar]:
    sums = [sum(value or 0 for value in row) for row in rows]
    most = max(sums, default=0) or 1
    found = []
    for place, (label, row, total) in enumerate(zip(labels, rows, sums, strict=True)):
        pieces, x = list[Piece](), 0.0
        for series, value in enumerate(row):
            width = (value or 0) / most * (WIDTH - ROOM)
            if width:
                pieces.append(Piece(round(x, 1), round(width, 1), series))
            x += width
        whole = round(total) if kind == "whole" else total
        found.append(Bar(place * ROW, label, pieces, round(x + 6, 1), told(whole, kind)))
    return found
