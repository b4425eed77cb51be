"""What a report is made from, read in one go: no bodies, so no words of people come along."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bot.events import MessageRef, Place, account_of
from bot.policy.approvals import Request
from bot.policy.duties import CASE, Duty
from bot.policy.figures import Nudge
from bot.store import scope
from bot.store.duties import SAME as SAME_DUTY
from bot.store.requests import SAME
from bot.store.rows import Rows, Where
from bot.store.schema import duties, gaps, nudges, requests
from bot.store.scope import Scope

BATCH = 1_000  # rows fetched at a time
NONE: Mapping[str, str] = {}
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
        values = dict(zip(SAME_DUTY, kept, strict=True))
        if values["first_due"] == values["due"]:
            values["first_due"] = values["due"]
        return Duty(about=about, **values)

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
    """`scope`: whose duties, nudges and requests."""

    rows: Rows
    scope: Scope = None

    def duties(self, start: datetime, end: datetime) -> Iterator[Duty]:
        """Those due from `start` until just before `end`, whatever became of them; by due time.

        In that order an index has them: in any other SQLite would sort them all in memory.
        """
        c, once, ours = duties.c, Once(), scope.among(self.scope)
        told = ~c.subject.startswith(CASE)  # nothing of a report stands beside a name
        where = c.due >= start, c.due < end, told, *scope.of(self.scope, c.owed_by)
        for row in self._each(sa.select(*DUTY), duties, *where, order=(c.due, c.id)):
            if ours(row.owed_by):
                yield once.duty(row)

    def nudges(
        self, start: datetime, end: datetime, known: Mapping[str, str] = NONE
    ) -> Iterator[Nudge]:
        """Those sent then, and those sent about the duties due then.

        `known`: ids of duties, by themselves; of what is equal, one is kept.
        """
        same = sa.and_(duties.c.company == nudges.c.company, duties.c.id == nudges.c.duty)
        then = sa.or_(
            sa.and_(duties.c.due >= start, duties.c.due < end),
            sa.and_(nudges.c.at >= start, nudges.c.at < end),
        )
        told = ~duties.c.subject.startswith(CASE)
        c, d, once, ours = nudges.c, duties.c, Once(), scope.among(self.scope)
        where = c.sent.is_(True), then, told, *scope.of(self.scope, c.person, d.owed_by)
        query = sa.select(c.duty, c.step, c.person, c.at, d.owed_by).join(duties, same)
        for row in self._each(query, nudges, *where):
            if ours(row.person) or ours(row.owed_by):
                id = known.get(row.duty, row.duty)
                yield Nudge(id, row.step, once[row.person], row.at)

    def requests(self, start: datetime, end: datetime) -> Iterator[Request]:
        """Those submitted then, without what they ask and what was said to them."""
        c, ours = requests.c, scope.among(self.scope)
        where = c.at >= start, c.at < end, *scope.of(self.scope, c.requester)
        for row in self._each(sa.select(*(c[name] for name in SAME)), requests, *where):
            if ours(row.requester):
                yield Request(**{name: getattr(row, name) for name in SAME}, form={})

    def gaps(self, start: datetime, end: datetime) -> list[tuple[str, datetime, datetime]]:
        """Where and when we were blind: place, since, until."""
        found = self.rows.all(gaps, gaps.c.until > start, gaps.c.since < end)
        return [(row.place, row.since, row.until) for row in found]

    def _each(
        self,
        query: "sa.Select[Any]",
        table: sa.Table,
        *where: Where,
        order: Sequence[sa.ColumnElement[Any]] = (),
    ) -> Iterator[Any]:
        """In the order of their keys, unless another is named."""
        ours = query.where(table.c.company == self.rows.company, *where)
        ours = ours.order_by(*(order or table.primary_key))
        yield from self.rows.conn.execute(ours.execution_options(yield_per=BATCH))
