"""What was done, one line after another: append-only by the database itself. Policy 5.1.1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.findings import Trace
from bot.store.rows import Rows


@dataclass(frozen=True, slots=True)
class Trail:
    """Of findings, or of cases: the table names in its first key what each line is about."""

    rows: Rows
    table: sa.Table

    @property
    def of(self) -> sa.Column[Any]:
        return self.table.c[list(self.table.primary_key.columns)[1].name]

    def add(self, id: str, trace: Trace) -> None:
        """One line more; its place is given here."""
        number = self.rows.count(self.table, self.of == id) + 1
        body = None
        if trace.more:
            body = self.rows.close(self.table.c.body, f"{id}/{number}", dict(trace.more))
        values = {name: getattr(trace, name) for name in ("round", "deed", "by", "at")}
        self.rows.add(self.table, **{self.of.name: id}, number=number, body=body, **values)

    def all(self, id: str) -> list[Trace]:
        rows = self.rows.all(self.table, self.of == id, order=[self.table.c.number])
        return [self._trace(id, row) for row in rows]

    def between(self, deed: str, start: datetime, end: datetime) -> Sequence[tuple[str, Trace]]:
        """Every such deed of that time, with what it was done to."""
        c = self.table.c
        rows = self.rows.all(self.table, c.deed == deed, c.at >= start, c.at < end)
        return [
            (row._mapping[self.of.name], self._trace(row._mapping[self.of.name], row))
            for row in rows
        ]

    def _trace(self, id: str, row: Any) -> Trace:
        more: Mapping[str, str] = {}
        if row.body is not None:
            more = self.rows.open(self.table.c.body, f"{id}/{row.number}", row.body)
        return Trace(round=row.round, deed=row.deed, by=row.by, at=row.at, more=more)
