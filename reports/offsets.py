"""By how much a zone's clocks are ahead of UTC, remembered for every quarter of an hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

QUARTER = 900  # seconds
MOST = 100_000  # remembered: three years


class Uneven(Exception):
    """Clocks are changed within that quarter of an hour: every moment must be looked at."""


class Offsets(dict[float, float]):
    """Seconds ahead, by how many quarters of an hour have passed since 1970. Raises Uneven."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone

    def __missing__(self, quarter: float) -> float:
        start = quarter * QUARTER
        try:
            ends = [datetime.fromtimestamp(start + more, self.zone) for more in (0, QUARTER - 1)]
        except (OverflowError, ValueError) as error:
            raise Uneven from error
        first, last = (end.utcoffset() for end in ends)
        if first is None or first != last:
            raise Uneven
        if len(self) < MOST:
            self[quarter] = first.total_seconds()
        return first.total_seconds()
