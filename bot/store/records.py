"""Everything that was said, kept: append-only, one chain of hashes a conversation. Policy 3.3."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from bot.evidence import HEADER, START, leaf, link
from bot.seal import InvalidTag
from bot.store.codec import pack, unpack
from bot.store.rings import Destroyed, Lost, Ring, parse
from bot.store.rows import Rows
from bot.store.schema import EPOCH, heads, records, wraps
from bot.store.wrapping import Belonging, Wraps
from bot.words import Say, say

Kind = Literal["post", "edit", "deletion", "decision", "look", "minutes", "class", "link"]
CLASSED = ("post", "class")  # what gives a message its class
SAID = ("conversation", "kind", "thread", "message", "author", "class_name", "at")
PAGE = 2000  # records verified at a time
ONE = heads.c.company == sa.bindparam("ours"), heads.c.conversation == sa.bindparam("here")
HEAD = sa.select(heads.c.seq, heads.c.hash).where(*ONE)  # built once: they run for every message
JOINED = (wraps.c.company == records.c.company) & (wraps.c.record == records.c.id)
WRAP = wraps.c.record, wraps.c.ring, wraps.c.home, wraps.c.wrapped
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
class Broken:
    """The first place where a chain no longer holds."""

    conversation: str
    seq: int
    why: Say


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
        seq, previous = self.head(saying.conversation)
        id, own = self.rows.clock.new_id(), self.rows.seal.fresh()
        sealed = own.close(pack(saying.body), *self.rows.slot(records.c.body, id))
        values = _header(id, seq + 1, saying)
        hash = link(previous, leaf(_canonical(values), sealed))
        self.rows.add(records, **values, body=sealed, previous=previous, hash=hash)
        ring = Ring.of(saying.class_name, saying.at, important=saying.important)
        Wraps(self.rows).add(id, own, ring)
        self._move(saying.conversation, seq + 1, hash)
        return seq + 1

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
        where = records.c.conversation == conversation, records.c.message == message
        found = self._open(*where, limit=1, kinds=("post", "edit", "deletion"))
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
        held = 0
        for head in self.rows.all(heads):
            for step in self._chain(head):
                if isinstance(step, Broken):
                    yield step
                    break
                held += step
                yield held
        for lost in self._headless():
            yield Broken(lost.conversation, 0, say("its head is missing"))

    def _chain(self, head: Any) -> Iterator[int | Broken]:
        c, seq, previous, name = records.c, 0, START, head.conversation
        while page := self._page(c.conversation == name, c.seq > seq):
            for row in page:
                seq += 1
                if why := _why_broken(row, seq, previous) or self._why_unreadable(row):
                    yield Broken(name, seq, why)
                    return
                previous = row.hash
            yield len(page)
        if (seq, previous) != (head.seq, head.hash):
            yield Broken(name, seq + 1, say("the chain does not end where its head says"))

    def _page(self, *where: Any) -> Sequence[Any]:
        """Records in the order of their chain, each with its key where it has one."""
        both = sa.select(records, *WRAP).join(wraps, JOINED, isouter=True)
        ours = both.where(records.c.company == self.rows.company, *where)
        return self.rows.conn.execute(ours.order_by(records.c.seq).limit(PAGE)).all()

    def _why_unreadable(self, row: Any) -> Say | None:
        if row.wrapped is None:
            return say("its key is missing or was changed")
        try:
            Wraps(self.rows).open(row)
        except Destroyed:
            return None
        except (InvalidTag, ValueError, Lost):
            return say("its key is missing or was changed")
        return None

    def _headless(self) -> Any:
        known = sa.select(heads.c.conversation).where(heads.c.company == self.rows.company)
        lost = sa.select(records.c.conversation).distinct()
        where = records.c.company == self.rows.company, records.c.conversation.not_in(known)
        return self.rows.conn.execute(lost.where(*where)).all()

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

    def _move(self, conversation: str, seq: int, hash: bytes) -> None:
        if seq == 1:
            self.rows.add(heads, conversation=conversation, seq=seq, hash=hash)
        else:
            one = {"ours": self.rows.company, "here": conversation}
            self.rows.conn.execute(MOVE, {**one, "to": seq, "as_hash": hash})


def _header(id: str, seq: int, saying: Saying) -> dict[str, Any]:
    said = {name: getattr(saying, name) for name in SAID}
    return {"id": id, "seq": seq, **said}


def _canonical(header: Mapping[str, Any]) -> list[object]:
    """As it is hashed: bot.evidence.HEADER."""
    said = {**header, "class": header["class_name"], "at": micros(header["at"])}
    return [said[name] for name in HEADER]


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _why_broken(row: Any, seq: int, previous: bytes) -> Say | None:
    if row.seq != seq:
        return say("it is missing")
    if row.previous != previous:
        return say("it does not follow the record before it")
    if link(previous, leaf(_canonical(row._mapping), row.body)) != row.hash:
        return say("it was changed")
    return None
