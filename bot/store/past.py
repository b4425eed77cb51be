"""The company's own last weeks, read to be played again under another policy; never changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.duties import Duty
from bot.store.duties import _duty as duty_of
from bot.store.records import JOINED, WRAP, Records
from bot.store.rows import Rows
from bot.store.schema import duties, members, promises, records, wraps

BATCH = 1_000  # records opened at a time


@dataclass(frozen=True, slots=True)
class Past:
    rows: Rows

    def said(self, since: datetime) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """Every message, edit and deletion since then, with its body, in the order of time."""
        c = records.c
        ours = sa.select(records, *WRAP).join(wraps, JOINED)
        kinds = c.kind.in_(("post", "edit", "deletion"))
        ours = ours.where(c.company == self.rows.company, c.at >= since, kinds)
        ours = ours.order_by(c.at, c.conversation, c.seq)
        found = self.rows.conn.execute(ours.execution_options(yield_per=BATCH))
        yield from Records(self.rows).readable(found)

    def owed(self, since: datetime) -> list[Duty]:
        """Whose clock began since then, for messages of the chat."""
        c = duties.c
        rows = self.rows.all(duties, c.start >= since, c.message.is_not(None))
        return list(map(duty_of, rows))

    def typed(self, since: datetime) -> Sequence[Any]:
        """Promises that were made by command since then."""
        c = promises.c
        return self.rows.all(promises, c.made_at >= since, c.how == "typed")

    def members(self) -> Sequence[Any]:
        """Who is in which place, as far as the platforms told of it."""
        return self.rows.all(members)
