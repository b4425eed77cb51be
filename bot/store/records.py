"""Everything that was said, kept: append-only, one chain of hashes a conversation. Policy 3.3."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from bot.evidence import HEADER, START, leaf, link
from bot.store.codec import pack, unpack
from bot.store.rings import Destroyed, Ring, parse
from bot.store.rows import Rows
from bot.store.schema import EPOCH, heads, records, wraps
from bot.store.verifying import Broken, Verifying
from bot.store.wrapping import Belonging, Wraps

Kind = Literal[
    "post",
    "edit",
    "deletion",
    "reaction",  # that counts: an agreed answer, or a mark
    "file",  # by reference
    "class",
    "decision",
    "notice",
    "minutes",
    "look",
    "link",
    "disposal",  # a certificate of what is gone
]
CLASSED = ("post", "class")  # what gives a message its class
SAID = ("conversation", "kind", "thread", "message", "author", "class_name", "at")
PAGE = 2000  # records verified at a time
ONE = heads.c.company == sa.bindparam("ours"), heads.c.conversation == sa.bindparam("here")
HEAD = sa.select(heads.c.seq, heads.c.hash).where(*ONE)  # built once: they run for every message
HEAD_HELD = HEAD.with_for_update()
JOINED = (wraps.c.company == records.c.company) & (wraps.c.record == records.c.id)
WRAP = wraps.c.record, wraps.c.ring, wraps.c.home, wraps.c.wrapped
SAYS = (  # likewise: for every card about a message
    sa.select(records, *WRAP)
    .join(wraps, JOINED)
    .where(records.c.company == sa.bindparam("ours"))
    .where(records.c.conversation == sa.bindparam("here"))
    .where(records.c.message == sa.bindparam("message"))
    .where(sa.or_(*(records.c.kind == kind for kind in ("post", "edit", "deletion"))))
    .order_by(records.c.seq.desc())
    .limit(1)
)
MOVE = heads.update().where(*ONE).values(seq=sa.bindparam("to"), hash=sa.bindparam("as_hash"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One thing that was said, or done to what was said."""

    kind: Kind
    conversation: str
    thread: str | None
    message: str
    author: str
    class_name: str
    at: datetime
    body: Mapping[str, Any]
    important: bool = False


@dataclass(frozen=True, slots=True)
class Records:
    rows: Rows

    def head(self, conversation: str) -> tuple[int, bytes]:
        """How many records the conversation has, and the last one's hash."""
        known = {"ours": self.rows.company, "here": conversation}
        row = self.rows.conn.execute(HEAD, known).first()
        return (row.seq, row.hash) if row else (0, START)

    def add(self, saying: Saying) -> int:
        """Appends; returns its position in the conversation, counted from 1."""
        seq, previous = self._head_to_move(saying.conversation)
        id, own = self.rows.clock.new_id(), self.rows.seal.fresh()
        sealed = own.close(pack(saying.body), *self.rows.slot(records.c.body, id))
        values = _header(id, seq + 1, saying)
        hash = link(previous, leaf(canonical(values), sealed))
        self.rows.add(records, **values, body=sealed, previous=previous, hash=hash)
        ring = Ring.of(saying.class_name, saying.at, important=saying.important)
        Wraps(self.rows).add(id, own, ring)
        self._move(saying.conversation, seq + 1, hash)
        return seq + 1

    def conversations(self) -> dict[str, int]:
        """How many records each has."""
        return {row.conversation: row.seq for row in self.rows.all(heads)}

    def latest(
        self, conversation: str, limit: int, before: int
    ) -> list[tuple[Any, Mapping[str, Any]]]:
        """The last posts of a conversation before a position, oldest first, with their bodies."""
        where = records.c.conversation == conversation, records.c.seq < before
        return list(reversed(self._open(*where, limit=limit)))

    def message(self, conversation: str, message: str) -> tuple[Any, Mapping[str, Any]] | None:
        """A message as it was first posted."""
        where = records.c.conversation == conversation, records.c.message == message
        found = self._open(*where, limit=1)
        return found[0] if found else None

    def words(self, conversation: str, message: str) -> str:
        """What a message says now: its last edit's words; nothing where it was deleted."""
        said = {"ours": self.rows.company, "here": conversation, "message": message}
        found = list(self.readable(self.rows.conn.execute(SAYS, said)))
        return str(found[0][1]["text"] or "") if found else ""

    def class_of(self, conversation: str, message: str) -> str | None:
        """The class of a message that is in force: the last it was given. Policy 3.1."""
        found = self.belonging(conversation, message)
        return found.class_name if found else None

    def belonging(self, conversation: str, message: str) -> Belonging | None:
        """The class of a message that is in force, and whether it is important."""
        c = records.c
        where = c.conversation == conversation, c.message == message, c.kind.in_(CLASSED)
        both = sa.select(c.class_name, wraps.c.ring, wraps.c.home).join(wraps, JOINED, isouter=True)
        mine = both.where(c.company == self.rows.company, *where).order_by(c.seq.desc()).limit(1)
        row = self.rows.conn.execute(mine).first()
        if row is None:
            return None
        ring = parse(row.home or row.ring or "")
        return Belonging(str(row.class_name), ring is not None and ring.important)

    def belongs(self, conversation: str, message: str, wanted: Belonging) -> int:
        """A message has another class or importance: what is kept of it is wrapped anew."""
        c = records.c
        where = c.company == self.rows.company, c.conversation == conversation, c.message == message
        ids = self.rows.conn.execute(sa.select(c.id).where(*where)).scalars().all()
        return Wraps(self.rows).belong(ids, wanted)

    def verify(self) -> Iterator[int | Broken]:
        """Goes through every chain: yields how many records held so far, or the broken place."""
        return Verifying(self.rows).chains()

    def _open(
        self, *where: Any, limit: int, kinds: Sequence[Kind] = ("post",)
    ) -> list[tuple[Any, Mapping[str, Any]]]:
        both = sa.select(records, *WRAP).join(wraps, JOINED)
        first = records.c.kind.in_(kinds), records.c.company == self.rows.company, *where
        found = self.rows.conn.execute(
            both.where(*first).order_by(records.c.seq.desc()).limit(limit)
        )
        return list(self.readable(found))

    def readable(self, rows: Iterable[Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """What was disposed of is not there any more."""
        for row in rows:
            try:
                own = Wraps(self.rows).open(row)
            except Destroyed:
                continue
            yield row, unpack(own.open(row.body, *self.rows.slot(records.c.body, row.id)))

    def _head_to_move(self, conversation: str) -> tuple[int, bytes]:
        """Until we commit nobody else puts a record behind it: a page does, while events come."""
        if not self.rows.shared:
            return self.head(conversation)
        known = {"ours": self.rows.company, "here": conversation}
        row = self.rows.conn.execute(HEAD_HELD, known).first()
        if row is None:
            one = {"company": self.rows.company, "conversation": conversation}
            first = self.rows.unless_known(heads, "conversation")
            self.rows.conn.execute(first, {**one, "seq": 0, "hash": START})
            row = self.rows.conn.execute(HEAD_HELD, known).one()
        return row.seq, row.hash

    def _move(self, conversation: str, seq: int, hash: bytes) -> None:
        if seq == 1 and not self.rows.shared:
            self.rows.add(heads, conversation=conversation, seq=seq, hash=hash)
        else:
            one = {"ours": self.rows.company, "here": conversation}
            self.rows.conn.execute(MOVE, {**one, "to": seq, "as_hash": hash})


def _header(id: str, seq: int, saying: Saying) -> dict[str, Any]:
    said = {name: getattr(saying, name) for name in SAID}
    return {"id": id, "seq": seq, **said}


def canonical(header: Mapping[str, Any]) -> list[object]:
    """As it is hashed: bot.evidence.HEADER."""
    said = {**header, "class": header["class_name"], "at": micros(header["at"])}
    return [said[name] for name in HEADER]


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
