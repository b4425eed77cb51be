"""How cells look: named styles, so that a reader can restyle the whole book at once."""

from typing import Any, Literal, assert_never

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray

from bot.report import Column, Kind, Tone

Paper = Any  # a sheet: the type stubs know little of what it can do
Part = Literal["title", "about", "lead", "heading", "header", "note", "link", "label", "input"]

INK, ACCENT, PALE, FAINT, LINE = "1F2933", "1F4E79", "D9E2EC", "7B8794", "CBD2D9"
YELLOW, WHITE = "FFF8E1", "FFFFFF"
FONTS = {"en": "Calibri", "zh_Hans": "Microsoft YaHei", "zh_Hant": "Microsoft JhengHei"}
FORMATS: dict[Kind, str] = {
    "text": "@",
    "whole": "#,##0",
    "decimal": "0.0",
    "percent": "0.0%",
    "change": '+0.0" pp";-0.0" pp";0.0" pp"',
    "moment": "yyyy-mm-dd hh:mm",
    "span": "[h]:mm",
    "minutes": '+#,##0" min";-#,##0" min";0" min"',
    "truth": '"TRUE";"TRUE";"FALSE"',  # or some programs show 1
}
WIDTHS: dict[Kind, int] = {  # at least: a number that does not fit prints as ###
    "text": 6,
    "whole": 9,
    "decimal": 9,
    "percent": 10,
    "change": 11,
    "moment": 18,
    "span": 10,
    "minutes": 12,
    "truth": 10,
}
TONES: dict[Tone, tuple[str, bool]] = {  # colour and bold; dark enough for print
    "plain": (INK, False),
    "strong": (INK, True),
    "good": ("1B5E20", True),
    "fair": ("8A5A00", True),
    "bad": ("9B1C1C", True),
    "grey": (FAINT, False),
}
LEFT: tuple[Kind, ...] = ("text", "moment", "truth")
INDENT = 1  # on the left only: LibreOffice loses it now and then on the right
Look = tuple[Kind, Tone, bool, bool]  # of a value: also whether left, and whether it wraps
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)


class Looks:
    """The styles of one book, each made when it is first needed."""

    def __init__(self, book: Workbook, language: str) -> None:
        self.book, self.font = book, FONTS.get(language, FONTS["en"])
        self._arrays: dict[str, StyleArray] = {}
        self._known: dict[Look, StyleArray] = {}
        normal: Any = book._named_styles["Normal"]  # type: ignore[attr-defined]
        normal.font = Font(name=self.font, size=10, color=INK)

    def part(self, sheet: Paper, part: Part) -> StyleArray:
        return self._array(sheet, _part(part, self.font))

    def value(self, sheet: Paper, kind: Kind, tone: Tone, column: Column) -> StyleArray:
        key = (kind, tone, column.kind in LEFT, column.wrap)
        if key not in self._known:
            self._known[key] = self._array(sheet, _value(key, self.font))
        return self._known[key]

    def number(self, style: StyleArray) -> int:
        """How the file calls it."""
        return int(self.book._cell_styles.add(style))  # type: ignore[attr-defined]

    def _array(self, sheet: Paper, style: NamedStyle) -> StyleArray:
        if style.name not in self._arrays:
            self.book.add_named_style(style)
            cell: Any = Cell(sheet, 1, 1)
            cell.style = style.name
            cell.quotePrefix = True  # editing it leaves text what it is; no matter for numbers
            self._arrays[style.name] = cell._style
        return self._arrays[style.name]


def _value(look: Look, font: str) -> NamedStyle:
    kind, tone, left, wrap = look
    colour, bold = TONES[tone]
    side = "left" if left else "right"
    indent = INDENT if left else 0
    return NamedStyle(
        name=f"Duly {kind} {tone} {side}{' wrapped' if wrap else ''}",
        font=Font(name=font, size=10, color=colour, bold=bold),
        alignment=Alignment(horizontal=side, vertical="top", wrap_text=wrap, indent=indent),
        border=Border(bottom=Side("hair", LINE)),
        number_format=FORMATS[kind],
    )


def _part(part: Part, font: str) -> NamedStyle:  # noqa: PLR0911
    name = f"Duly {part}"
    match part:
        case "title":
            return NamedStyle(name, Font(name=font, size=16, bold=True, color=ACCENT))
        case "about" | "note":
            wrapped = Alignment(vertical="top", wrap_text=True)
            return NamedStyle(name, Font(name=font, size=9, color=FAINT), alignment=wrapped)
        case "lead":
            wrapped = Alignment(vertical="top", wrap_text=True)
            return NamedStyle(name, Font(name=font, size=10, color=INK), alignment=wrapped)
        case "heading":
            return NamedStyle(name, Font(name=font, size=11, bold=True, color=ACCENT))
        case "label":
            right = Alignment(horizontal="right", vertical="center")
            return NamedStyle(name, Font(name=font, size=9, color=FAINT), alignment=right)
        case "input":
            line = Border(*(Side("thin", ACCENT),) * 4)
            fill = PatternFill("solid", fgColor=YELLOW)
            middle = Alignment(horizontal="center", vertical="center")
            bold = Font(name=font, size=10, bold=True, color=ACCENT)
            return NamedStyle(
                name, bold, fill, line, alignment=middle, number_format=FORMATS["whole"]
            )
        case "link":
            line = Border(bottom=Side("hair", LINE))
            return NamedStyle(
                name,
                Font(name=font, size=10, color=ACCENT, underline="single"),
                border=line,
                alignment=Alignment("left", "top", indent=INDENT),
            )
        case "header":
            return NamedStyle(
                name,
                Font(name=font, size=10, bold=True, color=ACCENT),
                fill=PatternFill("solid", fgColor=PALE),
                border=Border(
                    Side("medium", WHITE), Side("medium", WHITE), bottom=Side("medium", ACCENT)
                ),
                alignment=MIDDLE,
            )
        case _:
            assert_never(part)
