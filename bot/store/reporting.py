"""What a report is made from, read in one go: no bodies, so no words of people come along."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bot.events import MessageRef, Place, account_of
from bot.policy.approvals import Request
from bot.policy.duties import CASE, Duty
from bot.policy.figures import Nudge
from bot.store.duties import SAME as SAME_DUTY
from bot.store.requests import SAME
from bot.store.rows import Rows
from bot.store.schema import duties, gaps, nudges, requests

BATCH = 1_000  # rows fetched at a time
APART = ("id", "answer", "parent", "responded")  # different in every duty
AGAIN = tuple(name not in APART for name in SAME_DUTY)
WHERE = ("conversation", "thread", "message")
DUTY = tuple(duties.c[name] for name in (*SAME_DUTY, *WHERE))


class Once(dict[Any, Any]):
    """Of what is equal, one is kept: names and places come again in every other row."""

    def __missing__(self, value: Any) -> Any:
        self[value] = value
        return value

    def duty(self, row: Any) -> Duty:
        *facts, conversation, thread, message = row
        about = None
        if message is not None:
            about = MessageRef(self.place(conversation, thread), message)
        kept = (
            self[value] if again and type(value) is str else value
            for again, value in zip(AGAIN, facts, strict=True)
        )
        return Duty(about=about, **dict(zip(SAME_DUTY, kept, strict=True)))

    def place(self, conversation: str, thread: str | None) -> Place:
        """As it is called, with its thread."""
        key = (conversation, thread)
        found = self.get(key)
        if found is None:
            at = account_of(conversation)
            found = self[key] = Place(at.platform, at.realm, at.id, thread)
        return cast(Place, found)


@dataclass(frozen=True, slots=True)
class Reporting:
    rows: Rows

    def duties(self, start: datetime, end: datetime) -> Iterator[Duty]:
        """Those due from `start` until just before `end`, whatever became of them."""
        told = ~duties.c.subject.startswith(CASE)  # nothing of a report stands beside a name
        where, once = (duties.c.due >= start, duties.c.due < end, told), Once()
        for row in self._each(sa.select(*DUTY), duties, *where):
            yield once.duty(row)

    def nudges(self, start: datetime, end: datetime) -> Iterator[Nudge]:
        """Those sent then, and those sent about the duties due then."""
        same = sa.and_(duties.c.company == nudges.c.company, duties.c.id == nudges.c.duty)
        then = sa.or_(
            sa.and_(duties.c.due >= start, duties.c.due < end),
            sa.and_(nudges.c.at >= start, nudges.c.at < end),
        )
        told = ~duties.c.subject.startswith(CASE)
        c = nudges.c
        ours = sa.select(c.duty, c.step, c.person, c.at).join(duties, same)
        once = Once()
        for row in self._each(ours, nudges, nudges.c.sent.is_(True), then, told):
            yield Nudge(row.duty, row.step, once[row.person], row.at)

    def requests(self, start: datetime, end: datetime) -> Iterator[Request]:
        """Those submitted then, without what they ask and what was said to them."""
        where = requests.c.at >= start, requests.c.at < end
        ours = sa.select(*(requests.c[name] for name in SAME))
        for row in self._each(ours, requests, *where):
            yield Request(**{name: getattr(row, name) for name in SAME}, form={})

    def gaps(self, start: datetime, end: datetime) -> list[tuple[str, datetime, datetime]]:
        """Where and when we were blind: place, since, until."""
        found = self.rows.all(gaps, gaps.c.until > start, gaps.c.since < end)
        return [(row.place, row.since, row.until) for row in found]

    def _each(
        self, query: "sa.Select[Any]", table: sa.Table, *where: sa.ColumnElement[bool]
    ) -> Iterator[Any]:
        """In the order of their keys."""
        ours = query.where(table.c.company == self.rows.company, *where)
        ours = ours.order_by(*table.primary_key)
        yield from self.rows.conn.execute(ours.execution_options(yield_per=BATCH))
