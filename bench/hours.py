"""What working time costs, next to counting minutes. Run: python -m bench.hours"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from bot.policy import hours
from bot.policy.calendars import spans_on
from bot.policy.hours import Calendar, Interval

OFFICE = Calendar(name="office", zone="Asia/Shanghai", country="CN")
ZONE = ZoneInfo(OFFICE.zone)
START = datetime(2026, 9, 30, 17, tzinfo=ZONE).astimezone(UTC)  # across National Day
END = datetime(2026, 10, 10, 10, tzinfo=ZONE).astimezone(UTC)
DAY = timedelta(days=1)
AWAY = [Interval(START + n * DAY, START + n * DAY + DAY / 6) for n in range(1, 11)]


def naive(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Every minute on its own. Right for hours within a day."""
    worked, step = timedelta(), timedelta(minutes=1)
    while start < end:
        wall = start.astimezone(ZONE)
        spans = spans_on(wall.date(), calendar)
        if any(opens <= wall.time() < closes for opens, closes in spans):
            worked += step
        start += step
    return worked


def microseconds(work: Callable[[], object], times: int) -> float:
    """The quickest of five rounds, for one time."""
    rounds = []
    for _ in range(5):
        begun = perf_counter()
        for _ in range(times):
            work()
        rounds.append((perf_counter() - begun) / times)
    return min(rounds) * 1_000_000


def main() -> None:
    begun = perf_counter()
    hours.between(START, END, OFFICE)
    print(f"first use, a year built     {(perf_counter() - begun) * 1000:10.1f} ms")

    assert naive(START, END, OFFICE) == hours.between(START, END, OFFICE)
    week = timedelta(hours=37.5)
    rows: tuple[tuple[str, Callable[[], object], int], ...] = (
        ("add", lambda: hours.add(START, timedelta(hours=4), OFFICE), 20_000),
        ("between", lambda: hours.between(START, END, OFFICE), 20_000),
        ("is_open", lambda: hours.is_open(START, OFFICE), 20_000),
        ("add, 10 absences", lambda: hours.add(START, week, OFFICE, AWAY), 5_000),
        ("between, 10 absences", lambda: hours.between(START, END, OFFICE, AWAY), 5_000),
        ("between, minute by minute", lambda: naive(START, END, OFFICE), 1),
    )
    for name, work, times in rows:
        print(f"{name:<27} {microseconds(work, times):10.1f} µs")


if __name__ == "__main__":
    main()
