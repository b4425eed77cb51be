"""Native charts over cells of the sheet they stand on: they follow when a value is corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)

from bot.report import Chart, Shown
from reports.looks import ACCENT, INK, LINE, Paper

TARGET = "B7791F"
OTHERS = ("9B2C2C", "718096")  # what was not kept, and the rest
COLOURS = (ACCENT, TARGET, *OTHERS)
GRADES = ("A9BBCB", "E0A83C", "B4531B", "6B1A1A")  # lighter to darker, so in grey too
TITLE, LABEL = 1200, 900  # hundredths of a point
THIN, THICK = 6_350, 28_575  # EMU, 12,700 to a point
MARGIN = 90_000  # EMU: on the page's edge, a frame is not printed
CHARACTER = 66_675  # EMU
GAP, WIDEST_GAP = 60, 500  # between bars, per cent of their width
LOW = 0.12  # below it there is no room for a label under its point
SILENT = dict.fromkeys(("showSerName", "showCatName", "showLegendKey", "showPercent"), False)


@dataclass(frozen=True, slots=True)
class Spot:
    """From column `left` until before `right` (from 0), rows `top` to `bottom` (from 1).

    `last`: how wide the last column is. What is drawn stands below row `header`, from column
    `names` on, where the points have their names (from 1).
    """

    left: int
    right: int
    top: int
    bottom: int
    last: float  # characters
    header: int
    names: int


def chart(paper: Paper, wish: Chart, title: str, spot: Spot, rows: Sequence[Sequence[Any]]) -> Any:
    """`rows`: what stands there. A series of nothing but zeros is not drawn."""
    drawn: Any = LineChart() if wish.shape == "line" else BarChart()
    header, last = spot.header, spot.header + len(rows)
    colours, values = [], []
    for column, colour in zip(wish.series, GRADES if wish.graded else COLOURS, strict=False):
        found = [_number(row[column - 1]) for row in rows]
        if not any(found):
            continue
        at = spot.names + column - 1
        cells = Reference(paper, min_col=at, min_row=header, max_row=last)
        drawn.add_data(cells, titles_from_data=True)
        colours.append(colour)
        values.append(found)
    names = Reference(paper, min_col=spot.names, min_row=header + 1, max_row=last)
    drawn.set_categories(names)
    if wish.shape == "stacked":
        drawn.grouping, drawn.overlap = "stacked", 100
    drawn.title = _title(title)
    drawn.legend.position = "b"
    if len(wish.series) == 1:
        drawn.legend = None
    _axes(drawn, wish.percent)
    _series(drawn, colours, values)
    drawn.anchor = TwoCellAnchor(
        editAs="oneCell",
        _from=AnchorMarker(col=spot.left, row=spot.top, colOff=MARGIN),
        to=AnchorMarker(
            col=spot.right - 1, row=spot.bottom, colOff=int(spot.last * CHARACTER) - MARGIN
        ),
    )
    return drawn


def _title(words: str) -> Any:
    size = CharacterProperties(sz=TITLE, b=True, solidFill=INK)
    run = RegularTextRun(t=words, rPr=size)
    title: Any = Title(overlay=False)
    title.tx = Text(rich=RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=size), r=[run])]))
    return title


def _axes(drawn: Any, percent: bool) -> None:
    drawn.x_axis.delete = drawn.y_axis.delete = False  # else newer Excel shows none
    drawn.y_axis.majorGridlines.spPr = GraphicalProperties(ln=_line(LINE, THIN))
    drawn.y_axis.number_format = "0%" if percent else "#,##0"
    drawn.y_axis.scaling.min = 0
    if percent:
        drawn.y_axis.scaling.max = 1
    drawn.x_axis.tickLblPos = "low"
    for axis in (drawn.x_axis, drawn.y_axis):
        axis.txPr = _small()


def _number(value: Any) -> float | None:
    plain = value.value if isinstance(value, Shown) else value
    return plain if isinstance(plain, int | float) else None


def _series(drawn: Any, colours: Sequence[str], values: Sequence[Sequence[float | None]]) -> None:
    for series, colour, found in zip(drawn.series, colours, values, strict=True):
        if isinstance(drawn, BarChart):
            series.graphicalProperties = GraphicalProperties(solidFill=colour)
            if drawn.grouping != "stacked":  # there they would stand on dark ground, and nothings
                whole = all(isinstance(each, int | None) for each in found)
                series.dLbls = _labels("#,##0" if whole else "#,##0.0")
            drawn.gapWidth = _gap(len(found))
        else:
            _stroke(series, colour, found)


def _gap(bars: int) -> int:
    """Per cent of a bar's width: few bars are no broader than four."""
    return min(WIDEST_GAP, max(GAP, round(4 * (100 + GAP) / bars) - 100))


def _stroke(series: Any, colour: str, values: Sequence[float | None]) -> None:
    series.smooth = False
    series.graphicalProperties = GraphicalProperties(ln=_line(colour, THICK))
    if colour == ACCENT:
        series.marker.symbol, series.marker.size = "circle", 7
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.dLbls = _labels("0.0%", "b")
        series.dLbls.dLbl = [
            DataLabel(idx=at, numFmt="0.0%", dLblPos="t", showVal=True, **SILENT)
            for at, value in enumerate(values)
            if value is not None and value < LOW
        ]
    else:
        series.marker.symbol = "none"
        series.graphicalProperties.line.dashStyle = "dash"


def _line(colour: str, width: int) -> LineProperties:
    return LineProperties(solidFill=colour, w=width)


def _labels(form: str, position: str | None = None) -> DataLabelList:
    labels = DataLabelList(numFmt=form, showVal=True, dLblPos=position)
    for name, value in SILENT.items():
        setattr(labels, name, value)
    labels.txPr = _small()
    return labels


def _small() -> RichText:
    size = CharacterProperties(sz=LABEL, solidFill=INK)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=size), endParaRPr=size)])
