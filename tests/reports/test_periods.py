"""Which stretch of time a word means, in local days, across summer time and New Year."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bot.policy import periods
from bot.policy.periods import NoPeriod

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "start", "end", "label"),
    [
        ("2026-10", SHANGHAI, "2026-09-30T16:00", "2026-10-31T16:00", "2026-10"),
        ("2026-W41", SHANGHAI, "2026-10-04T16:00", "2026-10-11T16:00", "2026-W41"),
        ("2026-w1", SHANGHAI, "2025-12-28T16:00", "2026-01-04T16:00", "2026-W01"),
        ("2026-Q4", SHANGHAI, "2026-09-30T16:00", "2026-12-31T16:00", "2026-Q4"),
        (" ２０２６－１ ", SHANGHAI, "2025-12-31T16:00", "2026-01-31T16:00", "2026-01"),
        ("2026", "UTC", "2026-01-01T00:00", "2027-01-01T00:00", "2026"),
        ("2026-03", BERLIN, "2026-02-28T23:00", "2026-03-31T22:00", "2026-03"),  # summer time
        ("2026-W53", "UTC", "2026-12-28T00:00", "2027-01-04T00:00", "2026-W53"),
    ],
)
def test_a_period_runs_from_local_midnight_to_local_midnight(
    text: str, zone: str, start: str, end: str, label: str
) -> None:
    period = periods.parse(text, zone)

    assert (period.start, period.end, period.label) == (utc(start), utc(end), label)
    assert period.start in period
    assert period.end not in period


@pytest.mark.parametrize(
    "text",
    ["", "October", "2026-13", "2026-00", "2026-W54", "2026-W0", "2025-W53", "2026-Q5", "2026-Q0",
     "1999", "2200", "26-10", "2026-10-01", "2026-10;", "2026-W", "٢٠٢٦"],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_what_to_type(text: str) -> None:
    with pytest.raises(NoPeriod) as refused:
        periods.parse(text, SHANGHAI)

    assert "2026-W41" in {getattr(value, "text", "") for _, value in refused.value.why.values}


@pytest.mark.parametrize(
    ("text", "before"),
    [("2026-01", "2025-12"), ("2026-W01", "2025-W52"), ("2026-Q1", "2025-Q4"), ("2026", "2025")],
)
def test_the_period_before_is_of_the_same_kind_and_ends_where_this_begins(
    text: str, before: str
) -> None:
    period = periods.parse(text, BERLIN)

    assert periods.previous(period).label == before
    assert periods.previous(period).end == period.start


def test_the_month_of_a_moment_is_that_of_its_zone() -> None:
    at = utc("2026-10-31T16:30")

    assert periods.current(at, SHANGHAI).label == "2026-11"
    assert periods.current(at, "UTC").label == "2026-10"
    assert periods.last(at, SHANGHAI).label == "2026-10"


@pytest.mark.parametrize(
    ("text", "first", "last", "count"),
    [
        ("2026-03", "2025-10", "2026-03", 6),
        ("2026-W02", "2025-W47", "2026-W02", 8),
        ("2026-Q1", "2025-10", "2026-03", 6),
        ("2026", "2026-01", "2026-12", 12),
    ],
)
def test_a_trend_ends_with_the_period(text: str, first: str, last: str, count: int) -> None:
    trend = periods.trend(periods.parse(text, SHANGHAI))

    assert (trend[0].label, trend[-1].label, len(trend)) == (first, last, count)
    assert all(one.end == two.start for one, two in pairwise(trend))
