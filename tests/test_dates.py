"""A moment in people's words. Policy 2.2.1-reply. Monday 2 March 2026, 09:00 in Shanghai."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.dates import moment

SHANGHAI = "Asia/Shanghai"
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("in 2 hours", "2 11:00"),
        ("2h", "2 11:00"),
        ("90 min", "2 10:30"),
        ("in 3 days", "5 09:00"),
        ("by Thu 17:00", "5 17:00"),
        ("Thursday", "5 18:00"),
        ("by Thursday EOB", "5 18:00"),
        ("tomorrow 3pm", "3 15:00"),
        ("tomorrow", "3 18:00"),
        ("today 16:00", "2 16:00"),
        ("eod", "2 18:00"),
        ("17:30", "2 17:30"),
        ("08:00", "3 08:00"),
        ("Mon 10:00", "9 10:00"),
        ("12am", "3 00:00"),
        ("2026-03-06 10:00", "6 10:00"),
        ("2026-03-06T10:00", "6 10:00"),
        ("2026-03-06T10:00Z", "6 18:00"),
        ("3-6", "6 18:00"),
        ("2小时后", "2 11:00"),
        ("两个小时后", "2 11:00"),
        ("半小时内", "2 09:30"),
        ("30分鐘後", "2 09:30"),
        ("明天下午3点", "3 15:00"),
        ("明天下午三點", "3 15:00"),
        ("后天上午10点半", "4 10:30"),
        ("後天10:30之前", "4 10:30"),
        ("周四17点", "5 17:00"),
        ("週四17:00前", "5 17:00"),
        ("星期五", "6 18:00"),
        ("下周一上午9点", "9 09:00"),
        ("下周三", "11 18:00"),
        ("3月6日下午5点", "6 17:00"),
        ("今天下班", "2 18:00"),
        ("soon", None),
        ("", None),
        ("25:00", None),
        ("13-45", None),
        ("in 99999 weeks", "?"),
        ("2026-13-01 10:00", None),
        ("四", None),
    ],
)
def test_what_people_say_is_understood(words: str, meant: str | None) -> None:
    found = moment(words, MONDAY, SHANGHAI)
    if meant == "?":
        return
    if meant is None:
        assert found is None
        return
    assert found is not None
    assert found.astimezone(ZoneInfo(SHANGHAI)) == datetime.strptime(
        f"2026-03-{meant} +0800", "%Y-%m-%d %H:%M %z"
    )


def test_a_day_that_has_passed_this_year_is_next_years() -> None:
    found = moment("1-5 10:00", MONDAY, "UTC")

    assert found is not None
    assert found.year == 2027


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_moment_or_nothing(words: str) -> None:
    found = moment(words, MONDAY, SHANGHAI)

    assert found is None or found.tzinfo is not None
