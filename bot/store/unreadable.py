"""What was said that we could not read yet, and when at last we could. Policy 3.3.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.events import Account, MessageRef, account_key, conversation
from bot.policy.quality import Counted
from bot.store.rows import Rows
from bot.store.schema import unreadable

HOLD = timedelta(minutes=10)  # lease time: the key may still come
LOOKED_FOR = timedelta(days=30)  # that long what becomes readable is marked as read
FEW = 100  # more than that are not read for every transaction
Key = tuple[str, str]  # a conversation, and a message in it


@dataclass(slots=True)
class Unreadable:
    rows: Rows
    _waiting: set[Key] | None = None  # some, as this transaction knows; all where they are few

    def note(self, message: MessageRef, author: Account, at: datetime) -> bool:
        """False: it is known already."""
        key = conversation(message.place), message.id
        if self._find(key) is not None:
            return False
        self.rows.add(
            unreadable,
            place=key[0],
            message=key[1],
            author=account_key(author),
            at=at,
            found_at=self.rows.clock.lease(),
        )
        self._waiting = None
        return True

    def waits(self, key: Key) -> bool:
        """It may still become readable. Asked of every message: a few are read once a transaction,
        and of many that one."""
        if self._waiting is None:
            c, since = unreadable.c, self.rows.clock.lease() - LOOKED_FOR
            lately = c.read_at.is_(None), c.found_at > since
            rows = self.rows.all(unreadable, *lately, limit=FEW + 1)
            self._waiting = {(row.place, row.message) for row in rows}
        if key in self._waiting or len(self._waiting) <= FEW:
            return key in self._waiting
        row = self._find(key)
        return row is not None and row.read_at is None

    def read(self, key: Key) -> None:
        c, now = unreadable.c, self.rows.clock.now()
        here = c.place == key[0], c.message == key[1], c.read_at.is_(None)
        self.rows.change(unreadable, *here, read_at=now)
        self._waiting = None

    def still(self, place: str, author: Account) -> Sequence[Any]:
        """What they said there that the key had time to come for, and did not; oldest first."""
        c, before = unreadable.c, self.rows.clock.lease() - HOLD
        theirs = c.place == place, c.author == account_key(author), c.read_at.is_(None)
        found = self.rows.all(unreadable, *theirs, c.found_at <= before, order=[c.at])
        return [row for row in found if row.found_at > before - LOOKED_FOR]

    def last_asked(self, place: str, author: Account, but: str) -> datetime | None:
        """When they were last asked about that place, by another parcel than that one."""
        c = unreadable.c
        theirs = c.place == place, c.author == account_key(author), c.asked_at.is_not(None)
        rows = self.rows.all(unreadable, *theirs, c.parcel != but, order=[c.asked_at.desc()])
        return rows[0].asked_at if rows else None

    def ask(self, some: Sequence[Any], parcel: str) -> None:
        c, now = unreadable.c, self.rows.clock.now()
        for row in some:
            here = c.place == row.place, c.message == row.message
            self.rows.change(unreadable, *here, asked_at=now, parcel=parcel)

    def counted(self, start: datetime | None = None, end: datetime | None = None) -> Counted:
        """Of what was said from `start` until just before `end`."""
        c = unreadable.c
        where = [] if start is None else [c.at >= start]
        where += [] if end is None else [c.at < end]
        rows = self.rows.all(unreadable, *where, order=[c.at])
        left = [row.at for row in rows if row.read_at is None]
        return Counted(len(rows), len(rows) - len(left), left[0] if left else None)

    def _find(self, key: Key) -> Any | None:
        c = unreadable.c
        return self.rows.one(unreadable, c.place == key[0], c.message == key[1])
