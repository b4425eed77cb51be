"""Notices as they were published, who is to confirm them, and who did.

Policy 3.2.2. A receipt is bound to the version it confirms; the database itself keeps it so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import MessageRef, Place, account_of, conversation
from bot.policy.notices import Notice, Receipt
from bot.store.keeping import Kept
from bot.store.rings import Ring
from bot.store.rows import Rows
from bot.store.schema import duties
from bot.store.schema_notices import audience, notices, receipts

SEALED = ("title", "text", "audience", "channels", "question", "options", "right")
LISTS = ("audience", "channels", "options")
GONE = {name: () if name in LISTS else "" for name in SEALED}  # once it was disposed of
SAME = tuple(
    each.name for each in fields(Notice) if each.name not in (*SEALED, "about", "replaced_by")
)
CHAIN = 1000  # versions of one notice; a longer chain is a circle
AT_ONCE = 500  # values in one statement


@dataclass(frozen=True, slots=True)
class Member:
    """How somebody of an audience stands. `state` is that of what they owe; None: nothing."""

    person: str
    duty: str | None
    carried: bool
    since: datetime
    left_at: datetime | None
    state: str | None
    due: datetime | None
    closed: datetime | None

    @property
    def confirmed(self) -> bool:
        return self.carried or self.state == "done"


@dataclass(frozen=True, slots=True)
class Notices:
    rows: Rows

    def add(self, notice: Notice) -> Notice:
        """With its id given here; the version it replaces is marked so."""
        kept = replace(notice, id=self.rows.new_id())
        words = {name: getattr(kept, name) for name in SEALED}
        values = {name: getattr(kept, name) for name in SAME}
        about, owner = kept.about, f"notice/{kept.id}"
        Kept(self.rows).begin(owner, Ring.of(kept.class_name, kept.published_at))
        self.rows.add(
            notices,
            **values,
            conversation=about and conversation(about.place),
            thread=about and about.place.thread,
            message=about and about.id,
            body=Kept(self.rows).close(notices.c.body, kept.id, owner, words),
        )
        if kept.replaces is not None:
            self.rows.change(notices, notices.c.id == kept.replaces, replaced_by=kept.id)
        return kept

    def get(self, id: str) -> Notice:
        """Raises LookupError."""
        row = self.rows.one(notices, notices.c.id == id)
        if row is None:
            raise LookupError(id)
        return self._notice(row)

    def find(self, number: int) -> Notice | None:
        row = self.rows.one(notices, notices.c.number == number)
        return self._notice(row) if row else None

    def approved_by(self, request: str) -> Notice | None:
        """What was published because of a request."""
        row = self.rows.one(notices, notices.c.request == request)
        return self._notice(row) if row else None

    def following(self, message: MessageRef) -> Notice | None:
        """What follows a message up."""
        c = notices.c
        where = c.conversation == conversation(message.place), c.message == message.id
        row = self.rows.one(notices, *where)
        return self._notice(row) if row else None

    def newest(self, notice: Notice) -> Notice:
        """The version of it that counts now."""
        for _ in range(CHAIN):
            if notice.replaced_by is None:
                break
            notice = self.get(notice.replaced_by)
        return notice

    def by(self, author: str, limit: int) -> list[Notice]:
        """Theirs that count now, the last first."""
        return self._current(limit, notices.c.author == author)

    def newest_ones(self, limit: int) -> list[Notice]:
        """Everybody's that count now, the last first."""
        return self._current(limit)

    def _current(self, limit: int, *where: sa.ColumnElement[bool]) -> list[Notice]:
        order = [notices.c.published_at.desc(), notices.c.number.desc()]
        now = notices.c.replaced_by.is_(None)
        rows = self.rows.all(notices, *where, now, order=order, limit=limit)
        return [self._notice(row) for row in rows]

    # Who is to confirm it

    def ask(self, notice: str, owed: Mapping[str, str | None], *, carried: bool = False) -> None:
        """People who join its audience, each with what they owe for it."""
        now = self.rows.clock.now()
        same = {"notice": notice, "carried": carried, "since": now, "left_at": None}
        rows = [same | {"person": person, "duty": duty} for person, duty in owed.items()]
        self.rows.add_all(audience, rows)

    def leave(self, notice: str, persons: Iterable[str]) -> None:
        now, c = self.rows.clock.now(), audience.c
        for some in _parts(persons):
            self.rows.change(audience, c.notice == notice, c.person.in_(some), left_at=now)

    def rejoin(self, notice: str, owed: Mapping[str, str | None]) -> None:
        c = audience.c
        for person, duty in owed.items():
            where = c.notice == notice, c.person == person
            self.rows.change(audience, *where, left_at=None, duty=duty)

    def member(self, notice: str, person: str) -> Member | None:
        found = self._members(audience.c.notice == notice, audience.c.person == person)
        return found[0] if found else None

    def members(self, notice: str) -> list[Member]:
        """Everybody who is in its audience, or was."""
        return self._members(audience.c.notice == notice)

    def counts(self, ids: Sequence[str], now: datetime) -> dict[str, tuple[int, int, int]]:
        """Of each: how many are to confirm it, how many did, how many are late."""
        a, d = audience.c, duties.c
        did = sa.case((sa.or_(a.carried, d.state == "done"), 1), else_=0)
        late = sa.case((sa.and_(d.state.in_(("open", "promised")), d.due < now), 1), else_=0)
        figures = sa.select(a.notice, sa.func.count(), sa.func.sum(did), sa.func.sum(late))
        query = figures.select_from(self._joined()).group_by(a.notice)
        here = a.company == self.rows.company, a.left_at.is_(None), a.notice.in_(list(ids))
        rows = self.rows.conn.execute(query.where(*here))
        return {str(id): (int(all), int(done), int(over)) for id, all, done, over in rows}

    def _joined(self) -> sa.Join:
        same = (duties.c.company == audience.c.company) & (duties.c.id == audience.c.duty)
        return audience.outerjoin(duties, same)

    def _members(self, *where: sa.ColumnElement[bool]) -> list[Member]:
        a, d = audience.c, duties.c
        columns = (a.person, a.duty, a.carried, a.since, a.left_at, d.state, d.due, d.closed)
        query = sa.select(*columns).select_from(self._joined()).order_by(a.person)
        rows = self.rows.conn.execute(query.where(a.company == self.rows.company, *where))
        return [Member(*row) for row in rows]

    # What was confirmed

    def receive(self, receipt: Receipt) -> None:
        values = {each.name: getattr(receipt, each.name) for each in fields(Receipt)}
        self.rows.add(receipts, **values)

    def tries(self, notice: str, person: str) -> list[Receipt]:
        """What they said to it, in order."""
        where = receipts.c.notice == notice, receipts.c.person == person
        return [_receipt(row) for row in self.rows.all(receipts, *where)]

    def receipts(self, notice: str) -> list[Receipt]:
        return [_receipt(row) for row in self.rows.all(receipts, receipts.c.notice == notice)]

    def _notice(self, row: Any) -> Notice:
        about = None
        if row.message is not None:
            at = account_of(row.conversation)
            about = MessageRef(Place(at.platform, at.realm, at.id, row.thread), row.message)
        slot = notices.c.body, row.id, f"notice/{row.id}"
        words = Kept(self.rows).open(*slot, row.body, gone=GONE)
        values = {name: getattr(row, name) for name in SAME}
        return Notice(about=about, replaced_by=row.replaced_by, **values, **words)


def _receipt(row: Any) -> Receipt:
    return Receipt(**{each.name: getattr(row, each.name) for each in fields(Receipt)})


def _parts(values: Iterable[str]) -> Iterable[list[str]]:
    whole = list(values)
    return (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))
