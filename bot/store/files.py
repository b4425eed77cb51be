"""Files (workbooks, attachments) as sealed pieces, and the workbooks people have asked for."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.events import Account, account_key
from bot.store.duties import Duties
from bot.store.keeping import Kept
from bot.store.published import REPORT, unfinished
from bot.store.rings import Ring
from bot.store.rows import Rows
from bot.store.schema import files, orders, pieces

PIECE = 1 << 20  # bytes
COVER = -1  # the piece before the first: how people call the file, and the hash of its bytes
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that somebody brought. `sha256` in hex."""

    id: str
    name: str
    owner: str  # a person
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Files:
    rows: Rows

    def add(self, name: str, owner: str, body: bytes, keep: timedelta) -> str:
        """Returns the file's id. Nobody but `owner` (a person) may have it."""
        id = self.rows.clock.new_id()
        self._enter(id, name, owner, len(body), self.rows.clock.now() + keep)
        self._lay(id, body)
        return id

    def keep(self, id: str, name: str, owner: str, body: bytes, keep: timedelta) -> None:
        """What somebody brought: its name is their words, so it is sealed as well."""
        self._enter(id, "", owner, len(body), self.rows.clock.now() + keep)
        self._lay(id, body)
        self._cover(id, name, hashlib.sha256(body).hexdigest())

    def copy(self, id: str, class_name: str = "work") -> Stored:
        """A file of its own that stays for good, from the bytes as they are now."""
        found = self.stored(id)
        if found is None:
            raise LookupError(id)
        copy, digest = self.rows.clock.new_id(), hashlib.sha256()
        self._enter(copy, "", found.owner, found.size, FOREVER)
        Kept(self.rows).begin(f"file/{copy}", Ring.of(class_name, self.rows.clock.now()))
        for number, part in enumerate(self._parts(id)):
            digest.update(part)
            self._put(copy, number, part)
        self._cover(copy, found.name, digest.hexdigest())
        return Stored(copy, found.name, found.owner, found.size, digest.hexdigest())

    def stored(self, id: str) -> Stored | None:
        """None where nobody brought such a file, or it has expired."""
        row = self.rows.one(files, files.c.id == id)
        if row is None or row.expires_at <= self.rows.clock.now():
            return None
        cover = self.rows.one(pieces, pieces.c.file == id, pieces.c.number == COVER)
        if cover is None:
            return None
        slot = pieces.c.body, f"{id}/{COVER}", f"file/{id}"
        said = Kept(self.rows).open(*slot, cover.body, gone=None)
        if said is None:
            return None
        return Stored(id, said["name"], row.owner, row.size, said["sha256"])

    def waiting(self, owner: str) -> int:
        """Bytes of theirs that are there for a while only."""
        c = files.c
        now = self.rows.clock.now()
        rows = self.rows.all(files, c.owner == owner, c.expires_at > now, c.expires_at < FOREVER)
        return sum(row.size for row in rows)

    def _enter(self, id: str, name: str, owner: str, size: int, expires_at: datetime) -> None:
        self.rows.remove(pieces, pieces.c.file == id)  # of one that has expired
        self.rows.remove(files, files.c.id == id)
        dates = {"made_at": self.rows.clock.now(), "expires_at": expires_at}
        self.rows.add(files, id=id, name=name, owner=owner, size=size, **dates)

    def _lay(self, id: str, body: bytes) -> None:
        for number, start in enumerate(range(0, len(body), PIECE)):
            self._put(id, number, body[start : start + PIECE])

    def _put(self, id: str, number: int, part: bytes) -> None:
        slot = self.rows.slot(pieces.c.body, f"{id}/{number}")
        sealed = Kept(self.rows).seal(f"file/{id}").close(part, *slot)
        self.rows.add(pieces, file=id, number=number, body=sealed)

    def _cover(self, id: str, name: str, sha256: str) -> None:
        said = {"name": name, "sha256": sha256}
        body = Kept(self.rows).close(pieces.c.body, f"{id}/{COVER}", f"file/{id}", said)
        self.rows.add(pieces, file=id, number=COVER, body=body)

    def _parts(self, id: str) -> Iterator[bytes]:
        """One at a time: all of them are more than there need be room for.

        Raises LookupError (Destroyed) where they were disposed of.
        """
        number = 0
        while row := self.rows.one(pieces, pieces.c.file == id, pieces.c.number == number):
            yield self._opened(id, row)
            number += 1

    def _opened(self, id: str, row: Any) -> bytes:
        slot = self.rows.slot(pieces.c.body, f"{id}/{row.number}")
        return Kept(self.rows).seal(f"file/{id}").open(row.body, *slot)

    def size(self, id: str) -> int:
        """In bytes. Raises LookupError where there is no such file, or no longer."""
        row = self.rows.one(files, files.c.id == id)
        if row is None or row.expires_at <= self.rows.clock.now():
            raise LookupError(id)
        return int(row.size)

    def piece(self, id: str, number: int) -> bytes:
        """Some of it: the pieces are counted from 0. Raises LookupError after the last."""
        row = self.rows.one(pieces, pieces.c.file == id, pieces.c.number == number)
        if row is None:
            raise LookupError(id)
        return self._opened(id, row)

    def read(self, id: str) -> bytes:
        """Raises LookupError where there is no such file, or no longer."""
        self.size(id)
        return b"".join(self._parts(id))

    def drop(self, ids: Iterable[str]) -> None:
        """What nobody can read any more need not lie there."""
        for id in ids:
            self.rows.remove(pieces, pieces.c.file == id)
            self.rows.remove(files, files.c.id == id)

    def expire(self, now: datetime) -> int:
        old = self.rows.all(files, files.c.expires_at <= now, limit=100)
        for row in old:
            self.rows.remove(pieces, pieces.c.file == row.id)
            self.rows.remove(files, files.c.id == row.id)
        return len(old)


@dataclass(frozen=True, slots=True)
class Orders:
    """Workbooks to be built by the worker, in a process of its own."""

    rows: Rows

    def add(self, person: str, account: Account, period: str, edition: str) -> str:
        id, lease = self.rows.clock.new_id(), self.rows.clock.lease()
        asked = {
            "person": person,
            "account": account_key(account),
            "asked_at": self.rows.clock.now(),
        }
        asked |= {"period": period, "edition": edition, "held_until": lease}
        asked["number"] = Duties(self.rows).number(REPORT)
        self.rows.add(orders, id=id, tries=0, state="waiting", **asked)
        return id

    def claim(self, hold: timedelta) -> Any | None:
        """One to build now, ours for `hold`; whoever dies over it loses it to the next.

        What somebody asked for goes before what is made by itself.
        """
        c, lease = orders.c, self.rows.clock.lease()
        where = c.state == "waiting", c.held_until <= lease
        found = self.rows.free(orders, *where, order=(c.occasion, c.id), limit=1)
        if found:
            tries = found[0].tries + 1
            self.rows.change(orders, c.id == found[0].id, held_until=lease + hold, tries=tries)
        return found[0] if found else None

    def advance(self, id: str, hold: timedelta, **how_far: str | int) -> bool:
        """Keep how far it is, and it itself for `hold`. False where it was settled meanwhile."""
        where = orders.c.id == id, orders.c.state == "waiting"
        until = self.rows.clock.lease() + hold
        return self.rows.change(orders, *where, held_until=until, **how_far) == 1

    def lay_down(self, id: str, tries: int) -> None:
        """Nobody builds it any more, and what was begun counts for nothing."""
        where = orders.c.id == id, orders.c.state == "waiting"
        self.rows.change(orders, *where, held_until=self.rows.clock.lease(), tries=tries)

    def of(self, person: str, limit: int = 20) -> Sequence[Any]:
        """The last that somebody asked for or was given, newest first, each with how far it is."""
        c, mine = orders.c, (orders.c.person == person, ~unfinished())
        return self.rows.all(orders, *mine, order=[c.asked_at.desc(), c.id.desc()], limit=limit)

    def newest(self, limit: int) -> Sequence[Any]:
        """The last that anybody asked for or was given, newest first."""
        c = orders.c
        return self.rows.all(
            orders, ~unfinished(), order=[c.asked_at.desc(), c.id.desc()], limit=limit
        )

    def find(self, number: int) -> Any | None:
        return self.rows.one(orders, orders.c.number == number)

    def with_file(self, file: str) -> Any | None:
        """What was made as that file."""
        return self.rows.one(orders, orders.c.file == file)

    def settle(self, id: str, state: str, file: str | None) -> bool:
        """False where it was settled before."""
        where = orders.c.id == id, orders.c.state == "waiting"
        now = self.rows.clock.now()
        return self.rows.change(orders, *where, state=state, file=file, made_at=now) == 1
