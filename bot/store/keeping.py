"""What people wrote beside the chat (requests, notices, minutes, files), closed under a key of its
owner's own, that is wrapped by class and month as a record's is. Policy 3.3.1.

So to destroy a ring reaches them too. What was closed before there were such keys stays readable.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.seal import InvalidTag, Seal
from bot.store.codec import pack, unpack
from bot.store.rings import Destroyed, Ring
from bot.store.rows import Rows
from bot.store.wrapping import Wraps


@dataclass(frozen=True, slots=True)
class Kept:
    """`owner`: "request/…", "notice/…", "minutes/…"; what is closed goes with it."""

    rows: Rows

    def begin(self, owner: str, ring: Ring) -> None:
        """From now on what is closed for it lies under a key of its own."""
        own = self.rows.seal.fresh()
        Wraps(self.rows).add(owner, own, ring)
        self.rows.own[owner] = own

    def seal(self, owner: str) -> Seal:
        """Its own key; else the company's. Raises Destroyed where it was disposed of."""
        if owner not in self.rows.own:
            row = Wraps(self.rows).of(owner)
            self.rows.own[owner] = Wraps(self.rows).open(row) if row else None
        return self.rows.own[owner] or self.rows.seal

    def ahead(self, owners: Iterable[str]) -> None:
        """What is opened next are many: their keys come in one go, not one by one."""
        wanted = [each for each in owners if each not in self.rows.own]
        known = Wraps(self.rows).many(wanted)
        for owner in wanted:
            with suppress(Destroyed):
                row = known.get(owner)
                self.rows.own[owner] = Wraps(self.rows).open(row) if row else None

    def close(self, column: sa.Column[Any], id: str, owner: str, value: Any) -> bytes:
        return self.seal(owner).close(pack(value), *self.rows.slot(column, id))

    def open(
        self, column: sa.Column[Any], id: str, owner: str, sealed: bytes, *, gone: Any = ""
    ) -> Any:
        """`gone`: what stands there once it was disposed of."""
        slot = self.rows.slot(column, id)
        try:
            own = self.seal(owner)
        except Destroyed:
            return gone
        try:
            return unpack(own.open(sealed, *slot))
        except InvalidTag:
            return unpack(self.rows.seal.open(sealed, *slot))
