"""The dashboard as one picture, for the message that brings a report: four plain charts.

Drawn in the reader's language; in English where no font here has Chinese signs. Its colours stay
apart in print and for who sees few of them. Policy 5.1.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import dropwhile
from pathlib import Path
from textwrap import fill

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from bot.handlers.findingcards import SEVERITIES as NAMES
from bot.policy import figures
from bot.policy.figures import Rate
from bot.policy.findings import SEVERITIES, Severity
from bot.report import Material
from bot.words import Code, Reader, Say, render, say
from bot.words.language import language
from reports import upheld
from reports.dashboard import BUCKETS, HOUR, routes
from reports.text import width
from reports.violations import SMALL

SIZE = (10.0, 7.2)  # inches
DOTS = 110  # per inch
INK, FAINT, RULE = "#222222", "#666666", "#dddddd"
BLUE, ORANGE = "#0b5394", "#d55e00"
SHADES: Mapping[Severity, tuple[str, str]] = {  # colour, hatching
    "slight": ("#c6dbef", ""),
    "moderate": ("#6baed6", "//"),
    "serious": ("#fd8d3c", ".."),
    "critical": ("#a63603", "xx"),
}
CHINESE: Mapping[str, tuple[str, ...]] = {
    "zh_Hans": ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC"),
    "zh_Hant": ("Noto Sans CJK TC", "Source Han Sans TC", "Microsoft JhengHei", "PingFang TC"),
}
ANY_CHINESE = (
    *("Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK JP"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "SimHei"),
)
PLAIN = ("DejaVu Sans",)  # comes with matplotlib
MOST_BARS = 6
LONG, WIDE = 7, 14  # characters of a label: below a bar, beside one
LINE = 48  # characters of a sentence in the place of a chart
WHOLE, MARGIN = 100, 12  # per cent


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in one language, with fonts that have its signs."""

    reader: Reader
    fonts: tuple[str, ...]
    colour: str = INK

    def in_colour(self, colour: str) -> "Pen":
        return replace(self, colour=colour)

    def words(self, text: Say) -> str:
        return render(text, self.reader, str)

    def named(self, name: object) -> str:
        """In words, or as the company calls it."""
        return self.words(name) if isinstance(name, Say) else str(name)


def draw(material: Material, out: Path) -> None:
    """A PNG into `out`."""
    drawn(material).savefig(out, format="png", facecolor="white")


def drawn(material: Material) -> Figure:
    pen = pen_for(material.reader)
    spaced = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.14, wspace=0.06, hspace=0.06)
    figure = Figure(figsize=SIZE, dpi=DOTS, facecolor="white", layout=spaced)
    figure.suptitle(
        pen.words(say("Key figures of {period}", period=Code(material.period.label))),
        color=INK, fontsize=15, fontweight="bold", family=pen.fonts,
    )  # fmt: skip
    ((line, spread), (routes, violations)) = figure.subplots(2, 2)
    _on_time(line, material, pen)
    _responses(spread, material, pen)
    _approvals(routes, material, pen)
    _violations(violations, material, pen)
    return figure


def pen_for(reader: Reader) -> Pen:
    """In English where Chinese is wanted and no font here has its signs."""
    chinese = CHINESE.get(str(language(reader.language).locale))
    if chinese is None:
        return Pen(reader, PLAIN)
    found = next(filter(_installed, (*chinese, *ANY_CHINESE)), None)
    return Pen(reader, (found, *PLAIN)) if found else Pen(Reader("en", reader.zone), PLAIN)


@cache
def _installed(name: str) -> bool:
    return any(each.name == name for each in font_manager.fontManager.ttflist)


def _on_time(axes: Axes, material: Material, pen: Pen) -> None:
    points = list(dropwhile(lambda each: not each.counted, material.trend))
    target = material.rulebook.targets["on_time"]
    _title(axes, pen, say("On-time rate, in per cent"))
    known = [
        (place, WHOLE * point.on_time.of_one)
        for place, point in enumerate(points)
        if isinstance(point.on_time, Rate)
    ]
    if not known:
        _nothing(axes, pen)
        return
    places, rates = [place for place, _ in known], [rate for _, rate in known]
    axes.plot(places, rates, color=BLUE, marker="o", linewidth=2, markersize=5, clip_on=False)
    axes.axhline(target, color=ORANGE, linestyle="--", linewidth=1.2)
    words = pen.words(say("target {target}", target=Code(f"{target} %")))
    _note(axes, (len(points) / 2 - 0.5, float(target)), words, pen.in_colour(ORANGE))
    falls = rates[-1] < rates[-2] if len(rates) > 1 else False
    _note(axes, (places[-1], rates[-1]), _tenth(rates[-1]), pen.in_colour(BLUE), below=falls)
    low = max(0, min(*rates, target) - MARGIN)
    axes.set_ylim(low, WHOLE + MARGIN / 2)
    axes.set_yticks([each for each in axes.get_yticks() if low <= each <= WHOLE])
    axes.set_xlim(-0.4, len(points) - 0.6)
    _ticks(axes, pen, _short([p.period.label for p in points]))


def _responses(axes: Axes, material: Material, pen: Pen) -> None:
    counts = figures.spread(material.now.facts)
    _title(axes, pen, say("Answers by the working time they took"))
    if not sum(counts):
        _nothing(axes, pen)
        return
    colours = [BLUE] * (len(counts) - 1) + [ORANGE]
    bars = axes.bar(range(len(counts)), counts, color=colours, width=0.65)
    axes.bar_label(bars, padding=2, color=INK, fontsize=9)
    axes.margins(y=0.15)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _ticks(axes, pen, [_folded(pen.words(each)) for each in BUCKETS])


def _approvals(axes: Axes, material: Material, pen: Pen) -> None:
    medians = {
        f"{pen.named(kind)} ({count})": middle / HOUR
        for kind, count, middle, _ in routes(material)
        if isinstance(middle, timedelta)
    }
    _title(axes, pen, say("Approvals by route, median working hours"))
    if not medians:
        _nothing(axes, pen)
        return
    shown = sorted(medians.items(), key=lambda each: -each[1])[:MOST_BARS][::-1]
    lengths = [hours for _, hours in shown]
    bars = axes.barh(range(len(shown)), lengths, color=BLUE, height=0.6)
    axes.bar_label(bars, list(map(_tenth, lengths)), padding=3, color=INK, fontsize=9)
    axes.margins(x=0.15)
    _side(axes, pen, [name for name, _ in shown])


def _violations(axes: Axes, material: Material, pen: Pen) -> None:
    """What its reader may know of them: the same as on the dashboard."""
    _title(axes, pen, say("Violations upheld"))
    table, chart = upheld.weighed(material, short=True)
    if chart is None:
        _nothing(axes, pen, SMALL if table.rows else say("None was upheld."))
        return
    found = [(pen.named(name), [_drawn(each) for each in cells]) for name, *cells in table.rows]
    shown = sorted(found, key=lambda each: -sum(each[1]))[:MOST_BARS][::-1]
    left = [0] * len(shown)
    for number, severity in enumerate(SEVERITIES):
        counts = [each[number] for _, each in shown]
        colour, hatch = SHADES[severity]
        if any(counts):
            axes.barh(
                range(len(shown)), counts, left=left, height=0.6, color=colour, hatch=hatch,
                edgecolor="white", label=pen.words(NAMES[severity]),
            )  # fmt: skip
        left = [a + b for a, b in zip(left, counts, strict=True)]
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(
        frameon=False, prop={"family": pen.fonts, "size": 9}, loc="upper center", ncols=4,
        bbox_to_anchor=(0.5, -0.1), columnspacing=1.2, handlelength=1.4,
    )  # fmt: skip
    _side(axes, pen, [name for name, _ in shown])


def _drawn(cell: object) -> int:
    """Of what is hidden, nothing."""
    return cell if isinstance(cell, int) else 0


def _title(axes: Axes, pen: Pen, text: Say) -> None:
    axes.set_title(
        pen.words(text), loc="left", color=INK, fontsize=11, fontweight="bold", family=pen.fonts
    )
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.tick_params(length=0, colors=FAINT, labelsize=9)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=RULE, linewidth=0.6)


def _ticks(axes: Axes, pen: Pen, labels: list[str]) -> None:
    axes.set_xticks(range(len(labels)), labels, family=pen.fonts, fontsize=8.5)
    axes.margins(x=0.06)


def _folded(label: str, most: int = LONG) -> str:
    """On two lines where it is long: the next one stands close by."""
    gaps = [at for at, sign in enumerate(label) if sign == " "]
    if not gaps or len(label) <= most:
        return label
    middle = min(gaps, key=lambda at: abs(2 * at - len(label)))
    return f"{label[:middle]}\n{label[middle + 1 :]}"


def _side(axes: Axes, pen: Pen, labels: list[str]) -> None:
    folded = [_folded(each, WIDE) for each in labels]
    axes.set_yticks(range(len(labels)), folded, family=pen.fonts, fontsize=9)
    room = max(0, 4 - len(labels)) / 2  # few bars are no thicker than many
    axes.set_ylim(-0.6 - room, len(labels) - 0.4 + room)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=RULE, linewidth=0.6)


def _short(labels: list[str]) -> list[str]:
    """The year only where it changes."""
    found, year = list[str](), ""
    for label in labels:
        mine, _, rest = label.partition("-")
        found.append(rest if mine == year else label)
        year = mine
    return found


def _note(axes: Axes, at: tuple[float, float], text: str, pen: Pen, *, below: bool = False) -> None:
    axes.annotate(
        text, at, xytext=(0, -14 if below else 5), textcoords="offset points", ha="center",
        color=pen.colour, fontsize=9, family=pen.fonts,
    )  # fmt: skip


def _nothing(axes: Axes, pen: Pen, text: Say | None = None) -> None:
    axes.set_axis_off()
    words = pen.words(text or say("Nothing to count in this period."))
    most = LINE * len(words) // width(words)  # signs: a Chinese one takes the room of two
    axes.text(0.0, 0.9, fill(words, most), transform=axes.transAxes, color=FAINT, fontsize=10,
              family=pen.fonts, va="top")  # fmt: skip


def _tenth(number: float) -> str:
    """Rounded as the workbook shows it: 12.25 is 12.3."""
    return f"{Decimal(repr(number)).quantize(Decimal('0.1'), ROUND_HALF_UP)}"
