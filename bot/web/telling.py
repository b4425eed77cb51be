"""A cell of a sheet in words: what a page says where a workbook has a number and its format."""

from datetime import date, datetime, timedelta

from bot.report import Formula, Kind
from bot.report import Value as Cell
from bot.words import Quoted, Say, Share, Value, say

Told = Say | Value
NOTHING = "—"
MINUS = "\N{MINUS SIGN}"


def told(value: Cell, kind: Kind) -> Told:  # noqa: PLR0911
    """Raises TypeError for what no cell may be."""
    match value:
        case None:
            return Quoted(NOTHING)
        case Say() | datetime() | date() | timedelta():
            return value
        case str():
            return Quoted(value)
        case Formula():
            return told(value.stored, kind)
    match kind:
        case "percent":
            return Share(float(value))
        case "change":
            return say("{change} points", change=Quoted(signed(value)))
        case "minutes":
            sign = Quoted(MINUS if value < 0 else "+")
            return say("{sign}{span}", sign=sign, span=timedelta(minutes=abs(value)))
        case "decimal":
            return Quoted(f"{value:.1f}")
        case _:
            return round(value)


def signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", MINUS)
