"""What the rows of a transaction come of, and whether that is among what we have forgotten.

An event that is told again after a restore is to give the same names to what comes of it: then a
card of before is found by its key, and not sent again. Policy 2.1.2-care.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

OWN = 7  # bytes of an id that tell the event
PLACES = 1 << 24  # ids that one event can give away
WARY = timedelta(days=7)  # after a restore, in which what falls due is looked for first
LAST = (1 << 48) - 1  # milliseconds


@dataclass(frozen=True, slots=True)
class Lost:
    """A time of which a restored store knows nothing, though Duly was at work then."""

    since: datetime  # lease time: when what we remember ends
    until: datetime  # as people see it: what happened by then was perhaps answered
    calm: datetime  # lease time: until then what we do not remember may still be arriving


@dataclass(slots=True)
class Origin:
    lost: Lost | None = None
    _at: datetime | None = None
    _key: str = ""
    _count: int = 0

    @contextmanager
    def because(self, at: datetime, key: str = "") -> Iterator[None]:
        """What is written inside comes of what happened, or fell due, then (as people see it)."""
        self._at, self._key, self._count = at, key, 0
        try:
            yield
        finally:
            self._at, self._key = None, ""

    @property
    def perhaps(self) -> bool:
        """Perhaps we have done it before, and have forgotten it."""
        return self.lost is not None and self._at is not None and self._at <= self.lost.until

    @property
    def looks(self) -> bool:
        """Perhaps the same was sent at another hour: somebody had set their own since."""
        if self.lost is None or self._at is None:
            return False
        return self.perhaps or (not self._key and self._at <= self.lost.until + WARY)

    def id(self, secret: bytes, company: str) -> str | None:
        """In the order of time, and the same each time for the same event (32 hex digits)."""
        if self._at is None or not self._key or self._count >= PLACES:
            return None
        millis = min(max(int(self._at.timestamp() * 1000), 0), LAST)
        name = f"{company}|{self._key}".encode("utf-8", "surrogatepass")
        own = int.from_bytes(hmac.digest(secret, name, "sha256")[:OWN])
        self._count += 1
        return f"{millis << 80 | own << 24 | self._count:032x}"
