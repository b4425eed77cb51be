"""Fills what a timeline left out, from the room's own past; what cannot be filled is known."""

from collections.abc import Callable, Iterable
from datetime import datetime

from adapters.matrix import keys
from adapters.matrix.calls import Calls
from adapters.matrix.known import Known
from adapters.matrix.slip import Slip, Unreadable
from bot.events import CoverageLost

MOST = 20_000  # events of one room that are fetched at once; older ones are a known gap


class TooMany(Exception):
    """More was said than is fetched at once; since the first of `events` nothing is missing."""

    def __init__(self, events: list[Slip]) -> None:
        super().__init__(f"more than {len(events)} events")
        self.events = events


async def between(
    calls: Calls, room: str, start: str, end: str, first: Callable[[Slip], bool]
) -> list[Slip]:
    """From `start` (where we last were) to `end`, oldest first, or from the `first`.

    Raises TryLater, Refused, TooMany.
    """
    found: list[Slip] = []
    async for page in calls.past(room, end, start):
        for each in page:
            found.append(each)
            if first(each):
                return found[::-1]
        if len(found) >= MOST:
            raise TooMany(found[::-1])
    return found[::-1]


def lost(known: Known, room: str, since: datetime, until: datetime) -> CoverageLost:
    since = min(since, until)
    key = keys.told(known.realm, "gap", f"{room}/{since.timestamp():.0f}")
    return CoverageLost(key=key, at=until, place=known.place(room), since=since)


def begin(events: Iterable[Slip], default: datetime) -> datetime:
    """When the first of them was; `default` where none can say, and for what is still to come."""
    found = default
    for each in events:
        try:
            found = min(found, each.stamp("origin_server_ts"))
        except Unreadable:
            continue
    return found
