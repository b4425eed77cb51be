"""The playground's clock, which goes forward only and is remembered across restarts."""

from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from adapters.playground.shelf import Shelf
from adapters.playground.slip import Unreadable
from adapters.playground.timeline import Timeline
from bot.clock import Clock
from bot.words import say

SETTING = "ahead"  # seconds
MORNING = 9  # o'clock
SATURDAY = 5
FARTHEST = timedelta(days=370)  # in one go
LONGEST = FARTHEST // timedelta(minutes=1)


class Moving:
    def __init__(self, shelf: Shelf, timeline: Timeline, clock: Clock) -> None:
        self._shelf = shelf
        self._timeline = timeline
        self._clock = clock
        self._turn = Lock()
        saved = timedelta(seconds=float(shelf.setting(SETTING) or 0))
        clock.ahead = max(clock.ahead, saved)

    def to(self, moment: datetime) -> None:
        """Raises Unreadable where that lies behind, or too far ahead."""
        with self._turn:
            step = moment - self._clock.now()
            if step < timedelta(0):
                raise Unreadable(say("The clock only goes forward."))
            if step > FARTHEST:
                raise Unreadable(say("That is too far ahead."))
            ahead = self._clock.ahead + step
            with self._shelf.writing():
                self._shelf.set(SETTING, str(ahead.total_seconds()))
                self._timeline.clock_moved()
            self._clock.ahead = ahead


def minutes(value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        raise Unreadable(say("Say how many minutes: a number above 0."))
    return timedelta(minutes=value)


def moment(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Unreadable(say("Say the moment with its zone, such as 2026-03-02T09:00+08:00."))
    return found


def next_morning(now: datetime, zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def next_month(now: datetime, zone: str) -> datetime:
    """Its first weekday after the 7th: whatever holidays it begins with are over."""
    local = now.astimezone(ZoneInfo(zone))
    month = (local.replace(day=1) + timedelta(days=32)).replace(day=8, hour=MORNING, minute=30)
    first = month.replace(second=0, microsecond=0)
    return first + timedelta(days=(7 - first.weekday()) % 7 if first.weekday() >= SATURDAY else 0)
