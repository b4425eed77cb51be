"""Is what nobody can read any more gone as certificates say, and nothing else. 3.3.1, 3.3.3."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from bot.store.disposals import CHAIN, Certificate, Disposals
from bot.store.expiring import Expiring
from bot.store.records import JOINED
from bot.store.rows import Rows
from bot.store.schema import records, wraps
from bot.store.verifying import Broken
from bot.words import Say, say


@dataclass(frozen=True, slots=True)
class Disposed:
    rows: Rows

    def count(self) -> int:
        """Records that were disposed of by certificate."""
        return sum(each.disposed for each in Disposals(self.rows).certificates())

    def verify(self) -> Iterator[Broken]:
        """What certificates and keys say of each other, and of what lies under them."""
        keeping, certified = Expiring(self.rows), Disposals(self.rows).certificates()
        known, gone = {each.ring for each in certified}, keeping.gone()
        for ring in sorted((keeping.rings().keys() & gone) - known):
            yield self._first(
                ring,
                say(
                    "its key was destroyed, and no certificate says so: this may be an old copy "
                    "of the database"
                ),
            )
        for each in certified:
            if keeping.digest(each.ring) != (each.disposed, each.digest):
                yield self._first(each.ring, say("it is not what its certificate says"))
        yield from self._chained(certified)

    def _chained(self, certified: list[Certificate]) -> Iterator[Broken]:
        """Each stands in a chain of its own by what it says, and nothing else stands there."""
        c = records.c
        mine = c.company == self.rows.company, c.conversation == CHAIN
        said = dict(self.rows.conn.execute(sa.select(c.message, c.seq).where(*mine)).all())
        for each in certified:
            if said.pop(each.fingerprint, None) is None:
                yield self._first(each.ring, say("its certificate was changed"))
        for seq in said.values():
            yield Broken(CHAIN, seq, say("the certificate it stands for is missing"))

    def _first(self, ring: str, why: Say) -> Broken:
        """Where the first of what lies under a key stands."""
        c = records.c
        here = sa.select(c.conversation, c.seq).join(wraps, JOINED)
        mine = here.where(c.company == self.rows.company, wraps.c.ring == ring)
        row = self.rows.conn.execute(mine.order_by(c.id).limit(1)).first()
        return Broken(row.conversation, row.seq, why) if row else Broken(ring, 0, why)
