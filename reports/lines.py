"""The rows of one long table on one sheet, written some hundred at a time."""

from collections.abc import Sequence
from itertools import count, repeat
from typing import Any

from bot.report import Column, Formula, Kind, Row, Tone
from reports.cells import Pen, seen
from reports.ink import Ink
from reports.looks import Paper
from reports.offsets import Offsets
from reports.proof import Broken

NOTHING = type(None)


class Lines:
    def __init__(
        self, pen: Pen, paper: Paper, columns: Sequence[Column], widths: Sequence[float]
    ) -> None:
        self.pen, self.paper, self.columns, self.widths = pen, paper, columns, widths
        self.live = False  # formulas may stand here
        self.wraps = any(column.wrap for column in columns)
        self._offsets = Offsets(pen.zone)
        self._inks: dict[tuple[int, Kind, Tone], Ink] = {}

    def xml(self, first: int, rows: Sequence[Row | Sequence[Any]]) -> str:
        """`first`: the number of the first of these rows on its sheet. Raises Broken.

        The cells need no name: they stand in order, and none is left out.
        """
        for number, row in enumerate(rows, first):
            if len(row) != len(self.columns):
                raise Broken(f"row {number}: {len(row)} values for {len(self.columns)} columns")
        highs = map(self._high, rows) if self.wraps else repeat("", len(rows))
        begins = [f'<row r="{number}"{high}>' for number, high in enumerate(highs, first)]
        cells = [self._column(first, *each) for each in enumerate(zip(*rows, strict=True))]
        return "</row>".join(map("".join, zip(begins, *cells, strict=True))) + "</row>"

    def _high(self, row: Row | Sequence[Any]) -> str:
        tall = self.pen.height(self.columns, row, self.widths)
        return "" if tall is None else f' ht="{tall}" customHeight="1"'

    def _column(self, first: int, at: int, values: Sequence[Any]) -> list[str]:
        types = set(map(type, values)) - {NOTHING}
        made = None
        if len(types) == 1:
            sample = next(value for value in values if value is not None)
            _, kind, tone = seen(sample, self.columns[at])
            quick = self._ink(at, kind, tone).quick(type(sample))
            made = quick and quick(values)
        return made if made is not None else self._each(first, at, values)

    def _each(self, first: int, at: int, values: Sequence[Any]) -> list[str]:
        made, numbers = [], count(first)
        for value in values:
            number = next(numbers)
            try:
                plain, kind, tone = seen(value, self.columns[at])
                ink = self._ink(at, kind, tone)
                if self.live and isinstance(plain, Formula):
                    made.append(ink.formula(self.pen.formula(plain, number)))
                else:
                    made.append(ink.one(plain))
            except Exception as error:
                raise Broken(f"row {number}: {error!r}") from error
        return made

    def _ink(self, at: int, kind: Kind, tone: Tone) -> Ink:
        key = (at, kind, tone)
        if key not in self._inks:
            style = self.pen.looks.value(self.paper, kind, tone, self.columns[at])
            self._inks[key] = Ink(self.pen, self.pen.looks.number(style), self._offsets)
        return self._inks[key]
