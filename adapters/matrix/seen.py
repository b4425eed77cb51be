"""Every ciphertext counts once: who sends one again as another event is found out.

A homeserver cannot write a command, but it could repeat one. matrix-nio remembers what it has read
until it ends; this lasts.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from adapters.matrix.vault import make_file
from bot.clock import fault_point

FILE = "seen.db"
SIZE = 16  # bytes of what stands for a session or an event
TABLES = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists seen (
    session blob not null, place integer not null, event blob not null,
    primary key (session, place)
) without rowid;
create table if not exists restored (
    session blob primary key, fresh integer
) without rowid;
"""


class Seen:
    """A place in a session, and the event that it stood in; ids lie there hashed under our key."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._key = key
        self._db = sqlite3.connect(make_file(folder / FILE), isolation_level=None)
        self._db.executescript(TABLES)

    def close(self) -> None:
        self._db.close()

    def first(self, session: str, place: int, event: str) -> bool:
        """Whether no other event has had this place; notes it. A 64-bit place fits."""
        slot, this = self._hash(session), self._hash(event)
        with self._db:
            self._db.execute("insert or ignore into seen values (?, ?, ?)", (slot, place, this))
            fault_point("a ciphertext was seen")
            row = self._db.execute(
                "select event from seen where session = ? and place = ?", (slot, place)
            ).fetchone()
        return bool(row[0] == this)

    def restore(self, sessions: Iterable[str]) -> None:
        """These came out of a backup: what was seen of them is unknown."""
        rows = [(self._hash(session),) for session in sessions]
        self._db.execute("begin")
        with self._db:
            self._db.executemany("insert or ignore into restored values (?, null)", rows)
            fault_point("sessions of a backup are noted")

    def heard(self, session: str, place: int) -> None:
        """Its owner has shared it with us, from this place on."""
        fault_point("a session is heard of")
        self._db.execute(
            "update restored set fresh = min(coalesce(fresh, ?), ?) where session = ?",
            (place, place, self._hash(session)),
        )

    def is_restored(self, session: str, place: int) -> bool:
        """Whether we can read this place by the backup only."""
        row = self._db.execute(
            "select fresh from restored where session = ?", (self._hash(session),)
        ).fetchone()
        return row is not None and (row[0] is None or place < row[0])

    def _hash(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(), digest_size=SIZE, key=self._key).digest()
