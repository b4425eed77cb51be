"""Native charts over cells of the sheet they stand on: they follow when a value is corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.label import DataLabelList
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

from bot.report import Chart
from reports.looks import ACCENT, INK, LINE, Paper

TARGET = "B7791F"
OTHERS = ("9B2C2C", "718096")  # what was not kept, and the rest
COLOURS = (ACCENT, TARGET, *OTHERS)
GRADES = ("A9BBCB", "E0A83C", "B4531B", "6B1A1A")  # lighter to darker, so in grey too
TITLE, LABEL = 1200, 900  # hundredths of a point
THIN, THICK = 6_350, 28_575  # EMU, 12,700 to a point
MARGIN = 90_000  # EMU: on the page's edge, a frame is not printed
CHARACTER = 66_675  # EMU


@dataclass(frozen=True, slots=True)
class Spot:
    """From column `left` until before `right` (from 0), rows `top` to `bottom` (from 1).

    `data`: the header row and the last row of what is drawn. `last`: how wide the last column is.
    """

    left: int
    right: int
    top: int
    bottom: int
    data: tuple[int, int]
    last: float  # characters


def chart(paper: Paper, wish: Chart, title: str, spot: Spot) -> Any:
    drawn: Any = LineChart() if wish.shape == "line" else BarChart()
    header, last = spot.data
    for column in wish.series:
        at = spot.left + column
        found = Reference(paper, min_col=at, min_row=header, max_row=last)
        drawn.add_data(found, titles_from_data=True)
    names = Reference(paper, min_col=spot.left + 1, min_row=header + 1, max_row=last)
    drawn.set_categories(names)
    if wish.shape == "stacked":
        drawn.grouping, drawn.overlap = "stacked", 100
    drawn.title = _title(title)
    drawn.legend.position = "b"
    if len(wish.series) == 1:
        drawn.legend = None
    _axes(drawn, wish.percent)
    _series(drawn, GRADES if wish.graded else COLOURS)
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


def _series(drawn: Any, colours: Sequence[str]) -> None:
    for series, colour in zip(drawn.series, colours, strict=False):
        if isinstance(drawn, BarChart):
            series.graphicalProperties = GraphicalProperties(solidFill=colour)
            if drawn.grouping != "stacked":  # there they would stand on dark ground, and nothings
                series.dLbls = _labels("#,##0")
            drawn.gapWidth = 60
        else:
            _stroke(series, colour)


def _stroke(series: Any, colour: str) -> None:
    series.smooth = False
    series.graphicalProperties = GraphicalProperties(ln=_line(colour, THICK))
    if colour == ACCENT:
        series.marker.symbol, series.marker.size = "circle", 7
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.dLbls = _labels("0.0%", "b")
    else:
        series.marker.symbol = "none"
        series.graphicalProperties.line.dashStyle = "dash"


def _line(colour: str, width: int) -> LineProperties:
    return LineProperties(solidFill=colour, w=width)


def _labels(form: str, position: str | None = None) -> DataLabelList:
    labels = DataLabelList(numFmt=form, showVal=True, dLblPos=position)
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    labels.txPr = _small()
    return labels


def _small() -> RichText:
    size = CharacterProperties(sz=LABEL, solidFill=INK)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=size), endParaRPr=size)])
