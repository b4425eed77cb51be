"""Writes cells of a long table as the XML that openpyxl would write, in a tenth of the time.

What a cell may hold is decided where it is for every cell (`cells.Pen`): here is only haste. Some
hundred cells of a column are written at once where none of them needs a second look.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from bot.words import Say
from reports import text
from reports.cells import FIRST_DAY, LARGEST, Pen
from reports.offsets import QUARTER, Offsets, Uneven

EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # Excel's day nought
SINCE = -EPOCH.timestamp()  # seconds from there to 1970
DAY = timedelta(days=1)
SECONDS = 86_400  # of a day
SOON = FIRST_DAY.replace(tzinfo=UTC) + 2 * DAY  # in every zone
LATE = datetime(9999, 12, 29, tzinfo=UTC)
BESIDE = "|"  # between texts that are looked at together
LIVE = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
LOOKS = ("_x", f" {BESIDE}", f"{BESIDE} ", *LIVE)  # what may need to be written otherwise

Quick = Callable[[Sequence[Any]], list[str] | None]


class Ink:
    """One look of one column."""

    def __init__(self, pen: Pen, style: int, offsets: Offsets) -> None:
        self.pen, self.offsets = pen, offsets
        self.blank = f'<c s="{style}"/>'
        self._number = f'<c s="{style}"><v>'
        self._formula = f'<c s="{style}"><f>'
        self._truth = f'<c s="{style}" t="b"><v>'
        self._text = f'<c s="{style}" t="inlineStr"><is><t>'
        self._spaced = f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        self._known: dict[str, str] = {}  # sentences of ours

    def quick(self, kind: type) -> Quick | None:
        """Writes cells of that type, or blank, at once; None where one needs a second look."""
        ways: dict[type, Quick] = {
            str: self._texts,
            datetime: self._moments,
            timedelta: self._spans,
            int: self._numbers,
            float: self._numbers,
        }
        return ways.get(kind)

    def one(self, value: Any) -> str:
        """Anything. Raises Broken."""
        if not isinstance(value, Say) or value.values:
            return self._any(value)
        known = self._known.get(value.sentence)
        if known is None:
            known = self._known[value.sentence] = self._any(value)
        return known

    def formula(self, text: str) -> str:
        """No value stands with it: whoever opens the book computes it, or sees nothing.

        With one, LibreOffice believes it and computes nothing: a check would check nobody.
        """
        return f"{self._formula}{_plain(text)}</f></c>"

    def _texts(self, values: Sequence[str | None]) -> list[str] | None:
        some = [value for value in values if value]
        if not _harmless(BESIDE.join(some)) or max(map(len, some), default=0) > text.SHORT:
            return None
        begin, blank = self._text, self.blank
        return [f"{begin}{value}</t></is></c>" if value else blank for value in values]

    def _moments(self, values: Sequence[datetime | None]) -> list[str] | None:
        some = [value for value in values if value is not None]
        if None in {value.tzinfo for value in some} or min(some) < SOON or max(some) > LATE:
            return None
        offsets, seconds = self.offsets, [value.timestamp() // 1 for value in some]
        try:
            days = [(at + offsets[at // QUARTER] + SINCE) / SECONDS for at in seconds]
        except Uneven:
            return None
        begin, blank, left = self._number, self.blank, iter(days)
        if len(days) == len(values):
            return [f"{begin}{day!r}</v></c>" for day in days]
        return [blank if value is None else f"{begin}{next(left)!r}</v></c>" for value in values]

    def _spans(self, values: Sequence[timedelta | None]) -> list[str] | None:
        if min(value for value in values if value is not None) < timedelta():
            return None
        begin, blank = self._number, self.blank
        return [blank if value is None else f"{begin}{value / DAY!r}</v></c>" for value in values]

    def _numbers(self, values: Sequence[float | None]) -> list[str] | None:
        some = [value for value in values if value is not None]
        if not all(map(isfinite, some)) or max(map(abs, some)) > LARGEST:
            return None
        begin, blank = self._number, self.blank
        return [blank if value is None else f"{begin}{value!r}</v></c>" for value in values]

    def _any(self, value: Any) -> str:
        match content := self.pen.content(value):
            case None | "":
                return self.blank
            case str():
                return self._string(content)
            case timedelta():
                return f"{self._number}{content / DAY!r}</v></c>"
            case datetime():
                days = (content.replace(tzinfo=UTC) - EPOCH) / DAY
                return f"{self._number}{days!r}</v></c>"
            case bool():
                return f"{self._truth}{content:d}</v></c>"
            case _:
                return f"{self._number}{content!r}</v></c>"

    def _string(self, stored: str) -> str:
        stored = _plain(stored)
        edges = stored[0].isspace() or stored[-1].isspace()
        return f"{self._spaced if edges else self._text}{stored}</t></is></c>"


def _plain(text: str) -> str:
    for character, name in LIVE.items():
        text = text.replace(character, name)
    return text


def _harmless(together: str) -> bool:
    """All of these texts, and so each of them, are written as they stand."""
    edges = together[:1] == " " or together[-1:] == " "
    return together.isprintable() and not edges and not any(each in together for each in LOOKS)
