"""Files (workbooks, attachments) as sealed pieces, and the workbooks people have asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.events import Account, account_key
from bot.store.rows import Rows
from bot.store.schema import files, orders, pieces

PIECE = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Files:
    rows: Rows

    def add(self, name: str, owner: str, body: bytes, keep: timedelta) -> str:
        """Returns the file's id. Nobody but `owner` (a person) may have it."""
        id, now = self.rows.clock.new_id(), self.rows.clock.now()
        dates = {"made_at": now, "expires_at": now + keep}
        self.rows.add(files, id=id, name=name, owner=owner, size=len(body), **dates)
        for number, start in enumerate(range(0, len(body), PIECE)):
            slot = self.rows.slot(pieces.c.body, f"{id}/{number}")
            sealed = self.rows.seal.close(body[start : start + PIECE], *slot)
            self.rows.add(pieces, file=id, number=number, body=sealed)
        return id

    def read(self, id: str) -> bytes:
        """Raises LookupError where there is no such file, or no longer."""
        row = self.rows.one(files, files.c.id == id)
        if row is None or row.expires_at <= self.rows.clock.now():
            raise LookupError(id)
        parts = self.rows.all(pieces, pieces.c.file == id)
        slot = self.rows.slot
        return b"".join(
            self.rows.seal.open(each.body, *slot(pieces.c.body, f"{id}/{each.number}"))
            for each in parts
        )

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
        self.rows.add(orders, id=id, tries=0, state="waiting", **asked)
        return id

    def claim(self, hold: timedelta) -> Any | None:
        """One to build now, ours for `hold`; whoever dies over it loses it to the next."""
        c, lease = orders.c, self.rows.clock.lease()
        where = c.state == "waiting", c.held_until <= lease
        found = self.rows.free(orders, *where, order=c.id, limit=1)
        if found:
            tries = found[0].tries + 1
            self.rows.change(orders, c.id == found[0].id, held_until=lease + hold, tries=tries)
        return found[0] if found else None

    def settle(self, id: str, state: str, file: str | None) -> bool:
        """False where it was settled before."""
        where = orders.c.id == id, orders.c.state == "waiting"
        return self.rows.change(orders, *where, state=state, file=file) == 1
