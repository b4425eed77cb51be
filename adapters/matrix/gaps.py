"""Fills what a timeline left out, from the room's own past; what cannot be filled is known."""

import logging
from collections.abc import Iterator
from datetime import datetime

from adapters.matrix import keys
from adapters.matrix.calls import Calls, Refused
from adapters.matrix.known import Known
from adapters.matrix.slip import Slip
from adapters.matrix.sync import came_in
from bot.events import CoverageLost

MOST = 20_000  # events of one room that are fetched at once; older ones are a known gap

log = logging.getLogger(__name__)


class TooMany(Exception):
    """More was said than is fetched at once; `since` then nothing is missing."""

    def __init__(self, events: list[Slip]) -> None:
        super().__init__(f"more than {len(events)} events")
        self.events = events


async def between(calls: Calls, known: Known, room: str, start: str, end: str) -> list[Slip]:
    """From `start` (where we last were) to `end`, oldest first, nothing of before we joined.

    Raises TryLater, Refused, TooMany.
    """
    found: list[Slip] = []
    async for page in calls.past(room, end, start):
        for each in page:
            found.append(each)
            if came_in(each, known.user):
                return found[::-1]
        if len(found) >= MOST:
            raise TooMany(found[::-1])
    return found[::-1]


def lost(known: Known, room: str, since: datetime, until: datetime) -> CoverageLost:
    key = keys.told(known.realm, "gap", f"{room}/{since.timestamp():.0f}")
    return CoverageLost(key=key, at=until, place=known.place(room), since=since)


def times(events: list[Slip]) -> Iterator[float]:
    return (each.number("origin_server_ts") for each in events if each.number("origin_server_ts"))


__all__ = ["MOST", "Refused", "TooMany", "between", "lost", "times"]
