"""How far data can be trusted, source by source: what was not seen, read, known. Policy 5.2."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """Messages that could not be read: all, those read later, and when the oldest was said."""

    count: int = 0
    read: int = 0
    oldest: datetime | None = None  # of those not read yet


@dataclass(frozen=True, slots=True)
class Gap:
    """Something may have been said there that we did not see. `until` None: to this day."""

    source: str
    room: str  # its name; empty where nobody is told
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A workspace or a homeserver. `name`: platform/realm."""

    name: str
    rooms: int
    uptime: float  # of the rooms' time in the period, 0 to 1
    gaps: int
    linked: int  # accounts that are a person's …
    strangers: int  # … that may be a colleague's, and are nobody's …
    outsiders: int  # … and of guests that are nobody's
    bots: int
    unread: int
    unhandled: int

    @property
    def platform(self) -> str:
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one period, as far as its reader may see it."""

    sources: tuple[Source, ...] = ()
    gaps: tuple[Gap, ...] = ()
    elsewhere: int = 0  # events that could not be handled, and belong to no source
