"""Is everything that was said still as it was kept: every chain, its end, its keys, checkpoints.

Policy 3.3.3. Rows come as the driver gives them, one after the other: there are millions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.evidence import START, Checkpoint, checkpoint_in, head_leaf, leaf, link, root
from bot.seal import InvalidTag, Seal
from bot.store.checkpoints import Checkpoints
from bot.store.rings import Destroyed, Lost, Ring, parse
from bot.store.rows import Rows
from bot.store.schema import EPOCH, heads, pieces, records, requests, wraps
from bot.store.schema_archive import checkpoint_heads, key_store
from bot.store.schema_meetings import meetings, minutes
from bot.store.schema_notices import notices
from bot.store.wrapping import Wraps
from bot.words import Code, Say, say

PAGE = 5000  # rows asked for at a time
LARGE = 16  # rows at a time of what may be a megabyte each
ERASING = timedelta(hours=1)  # lease time, for wraps to follow the ring that was destroyed
KEYS = "wraps"  # instead of a conversation: a key that opens nothing that is known
OWNERS = {  # whose keys they are beside the records' (bot.store.keeping), and what they open
    "request": requests.c.body,
    "notice": notices.c.body,
    "meeting": meetings.c.topic,
    "minutes": minutes.c.body,
    "file": pieces.c.body,
}
READ = (
    records.c.conversation,
    records.c.seq,
    records.c.id,
    records.c.kind,
    records.c.thread,
    records.c.message,
    records.c.author,
    records.c.class_name,
    records.c.at,
    records.c.body,
    records.c.previous,
    records.c.hash,
    wraps.c.ring,
    wraps.c.home,
    wraps.c.wrapped,
)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a chain no longer holds."""

    conversation: str
    seq: int
    why: Say


@dataclass(frozen=True, slots=True)
class Checked:
    """A checkpoint that does not hold, or is not what was posted."""

    number: int
    why: Say


Step = int | Broken | Checked
Disposed = Callable[[str], bool]  # may a ring be destroyed: is there a certificate of it


@dataclass(slots=True)
class _Chain:
    """What is known of a conversation while its records go by."""

    name: str
    seq: int = 0
    hash: bytes = START
    marks: list[tuple[int, bytes, int]] = field(default_factory=list)  # the latest first
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Verifying:
    rows: Rows
    disposed: Disposed = lambda _: True
    seals: dict[str, Seal] = field(default_factory=dict)  # for a page; a ring may be destroyed

    @property
    def wraps(self) -> Wraps:
        return Wraps(self.rows)

    def steps(self, posted: Iterable[str] = ()) -> Iterator[Step]:
        """How many records held so far; every bad place: of a conversation the first."""
        yield from self.chains()
        yield from self._lone_keys()
        yield from self._checkpoints()
        yield from self._against(posted)

    # Chains

    def chains(self) -> Iterator[int | Broken]:
        ends, known, held, chain = self._ends(), self._known(), 0, None
        for row in self._records():
            if chain is None or row[0] != chain.name:
                if chain is not None:
                    yield from self._ended(chain, ends)
                chain = _Chain(row[0], marks=self._marks(row[0]))
                known.discard(row[0])
            if chain.broken:
                continue
            if why := self._why(chain, row):
                chain.broken = True
                yield Broken(chain.name, chain.seq + 1, why)
                continue
            chain.seq, chain.hash, held = chain.seq + 1, row[11], held + 1
            if held % PAGE == 0:
                yield held
        if chain is not None:
            yield from self._ended(chain, ends)
        yield held
        for name in sorted(known | set(ends)):
            yield Broken(name, 1, say("it is missing"))

    def _why(self, chain: _Chain, row: tuple[Any, ...]) -> Say | None:
        if row[1] != chain.seq + 1:
            return say("it is missing")
        if row[10] != chain.hash:
            return say("it does not follow the record before it")
        conversation, seq, id, kind, thread, message, author, class_name, at = row[:9]
        header = (id, conversation, seq, kind, thread, message, author, class_name, at)
        if link(chain.hash, leaf(header, row[9])) != row[11]:
            return say("it was changed")
        if not self._opens(id, row[12:15], at):
            return say("its key is missing or was changed")
        while chain.marks and chain.marks[-1][0] <= seq:
            at_seq, hash, number = chain.marks.pop()
            if (at_seq, hash) != (seq, row[11]):
                return say("checkpoint {number} knew it otherwise", number=Code(str(number)))
        return None

    def _ended(self, chain: _Chain, ends: dict[str, tuple[int, bytes]]) -> Iterator[Broken]:
        """`ends`: what heads say; those of chains that went by are taken out."""
        end = ends.pop(chain.name, None)
        if chain.broken:
            return
        if end is None:
            yield Broken(chain.name, chain.seq + 1, say("its head is missing"))
        elif end != (chain.seq, chain.hash):
            why = say("the chain does not end where its head says")
            yield Broken(chain.name, chain.seq + 1, why)
        elif chain.marks:
            number = Code(str(chain.marks[-1][2]))
            why = say("it is missing: checkpoint {number} knew of more", number=number)
            yield Broken(chain.name, chain.seq + 1, why)

    def _opens(self, id: str, wrap: tuple[Any, ...], at: int | None = None) -> bool:
        """Or it was due, with the month of `at` (microseconds), and is gone as it should be."""
        ring, home, wrapped = wrap
        if wrapped is None:
            return False
        try:
            under = self.seals.get(ring) or self._seal(ring)
            under.open(wrapped, *self.wraps.slot(id, ring, home))
        except Destroyed:
            return self._is_gone(wrap, at)
        except (InvalidTag, ValueError, Lost):
            return False
        return True

    def _seal(self, ring: str) -> Seal:
        found = self.seals[ring] = self.rows.rings.seal(ring)
        return found

    def _is_gone(self, wrap: tuple[str, str | None, bytes], at: int | None) -> bool:
        place = parse(wrap[0])
        if place is not None and at is not None and place.month != _month(at):
            return False
        return self.disposed(wrap[0]) and self._is_erased(*wrap)

    def _is_erased(self, ring: str, home: str | None, wrapped: bytes) -> bool:
        if not wrapped and home is None:
            return True
        destroyed_at = self.rows.rings.destroyed_at(ring)
        assert destroyed_at is not None
        return self.rows.clock.lease() < destroyed_at + ERASING

    def _records(self) -> Iterator[tuple[Any, ...]]:
        key = (wraps.c.company == records.c.company) & (wraps.c.record == records.c.id)
        ours = sa.select(*READ).join(wraps, key, isouter=True)
        ours = ours.where(records.c.company == self.rows.company)
        return self._raw(ours.order_by(records.c.conversation, records.c.seq))

    def _raw(self, query: sa.Select[Any]) -> Iterator[tuple[Any, ...]]:
        """Without SQLAlchemy's rows, which cost as much as the hashes."""
        made = query.compile(self.rows.conn.engine)
        driver: Any = self.rows.conn.connection.driver_connection
        if self.rows.shared:
            cursor, values = driver.cursor(f"raw_{id(query)}"), made.params
        else:
            cursor, values = driver.cursor(), tuple(made.params.values())
        try:
            cursor.execute(str(made), values)
            while page := cursor.fetchmany(PAGE):
                self.seals.clear()
                yield from page
        finally:
            cursor.close()

    def _ends(self) -> dict[str, tuple[int, bytes]]:
        c = heads.c
        ours = sa.select(c.conversation, c.seq, c.hash).where(c.company == self.rows.company)
        return {each[0]: (each[1], each[2]) for each in self.rows.conn.execute(ours)}

    def _known(self) -> set[str]:
        """To the checkpoints."""
        c = checkpoint_heads.c
        ours = sa.select(c.conversation).where(c.company == self.rows.company).distinct()
        return set(self.rows.conn.execute(ours).scalars())

    def _marks(self, conversation: str) -> list[tuple[int, bytes, int]]:
        c = checkpoint_heads.c
        here = c.company == self.rows.company, c.conversation == conversation
        ours = sa.select(c.seq, c.hash, c.number).where(*here).order_by(c.seq.desc())
        return [(each[0], each[1], each[2]) for each in self.rows.conn.execute(ours)]

    # Keys

    def _lone_keys(self) -> Iterator[Broken]:
        """Of nothing that is known; and those of what is no record must open, too."""
        c = wraps.c
        known = (records.c.company == c.company) & (records.c.id == c.record)
        ours = sa.select(c.record, c.ring, c.home, c.wrapped).join(records, known, isouter=True)
        ours = ours.where(c.company == self.rows.company, records.c.id.is_(None))
        for id, *wrap in self.rows.conn.execute(ours):
            if id.partition("/")[0] not in OWNERS:
                yield Broken(f"{KEYS}/{id}", 0, say("this key is of nothing that is kept"))
            elif not self._opens(id, tuple(wrap)):
                yield Broken(id, 0, say("its key is missing or was changed"))
        for name, column in OWNERS.items():
            yield from self._keyless(name, column)

    def _keyless(self, name: str, column: sa.Column[Any]) -> Iterator[Broken]:
        """What has no key of its own was closed under the company's, before there were such."""
        table, (_, *ids) = column.table, column.table.primary_key.columns
        key = (wraps.c.company == table.c.company) & (
            wraps.c.record == sa.literal(f"{name}/") + ids[0]
        )
        ours = sa.select(*ids, column).join(wraps, key, isouter=True)
        mine = table.c.company == self.rows.company, wraps.c.record.is_(None)
        found = ours.where(*mine).execution_options(yield_per=LARGE)
        for *id, body in self.rows.conn.execute(found):
            try:
                self.rows.seal.open(body, *self.rows.slot(column, "/".join(map(str, id))))
            except (InvalidTag, ValueError):  # the second: too short to be anything sealed
                yield Broken(f"{name}/{id[0]}", 0, say("its key is missing or was changed"))

    # Checkpoints

    def _checkpoints(self) -> Iterator[Checked]:
        of, last, ends = Checkpoints(self.rows), None, dict[str, tuple[int, bytes]]()
        leaves, order = dict[str, bytes](), list[str]()
        public, moved = of.public(), self._moved()
        number, changes = next(moved, (0, []))
        if changes and (why := self._why_other_keys(public)):
            yield Checked(0, why)
        for each in of.all():
            while changes and number < each.number:  # of a checkpoint that is gone
                yield Checked(number, say("it is missing"))
                _move(ends, leaves, changes)
                number, changes = next(moved, (0, []))
            mine: list[tuple[str, int, bytes]] = []
            if number == each.number:
                mine, (number, changes) = changes, next(moved, (0, []))
            why = _why_unsound(each, last, mine, ends)
            _move(ends, leaves, mine)
            order = order if len(order) == len(leaves) else sorted(leaves)
            tree = [leaves[name] for name in order]
            if why := why or _why_wrong(each, ends, tree) or _why_unsigned(each, public):
                yield Checked(each.number, why)
            last = each
        while changes:
            yield Checked(number, say("it is missing"))
            number, changes = next(moved, (0, []))

    def _moved(self) -> Iterator[tuple[int, list[tuple[str, int, bytes]]]]:
        """Checkpoint by checkpoint, the ends that had moved."""
        c = checkpoint_heads.c
        ours = sa.select(c.number, c.conversation, c.seq, c.hash)
        ours = ours.where(c.company == self.rows.company).order_by(c.number, c.conversation)
        number, changes = 0, list[tuple[str, int, bytes]]()
        for row in self._raw(ours):
            if changes and row[0] != number:
                yield number, changes
                changes = []
            number = row[0]
            changes.append((row[1], row[2], row[3]))
        if changes:
            yield number, changes

    def _why_other_keys(self, public: bytes) -> Say | None:
        row = self.rows.one(key_store)
        if row is None:
            return say("it is not noted which keys are those of this database")
        if (row.id, row.public) != (self.rows.rings.identity(make=False), public):
            return say("the key that signs is not the one that this database names")
        return None

    # Outside

    def _against(self, posted: Iterable[str]) -> Iterator[Checked]:
        """What was posted outside: nobody who owns the database could change it there."""
        found = filter(None, map(checkpoint_in, posted))
        theirs = {each.number: each for each in found if each.company == self.rows.company}
        ours = {each.number: each.line for each in Checkpoints(self.rows).all()} if theirs else {}
        for number, each in sorted(theirs.items()):
            if number not in ours:
                yield Checked(number, say("it was posted, and is missing"))
            elif ours[number] != each.line:
                yield Checked(number, say("it was posted otherwise"))


def _month(at: int) -> str:
    return Ring.of("", EPOCH + timedelta(microseconds=at)).month


def _move(
    ends: dict[str, tuple[int, bytes]],
    leaves: dict[str, bytes],
    changes: list[tuple[str, int, bytes]],
) -> None:
    for name, seq, hash in changes:
        ends[name] = seq, hash
        leaves[name] = head_leaf(name, seq, hash)


def _why_unsound(
    each: Checkpoint,
    last: Checkpoint | None,
    moved: list[tuple[str, int, bytes]],
    before: dict[str, tuple[int, bytes]],
) -> Say | None:
    number, previous, at = (last.number, last.hash, last.at) if last else (0, START, -1)
    if each.number != number + 1 or each.previous != previous:
        return say("it does not follow the one before it")
    if each.at <= at:
        return say("it is not later than the one before it")
    if not moved or any(seq <= before.get(name, (0, b""))[0] for name, seq, _ in moved):
        return say("the ends that it names had not moved")
    return None


def _why_wrong(
    each: Checkpoint, ends: dict[str, tuple[int, bytes]], tree: list[bytes]
) -> Say | None:
    counts = sum(seq for seq, _ in ends.values()), len(ends)
    if (each.records, each.conversations) != counts:
        return say("its counts are not those of the ends it names")
    if root(tree) != each.root:
        return say("its root is not that of the ends it names")
    return None


def _why_unsigned(each: Checkpoint, public: bytes) -> Say | None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(each.signature, each.text.encode())
    except InvalidSignature:
        return say("its signature is not ours")
    return None
