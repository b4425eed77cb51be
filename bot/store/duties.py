"""Duties: found by the short number people use, by who owes or waits, by where they arose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import MessageRef, Place, account_of, conversation
from bot.policy.duties import INNER, Duty
from bot.store.rows import Rows, Where
from bot.store.schema import LIVE, dues, duties, nudges, numbers

OWED = duties.c
HERE = (  # built once: it runs for every message
    sa.select(OWED.id, OWED.message, OWED.seq, OWED.owed_by, OWED.owed_to, OWED.thread)
    .where(OWED.company == sa.bindparam("ours"), LIVE)
    .where(OWED.conversation == sa.bindparam("here"), OWED.kind == "reply")
    .where(OWED.owed_by.is_(None) | OWED.owed_by.in_(sa.bindparam("who", expanding=True)))
    .where(
        (OWED.seq > sa.bindparam("since"))
        | OWED.thread.is_not_distinct_from(sa.bindparam("thread"))
        | OWED.message.in_([sa.bindparam("thread"), sa.bindparam("quoted")])
    )
    .order_by(OWED.id)
)
SAME = tuple(each.name for each in fields(Duty) if each.name != "about")


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Which of a conversation's asks a new message may answer."""

    since: int  # the position after which an ask is late enough
    thread: str | None
    quotes: str | None
    owed_by: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be looked at when its time has come: `kind` says by whom."""

    id: str
    at: datetime
    kind: str
    subject: str
    step: int


@dataclass(frozen=True, slots=True)
class Duties:
    rows: Rows

    def add(self, duty: Duty, seq: int | None = None) -> Duty:
        """With its id and number given here."""
        number = INNER + self.number("inner") if duty.kind == "decide" else self.number()
        numbered = replace(duty, id=self.rows.clock.new_id(), number=number)
        self.rows.add(duties, **_values(numbered), seq=seq)
        return numbered

    def keep(self, known: Sequence[Duty]) -> None:
        """With the ids and numbers they have already."""
        self.rows.add_all(duties, [_values(duty) | {"seq": None} for duty in known])

    def find(self, number: int) -> Duty | None:
        return self._one(duties.c.number == number)

    def get(self, id: str) -> Duty | None:
        return self._one(duties.c.id == id)

    def many(self, ids: Iterable[str]) -> dict[str, Duty]:
        rows = self.rows.all(duties, duties.c.id.in_(list(ids)))
        return {row.id: _duty(row) for row in rows}

    def save(self, duty: Duty) -> None:
        self.rows.change(duties, duties.c.id == duty.id, **_values(duty))

    def climb(self, ids: Sequence[str], step: int) -> None:
        self.rows.change(duties, duties.c.id.in_(ids), step=step)

    def owed_by(self, person: str, limit: int | None = None) -> list[Duty]:
        return self._live(duties.c.owed_by == person, limit=limit)

    def owed_to(self, person: str) -> list[Duty]:
        return self._live(duties.c.owed_to == person)

    def about(self, subject: str) -> list[Duty]:
        return self._live(duties.c.subject == subject)

    def asks(self, place: str, near: Near) -> Sequence[Any]:
        """Answers owed in a conversation by one of those named, or by whoever knows.

        Only what may be meant now: asked lately, or in the thread, or quoted. Rows of `id`,
        `message`, `seq`, `owed_by`, `owed_to` and `thread`.
        """
        where = {"ours": self.rows.company, "here": place, "since": near.since}
        named = {
            "thread": near.thread or "",
            "quoted": near.quotes or "",
            "who": list(near.owed_by),
        }
        return self.rows.conn.execute(HERE, where | named).all()

    def asked_by(self, place: str, asker: str, owed_by: str | None) -> list[tuple[Duty, int]]:
        """Live duties that one has towards another in a conversation, with their positions."""
        c = duties.c
        whom = c.owed_by.is_(None) if owed_by is None else c.owed_by == owed_by
        found = self.rows.all(duties, LIVE, c.conversation == place, c.owed_to == asker, whom)
        return [(_duty(row), row.seq or 0) for row in found]

    def of_message(self, place: str, message: str) -> list[Duty]:
        where = duties.c.conversation == place, duties.c.message == message
        return [_duty(row) for row in self.rows.all(duties, *where)]

    def overdue(self, persons: Iterable[str], now: datetime) -> list[Duty]:
        return self._live(duties.c.owed_by.in_(list(persons)), duties.c.due < now)

    def number(self, name: str = "short") -> int:
        """The next short number of the company; duties and requests share one sequence.

        A duty to decide is known to people by its request's number, so it takes an inner one.
        """
        changed = self.rows.change(numbers, numbers.c.name == name, last=numbers.c.last + 1)
        if not changed:
            self.rows.add(numbers, name=name, last=1)
        row = self.rows.one(numbers, numbers.c.name == name)
        assert row is not None
        return int(row.last)

    def _one(self, *where: Where) -> Duty | None:
        row = self.rows.one(duties, *where)
        return row and _duty(row)

    def _live(self, *where: Where, limit: int | None = None) -> list[Duty]:
        order = [duties.c.due, duties.c.id]
        return [_duty(row) for row in self.rows.all(duties, LIVE, *where, order=order, limit=limit)]


@dataclass(frozen=True, slots=True)
class Dues:
    rows: Rows

    def add(self, at: datetime, kind: str, subject: str, step: int = 0) -> None:
        """Once for a kind, subject and step: a second time is a no-op."""
        self.add_all([(at, kind, subject, step)])

    def add_all(self, new: Sequence[tuple[datetime, str, str, int]]) -> None:
        names = ("at", "kind", "subject", "step")
        rows = [dict(zip(names, each, strict=True)) | self._keys() for each in new]
        if rows:
            insert = self.rows.unless_known(dues, "kind", "subject", "step")
            self.rows.conn.execute(insert, rows)

    def claim(self, now: datetime, limit: int) -> list[Due]:
        """What is due, taken out of the table; back in it if the transaction fails."""
        rows = self.rows.free(dues, dues.c.at <= now, order=dues.c.at, limit=limit)
        if rows:
            self.rows.remove(dues, dues.c.id.in_([row.id for row in rows]))
        return [Due(id=r.id, at=r.at, kind=r.kind, subject=r.subject, step=r.step) for r in rows]

    def cancel(self, kind: str, subject: str) -> None:
        self.rows.remove(dues, dues.c.kind == kind, dues.c.subject == subject)

    def next(self) -> datetime | None:
        rows = self.rows.all(dues, order=[dues.c.at], limit=1)
        return rows[0].at if rows else None

    def _keys(self) -> dict[str, Any]:
        return {"company": self.rows.company, "id": self.rows.clock.new_id()}


@dataclass(frozen=True, slots=True)
class Nudges:
    """At most one for a duty, step and person, ever: the table's key says so."""

    rows: Rows

    def known(self, ids: Iterable[str]) -> set[tuple[str, int, str]]:
        rows = self.rows.all(nudges, nudges.c.duty.in_(list(ids)))
        return {(row.duty, row.step, row.person) for row in rows}

    def add_all(self, new: Sequence[dict[str, Any]]) -> None:
        self.rows.add_all(nudges, new)

    def within(self, parcel: str) -> list[tuple[str, int]]:
        """The duties and steps that a parcel of nudges is to speak of."""
        rows = self.rows.all(nudges, nudges.c.parcel == parcel)
        return [(row.duty, row.step) for row in rows]

    def decide(self, parcel: str, sent: Iterable[str]) -> None:
        """Which of a parcel's duties were spoken of; the others were spared."""
        c = nudges.c
        self.rows.change(nudges, c.parcel == parcel, sent=False)
        self.rows.change(nudges, c.parcel == parcel, c.duty.in_(list(sent)), sent=True)

    def of(self, duty: str) -> Sequence[Any]:
        return self.rows.all(nudges, nudges.c.duty == duty)


def _values(duty: Duty) -> dict[str, Any]:
    values = {name: getattr(duty, name) for name in SAME}
    if duty.about is None:
        return values | {"conversation": None, "thread": None, "message": None}
    place = duty.about.place
    return values | {
        "conversation": conversation(place),
        "thread": place.thread,
        "message": duty.about.id,
    }


def _duty(row: Any) -> Duty:
    about = None
    if row.message is not None:
        at = account_of(row.conversation)
        about = MessageRef(Place(at.platform, at.realm, at.id, row.thread), row.message)
    return Duty(about=about, **{name: getattr(row, name) for name in SAME})
