"""Duties: found by the short number people use, by who owes or waits, by where they arose."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from bot.events import MessageRef, Place, account_of, conversation
from bot.policy.duties import CASE, INNER, Duty, Promise, State
from bot.store import turns
from bot.store.rows import US, Rows, Where
from bot.store.schema import LIVE, dues, duties, numbers, promises

PAST = (dues.c.at <= sa.bindparam("now"),)
AT_ONCE = 10_000  # values in one statement
OWED = duties.c
HERE = (  # built once: it runs for every message
    sa.select(OWED.id, OWED.kind, OWED.message, OWED.seq, OWED.owed_by, OWED.owed_to, OWED.thread)
    .where(OWED.company == sa.bindparam("ours"), LIVE)
    .where(OWED.conversation == sa.bindparam("here"), OWED.kind.in_(("reply", "acknowledge")))
    .where(OWED.owed_by.is_(None) | OWED.owed_by.in_(sa.bindparam("who", expanding=True)))
    .where(
        (OWED.seq > sa.bindparam("since"))
        | OWED.thread.is_not_distinct_from(sa.bindparam("thread"))
        | OWED.message.in_([sa.bindparam("thread"), sa.bindparam("quoted")])
    )
    .order_by(OWED.id)
)


@cache
def _live_by(
    column: sa.Column[Any], limited: bool, *order: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """Whoever types a command asks for one of these, so each is made once."""
    ours = sa.select(duties).where(OWED.company == sa.bindparam(US), LIVE)
    ours = ours.where(column == sa.bindparam("whose")).order_by(*order)
    return ours.limit(sa.bindparam("most")) if limited else ours


SAME = tuple(each.name for each in fields(Duty) if each.name != "about")
PICK = itemgetter(*(duties.columns.keys().index(name) for name in SAME))  # of a whole row


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

    def add(self, duty: Duty, seq: int | None = None, *, inner: bool = False) -> Duty:
        """With its id and number given here; `inner`: people know it by another."""
        inner = inner or duty.kind == "decide"
        number = INNER + self.number("inner") if inner else self.number()
        numbered = replace(duty, id=self.rows.new_id(), number=number)
        self.rows.add(duties, **_values(numbered), seq=seq)
        return numbered

    def add_all(self, pattern: Duty, persons: Sequence[str]) -> dict[str, str]:
        """The same owed by many, each with an inner number: who owes it, and its id."""
        if not persons:
            return {}
        first = INNER + self.number("inner", len(persons)) - len(persons) + 1
        ids, same = [self.rows.new_id() for _ in persons], _values(pattern) | {"seq": None}
        own = enumerate(zip(ids, persons, strict=True), first)
        rows = [same | {"id": id, "number": n, "owed_by": who} for n, (id, who) in own]
        self.rows.add_all(duties, rows)
        return dict(zip(persons, ids, strict=True))

    def keep(self, known: Sequence[Duty]) -> None:
        """With the ids and numbers they have already."""
        self.rows.add_all(duties, [_values(duty) | {"seq": None} for duty in known])

    def find(self, number: int) -> Duty | None:
        return self._one(duties.c.number == number)

    def get(self, id: str) -> Duty | None:
        return self._one(duties.c.id == id)

    def many(self, ids: Iterable[str]) -> dict[str, Duty]:
        whole, found = list(ids), dict[str, Duty]()
        for start in range(0, len(whole), AT_ONCE):
            some = duties.c.id.in_(whole[start : start + AT_ONCE])
            found |= {row.id: _duty(row) for row in self.rows.all(duties, some, to_change=True)}
        return found

    def save(self, duty: Duty) -> None:
        self.rows.change(duties, duties.c.id == duty.id, **_values(duty))

    def climb(self, ids: Sequence[str], step: int) -> None:
        self.rows.change(duties, duties.c.id.in_(ids), step=step)

    def due_about(self, subject: str) -> dict[str, datetime]:
        """When each live duty about a subject is due."""
        c = duties.c
        found = sa.select(c.id, c.due).where(
            c.company == self.rows.company, LIVE, c.subject == subject
        )
        return {row.id: row.due for row in self.rows.conn.execute(found)}

    def close_all(self, subjects: Collection[str], state: State, how: str) -> None:
        """Everything live about these at once; the rungs that wait for it go with it."""
        where = LIVE, duties.c.subject.in_(subjects)
        ids = sa.select(duties.c.id).where(duties.c.company == self.rows.company, *where)
        self.rows.remove(dues, dues.c.kind == "duty", dues.c.subject.in_(ids))
        now = self.rows.clock.now()
        self.rows.change(duties, *where, state=state, how=how, closed=now, held=None, held_why="")

    def move_all(self, subject: str, other: str) -> None:
        """What is live about a subject is about another from now on; its clock goes on."""
        self.rows.change(duties, LIVE, duties.c.subject == subject, subject=other)

    def owed_by(self, person: str, limit: int | None = None) -> list[Duty]:
        return self._live_by(OWED.owed_by, person, limit)

    def owed_by_any(self, persons: Iterable[str]) -> list[Duty]:
        return self._live(duties.c.owed_by.in_(list(persons)))

    def owed_to(self, person: str) -> list[Duty]:
        return self._live_by(OWED.owed_to, person)

    def said_in(self, place: str) -> list[Duty]:
        """What is owed for messages of a conversation."""
        return self._live_by(OWED.conversation, place)

    def about(self, subject: str) -> list[Duty]:
        return self._live_by(OWED.subject, subject)

    def asks(self, place: str, near: Near) -> Sequence[Any]:
        """Answers owed in a conversation by one of those named, or by whoever knows.

        Only what may be meant now: asked lately, or in the thread, or quoted. Rows of `id`,
        `kind`, `message`, `seq`, `owed_by`, `owed_to` and `thread`.
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

    def of_thread(self, place: str, thread: str, *, live: bool) -> list[Duty]:
        """What is owed for the messages of a thread, the first of them included."""
        c = duties.c
        where = c.conversation == place, sa.or_(c.thread == thread, c.message == thread)
        found = self.rows.all(duties, *((LIVE,) if live else ()), *where)
        return [_duty(row) for row in found]

    def answered_by(self, place: str, message: str) -> list[Duty]:
        """What a message settled."""
        c = duties.c
        where = c.conversation == place, c.answer == message
        return [_duty(row) for row in self.rows.all(duties, *where)]

    def place_at(self, id: str, seq: int) -> None:
        """From where in its conversation an answer is looked for."""
        self.rows.change(duties, duties.c.id == id, seq=seq)

    def position(self, id: str) -> int | None:
        """Of the message it is about, in its conversation."""
        row = self.rows.one(duties, duties.c.id == id)
        return row and row.seq

    def children(self, parent: str) -> list[Duty]:
        """Live ones that came from another."""
        return self._live(duties.c.parent == parent)

    def urgent_of(self, asker: str, rules: Iterable[str], since: datetime) -> int:
        """How many messages somebody sent as urgent, or marked so, since then."""
        c = duties.c
        sent = sa.and_(c.owed_to == asker, c.rule.in_(list(rules)))
        found: set[str] = set()
        for whose in (sent, c.marked_by == asker):
            ours = sa.select(c.message).where(c.company == self.rows.company, c.start >= since)
            found |= set(self.rows.conn.execute(ours.where(whose)).scalars())
        return len(found)

    def overdue(self, persons: Iterable[str], now: datetime) -> list[Duty]:
        """Late and on the clock: what stands, or is promised for later, is not late.

        What is owed for a report is nobody else's to see.
        """
        c, whom = duties.c, list(persons)
        if not whom:
            return []
        running = c.held.is_(None), c.promised_for.is_(None) | (c.promised_for < now)
        told = ~c.subject.startswith(CASE)
        return self._live(c.owed_by.in_(whom), c.due < now, told, *running)

    def earliest(self, persons: Iterable[str]) -> dict[str, datetime]:
        """Who of them owes something that runs, and when the first of it is due."""
        c = duties.c
        first = sa.select(c.owed_by, sa.func.min(c.due)).where(
            c.company == self.rows.company, LIVE, c.held.is_(None), c.owed_by.in_(list(persons))
        )
        return {str(who): due for who, due in self.rows.conn.execute(first.group_by(c.owed_by))}

    def promised(self, duty: str, made: Promise, at: datetime) -> None:
        """A time that was named for it, in the ledger. Policy 2.2.1-reply."""
        count = self.rows.count(promises, promises.c.duty == duty)
        values = {"made_at": at, "until": made.until, "by": made.by, "how": made.how}
        self.rows.add(promises, duty=duty, number=count + 1, **values)

    def promises(self, duty: str) -> Sequence[Any]:
        """Every time that was named for it, in order."""
        return self.rows.all(promises, promises.c.duty == duty)

    def number(self, name: str = "short", count: int = 1) -> int:
        """The next short number of the company; duties and requests share one sequence.

        What people know by another number, as a duty to decide by that of its request, takes an
        inner one. Of `count` numbers taken at once it is the last.
        """
        return self.rows.count_up(numbers, name, count)

    def _one(self, *where: Where) -> Duty | None:
        """Held until we commit: whoever saves it has seen what others made of it."""
        rows = self.rows.all(duties, *where, limit=1, to_change=True)
        return _duty(rows[0]) if rows else None

    def _live(self, *where: Where) -> list[Duty]:
        order = self.rows.found(OWED.due, OWED.id)
        return [_duty(row) for row in self.rows.all(duties, LIVE, *where, order=order)]

    def _live_by(self, column: sa.Column[Any], value: str, limit: int | None = None) -> list[Duty]:
        order = (OWED.due, OWED.id) if limit else self.rows.found(OWED.due, OWED.id)
        found = {US: self.rows.company, "whose": value} | ({"most": limit} if limit else {})
        return [
            _duty(row)
            for row in self.rows.conn.execute(_live_by(column, bool(limit), *order), found)
        ]


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

    def alone(self) -> bool:
        """Nobody else plans until we commit; False where another process is at it."""
        return turns.take(self.rows, turns.PLANNING)

    def claim(self, now: datetime, limit: int) -> list[Due]:
        """What is due, taken out of the table; back in it if the transaction fails."""
        rows = self.rows.same(dues, PAST, (dues.c.at,), limit, free=True, now=now)
        if rows:
            self.rows.remove(dues, dues.c.id.in_([row.id for row in rows]))
        return [Due(id=r.id, at=r.at, kind=r.kind, subject=r.subject, step=r.step) for r in rows]

    def cancel(self, kind: str, subject: str) -> None:
        self.rows.remove(dues, dues.c.kind == kind, dues.c.subject == subject)

    def known(self, kind: str, subjects: Iterable[str]) -> set[str]:
        """Which of them have something of that kind on the clock."""
        c, whole, found = dues.c, list(subjects), set[str]()
        for start in range(0, len(whole), AT_ONCE):
            some = c.subject.in_(whole[start : start + AT_ONCE])
            found |= {row.subject for row in self.rows.all(dues, c.kind == kind, some)}
        return found

    def at(self, kind: str, subject: str) -> datetime | None:
        """When the next thing of that kind falls due for it."""
        where = dues.c.kind == kind, dues.c.subject == subject
        found = self.rows.all(dues, *where, order=[dues.c.at], limit=1)
        return found[0].at if found else None

    def first(self, kind: str, subjects: Iterable[str]) -> dict[str, datetime]:
        """The same of many; what has nothing of that kind on the clock is left out."""
        c = dues.c
        first = sa.select(c.subject, sa.func.min(c.at)).where(
            c.company == self.rows.company, c.kind == kind, c.subject.in_(list(subjects))
        )
        return {str(who): at for who, at in self.rows.conn.execute(first.group_by(c.subject))}

    def next(self) -> datetime | None:
        rows = self.rows.all(dues, order=[dues.c.at], limit=1)
        return rows[0].at if rows else None

    def _keys(self) -> dict[str, Any]:
        return {"company": self.rows.company, "id": self.rows.clock.new_id()}


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
    return Duty(about=about, **dict(zip(SAME, PICK(row), strict=True)))
