"""Which class something was given, by whom or what; and how much has only that of its channel.

Policy 3.1. Rows are added and never changed; the last one is in force.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.store.rows import Rows
from bot.store.schema import records
from bot.store.schema_classes import classes

Source = Literal["author", "head", "rule", "request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A class that a message was given. `by`: a person, a rule, or a request."""

    source: Source
    by: str
    before: str
    class_name: str
    at: datetime
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Classes:
    rows: Rows

    def add(self, conversation: str, message: str, given: Given) -> None:
        here = classes.c.conversation == conversation, classes.c.message == message
        self.rows.add(
            classes,
            conversation=conversation,
            message=message,
            number=self.rows.count(classes, *here) + 1,
            **{name: getattr(given, name) for name in Given.__slots__},
        )

    def of(self, conversation: str, message: str) -> list[Given]:
        """In order; the last one is in force."""
        here = classes.c.conversation == conversation, classes.c.message == message
        return [_given(row) for row in self.rows.all(classes, *here)]

    def sources(self, start: datetime, end: datetime) -> dict[str, int]:
        """Of what was said in that time: how much was given its class last by which source."""
        c = classes.c
        last = (
            sa.select(c.company, c.conversation, c.message, sa.func.max(c.number).label("number"))
            .where(c.company == self.rows.company, c.said_at >= start, c.said_at < end)
            .group_by(c.company, c.conversation, c.message)
            .subquery()
        )
        same = [c[name] == last.c[name] for name in ("company", "conversation", "message")]
        joined = sa.join(classes, last, sa.and_(*same, c.number == last.c.number))
        found = sa.select(c.source, sa.func.count()).select_from(joined).group_by(c.source)
        return {row[0]: row[1] for row in self.rows.conn.execute(found)}

    def untouched(self, start: datetime, end: datetime) -> dict[str, int]:
        """How much of what was said then has no class of its own, conversation by conversation."""
        r, c = records.c, classes.c
        own = sa.exists().where(
            c.company == r.company, c.conversation == r.conversation, c.message == r.message
        )
        said = r.company == self.rows.company, r.at >= start, r.at < end, r.kind == "post"
        found = sa.select(r.conversation, sa.func.count()).where(*said, ~own)
        rows = self.rows.conn.execute(found.group_by(r.conversation))
        return {row[0]: row[1] for row in rows}


def _given(row: Any) -> Given:
    return Given(**{name: getattr(row, name) for name in Given.__slots__})
