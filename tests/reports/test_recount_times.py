"""Times in the workbook equal a recount that shares neither clock nor percentile with it."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from openpyxl import load_workbook

from bot.policy import periods
from bot.store import Store
from bot.store.schema import EPOCH
from tests.reports.company import NOW
from tests.reports.reading import table
from tests.reports.test_recount import (  # noqa: F401  (fixtures)
    OCTOBER,
    READERS,
    folder,
    hr,
    made,
    micros,
    store,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((time(9), time(12)), (time(13, 30), time(18)))
Stretch = tuple[datetime, datetime]


def rows(store: Store, sql: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: F811
    cursor = store.db.raw_connection().cursor()
    cursor.execute(sql, values)
    return list(cursor.fetchall())


def moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def office(first: date, last: date) -> Iterator[Stretch]:
    """Office hours of China's working days, by another library than Duly's."""
    day = first
    while day <= last:
        if chinese_calendar.is_workday(day):
            for opens, closes in OFFICE:
                yield (
                    datetime.combine(day, opens, SHANGHAI),
                    datetime.combine(day, closes, SHANGHAI),
                )
        day += timedelta(days=1)


def without(stretch: Stretch, away: Sequence[Stretch]) -> list[Stretch]:
    parts = [stretch]
    for begins, ends in away:
        parts = [
            piece
            for start, end in parts
            for piece in ((start, min(end, begins)), (max(start, ends), end))
            if piece[0] < piece[1]
        ]
    return parts


def worked(start: datetime, end: datetime, away: Sequence[Stretch]) -> timedelta:
    days = start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
    total = timedelta()
    for opens, closes in office(*days):
        lies = max(start, opens), min(end, closes)
        if lies[0] < lies[1]:
            total += sum((b - a for a, b in without(lies, away)), timedelta())
    return total


def leaves(store: Store) -> dict[str, list[Stretch]]:  # noqa: F811
    found: dict[str, list[Stretch]] = {}
    for person, start, end in rows(store, "SELECT person, start, end FROM absences"):
        found.setdefault(person, []).append((moment(start), moment(end)))
    return found


def inclusive(values: Sequence[float], part: float) -> float:
    """PERCENTILE.INC of values that may be infinite."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low if low == high else low + (high - low) * (place - math.floor(place))


def as_minutes(cell: Any) -> float:
    if isinstance(cell, timedelta):
        return cell / timedelta(minutes=1)
    assert isinstance(cell, float), cell
    return cell * 24 * 60


@pytest.fixture(scope="module")
def dashboard(hr: Any) -> dict[str, Any]:  # noqa: F811
    return {row["No."]: row["Value"] for row in table(hr.path, "Dashboard")}


@pytest.mark.thorough
def test_response_times_equal_a_recount(store: Store, dashboard: dict[str, Any]) -> None:  # noqa: F811
    away, took = leaves(store), []
    where = "state NOT IN ('dropped','excused','passed') AND due >= ? AND due < ?"
    for owner, start, closed, state in rows(
        store,
        f"SELECT owed_by, start, closed, state FROM duties WHERE {where}",
        micros(OCTOBER.start),
        micros(OCTOBER.end),
    ):
        if state != "done":
            took.append(math.inf)
            continue
        span = worked(moment(start), moment(closed), away.get(owner, []))
        took.append(span / timedelta(minutes=1))

    for key, part in (("K3", 0.5), ("K4", 0.9)):
        expected, shown = inclusive(took, part), dashboard[key]
        if math.isinf(expected):
            assert str(shown).startswith(">")
        else:
            assert as_minutes(shown) == pytest.approx(expected, abs=0.02)


@pytest.mark.thorough
def test_approval_turnarounds_equal_a_recount(store: Store, dashboard: dict[str, Any]) -> None:  # noqa: F811
    away, took = leaves(store), []
    for at, decided, decider in rows(
        store,
        "SELECT at, decided_at, decided_by FROM requests "
        "WHERE state <> 'recalled' AND at >= ? AND at < ?",
        micros(OCTOBER.start),
        micros(OCTOBER.end),
    ):
        if decided is None or moment(decided) > NOW:
            took.append(math.inf)
            continue
        span = worked(moment(at), moment(decided), away.get(decider, []))
        took.append(span / timedelta(minutes=1))

    expected = inclusive(took, 0.5)
    if math.isinf(expected):
        assert str(dashboard["K9"]).startswith(">")
    else:
        assert as_minutes(dashboard["K9"]) == pytest.approx(expected, abs=0.02)
    tail = inclusive(took, 0.9)
    if len(took) < 20:
        assert dashboard["K9b"] == "n<20"
    elif math.isinf(tail):
        assert str(dashboard["K9b"]).startswith(">")
    else:
        assert as_minutes(dashboard["K9b"]) == pytest.approx(tail, abs=0.02)


@pytest.mark.thorough
def test_the_load_of_nudges_equals_a_recount(store: Store, dashboard: dict[str, Any]) -> None:  # noqa: F811
    staff = {id for (id,) in rows(store, "SELECT id FROM people WHERE partner = 0 AND active = 1")}
    first = OCTOBER.start.astimezone(SHANGHAI).date()
    last = (OCTOBER.end - timedelta(seconds=1)).astimezone(SHANGHAI).date()
    days = {stretch[0].date() for stretch in office(first, last)}
    got = Counter(
        (person, moment(at).astimezone(SHANGHAI).date())
        for person, at in rows(
            store,
            "SELECT person, at FROM nudges WHERE sent = 1 AND at >= ? AND at < ?",
            micros(OCTOBER.start),
            micros(OCTOBER.end),
        )
        if person in staff
    )
    away = leaves(store)
    worked_days = sum(
        1
        for person in staff
        for day in days
        if any(without(each, away.get(person, [])) for each in office(day, day))
    )
    counts = sorted(got.values())
    quiet = [0] * max(0, worked_days - len(counts))

    assert dashboard["K27"] == pytest.approx(inclusive([*quiet, *counts], 0.95))


def below(hr: Any, header: str, wide: int) -> list[tuple[Any, ...]]:  # noqa: F811
    """The rows under a heading of the dashboard's small tables, `wide` cells each."""
    found: list[tuple[Any, ...]] = []
    cells = list(load_workbook(hr.path)["Dashboard"].iter_rows(values_only=True))
    for number, row in enumerate(cells):
        for column, value in enumerate(row):
            if str(value).split("\n")[0] == header and number > 4:
                for under in cells[number + 1 :]:
                    if under[column] is None:
                        return found
                    found.append(tuple(v for v in under[column:] if v is not None)[:wide])
    return found


def test_the_line_of_months_equals_a_recount(hr: Any, store: Store) -> None:  # noqa: F811
    months = below(hr, "Period", 4)
    assert [month for month, *_ in months] == [f"2026-{month:02}" for month in range(5, 11)]
    for label, rate, _, counted in months:
        period = periods.parse(label, "Asia/Shanghai")
        ((on_time, all_of_them),) = rows(
            store,
            "SELECT SUM(state = 'done' AND closed <= due), COUNT(*) FROM duties WHERE "
            "state NOT IN ('dropped','excused','passed') AND due >= ? AND due < ?",
            micros(period.start),
            micros(period.end),
        )
        assert counted == all_of_them
        assert rate == pytest.approx(on_time / all_of_them)


def test_the_columns_of_answers_equal_a_recount(hr: Any, store: Store) -> None:  # noqa: F811
    away, found = leaves(store), [0] * 6
    for owner, start, closed, state in rows(
        store,
        "SELECT owed_by, start, closed, state FROM duties WHERE "
        "state NOT IN ('dropped','excused','passed') AND due >= ? AND due < ?",
        micros(OCTOBER.start),
        micros(OCTOBER.end),
    ):
        took = None
        if state == "done":
            took = worked(moment(start), moment(closed), away.get(owner, [])) / timedelta(hours=1)
        edges = (1, 4, 8, 24)
        found[5 if took is None else sum(took > edge for edge in edges)] += 1

    assert [count for _, count in below(hr, "Working time", 2)] == found
