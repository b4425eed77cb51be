"""Checkpoints: the ends of all chains at a time, signed with a key that the database has not.

Policy 3.3.3. Kept outside as well, they show what the owner of the database did to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.evidence import START, Checkpoint, head_leaf, root
from bot.store.pairing import Pairing
from bot.store.rows import Rows
from bot.store.schema import EPOCH, heads
from bot.store.schema_archive import checkpoint_heads, checkpoints

SIGNING = "signing"  # the ring whose 32 bytes are the signing key
Ends = dict[str, tuple[int, bytes]]  # of each conversation: its last record, and that one's hash


@dataclass(frozen=True, slots=True)
class Drawn:
    """A checkpoint that can be taken, and the ends that have moved since the last one."""

    checkpoint: Checkpoint
    moved: Ends


@dataclass(frozen=True, slots=True)
class Checkpoints:
    rows: Rows

    def public(self) -> bytes:
        """The key by which signatures are checked: for whoever wants to check them elsewhere."""
        return self._key().public_key().public_bytes_raw()

    def draw(self) -> Drawn | None:
        """As things stand; None: nothing has been said since the last. Only reads."""
        last, before = self.last(), self.ends()
        c = heads.c
        ours = sa.select(c.conversation, c.seq, c.hash).where(c.company == self.rows.company)
        now: Ends = {each[0]: (each[1], each[2]) for each in self.rows.conn.execute(ours)}
        moved = {name: end for name, end in now.items() if before.get(name) != end}
        if not moved:
            return None
        counts = sum(seq for seq, _ in now.values()), len(now)
        number, previous = (last.number + 1, last.hash) if last else (1, START)
        made = Checkpoint(self.rows.company, number, self._at(last), counts)
        made.root, made.previous = root_of(now), previous
        made.signature = self._key().sign(made.text.encode())
        return Drawn(made, moved)

    def take(self, drawn: Drawn) -> bool:
        """False where another process has just taken one."""
        made, last = drawn.checkpoint, self.last()
        if (last.number if last else 0) != made.number - 1:
            return False
        id = self.rows.rings.identity(make=True)
        Pairing(self.rows).note(str(id), self.public())
        values = {name: getattr(made, name) for name in ("number", "records", "conversations")}
        values |= {"root": made.root, "previous": made.previous, "signature": made.signature}
        at = EPOCH + timedelta(microseconds=made.at)
        self.rows.add(checkpoints, **values, at=at)
        rows = [
            {"number": made.number, "conversation": name, "seq": seq, "hash": hash}
            for name, (seq, hash) in drawn.moved.items()
        ]
        self.rows.add_all(checkpoint_heads, rows)
        return True

    def last(self) -> Checkpoint | None:
        found = self.rows.all(checkpoints, order=[checkpoints.c.number.desc()], limit=1)
        return self._made(found[0]) if found else None

    def get(self, number: int) -> Checkpoint | None:
        row = self.rows.one(checkpoints, checkpoints.c.number == number)
        return self._made(row) if row else None

    def taken_at(self) -> datetime | None:
        last = self.last()
        return EPOCH + timedelta(microseconds=last.at) if last else None

    def all(self) -> Iterator[Checkpoint]:
        ours = sa.select(checkpoints).where(checkpoints.c.company == self.rows.company)
        for row in self.rows.conn.execute(ours.order_by(checkpoints.c.number)):
            yield self._made(row)

    def ends(self, number: int | None = None) -> Ends:
        """As they were at a checkpoint; None: at the last."""
        c = checkpoint_heads.c
        upto = (c.number <= number,) if number is not None else ()
        last = (
            sa.select(c.conversation, sa.func.max(c.number).label("number"))
            .where(c.company == self.rows.company, *upto)
            .group_by(c.conversation)
            .subquery()
        )
        same = c.conversation == last.c.conversation, c.number == last.c.number
        found = sa.select(c.conversation, c.seq, c.hash).join(last, sa.and_(*same))
        ours = found.where(c.company == self.rows.company)
        return {each[0]: (each[1], each[2]) for each in self.rows.conn.execute(ours)}

    def covering(self, conversation: str, seq: int) -> int | None:
        """The first checkpoint that covers a record; None: there is none yet."""
        c = checkpoint_heads.c
        here = c.company == self.rows.company, c.conversation == conversation, c.seq >= seq
        found = self.rows.conn.execute(sa.select(sa.func.min(c.number)).where(*here)).scalar()
        return int(found) if found is not None else None

    def _at(self, last: Checkpoint | None) -> int:
        """A clock that was set back does not set them back."""
        now = (self.rows.clock.now() - EPOCH) // timedelta(microseconds=1)
        return max(now, last.at + 1) if last else now

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.rows.rings.named(SIGNING).key)

    def _made(self, row: Any) -> Checkpoint:
        at = (row.at - EPOCH) // timedelta(microseconds=1)
        made = Checkpoint(row.company, row.number, at, (row.records, row.conversations))
        made.root, made.previous, made.signature = row.root, row.previous, row.signature
        return made


def root_of(ends: Ends) -> bytes:
    return root([head_leaf(name, *end) for name, end in sorted(ends.items())])
