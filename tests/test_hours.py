"""Working time, held against a count of every single minute."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.policy import hours
from bot.policy.hours import Calendar, Interval, NeverOpen

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NIGHT = ((time(22), time(6)),)
ROUND_THE_CLOCK = ((time(0), time(0)),)

SHANGHAI = Calendar(name="head office", zone="Asia/Shanghai", country="CN")
BERLIN = Calendar(name="Berlin", zone="Europe/Berlin", country="DE")
NEW_YORK = Calendar(name="New York", zone="America/New_York", country="US")
KOLKATA = Calendar(name="Kolkata", zone="Asia/Kolkata", spans=(NIGHT,) * 5 + ((), ()))
LORD_HOWE = Calendar(name="ferry", zone="Australia/Lord_Howe", spans=(NIGHT,) * 7)
SMALL_HOURS = Calendar(
    name="bakery",
    zone="America/New_York",
    spans=(((time(0, 30), time(2, 30)), (time(1, 15), time(1, 45)), (time(2, 30), time(3))),) * 7,
)
DESK = Calendar(name="security desk", zone="Europe/Berlin", spans=(ROUND_THE_CLOCK,) * 7)
CLOSED = Calendar(name="closed", zone="UTC", spans=((),) * 7)


def at(text: str, calendar: Calendar = SHANGHAI, fold: int = 0) -> datetime:
    """A moment by a calendar's own clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(calendar.zone), fold=fold)


# --- the golden vectors -------------------------------------------------------------------------

GOLDEN = (
    ("2026-03-06 17:30", "2026-03-09 09:10", 40),
    ("2026-03-06 19:00", "2026-03-06 19:20", 0),
    ("2026-03-06 11:50", "2026-03-06 13:40", 20),  # lunch
    ("2026-02-13 17:00", "2026-02-14 10:00", 120),  # to a make-up Saturday
    ("2026-02-14 17:30", "2026-02-24 09:30", 60),  # Spring Festival
    ("2026-09-30 17:00", "2026-10-08 10:00", 120),  # National Day
    ("2026-10-09 17:30", "2026-10-10 09:30", 60),  # to a make-up Saturday
    ("2026-03-07 08:00", "2026-03-08 22:00", 0),  # a weekend
)


@pytest.mark.parametrize(("start", "end", "minutes"), GOLDEN)
def test_the_office_counts_as_the_report_says(start: str, end: str, minutes: int) -> None:
    assert hours.between(at(start), at(end), SHANGHAI) == minutes * MINUTE


def test_a_day_of_leave_is_not_counted() -> None:
    leave = [Interval(at("2026-03-10 00:00"), at("2026-03-11 00:00"))]

    worked = hours.between(at("2026-03-09 10:00"), at("2026-03-11 10:00"), SHANGHAI, leave)

    assert worked == 450 * MINUTE


# --- against a count of every minute ------------------------------------------------------------

SCENES = (
    (SHANGHAI, date(2026, 2, 9)),  # Spring Festival, two make-up Saturdays
    (SHANGHAI, date(2026, 9, 24)),  # National Day
    (SHANGHAI, date(2025, 12, 24)),  # New Year, a make-up Sunday
    (BERLIN, date(2026, 3, 25)),  # an hour is skipped, Easter
    (NEW_YORK, date(2025, 12, 22)),
    (KOLKATA, date(2025, 12, 24)),
    (LORD_HOWE, date(2026, 4, 1)),  # half an hour is repeated
    (LORD_HOWE, date(2026, 9, 28)),  # half an hour is skipped
    (SMALL_HOURS, date(2026, 3, 5)),  # an hour is skipped while they bake
    (SMALL_HOURS, date(2026, 10, 29)),  # an hour is repeated while they bake
    (DESK, date(2025, 12, 28)),
)
WINDOW = 16 * 24 * 60  # minutes
YEARS = ("2024-01-01", "2027-01-01")


def is_worked(day: date, calendar: Calendar) -> bool:
    """What others say of a day."""
    if calendar.country == "CN":
        return bool(chinese_calendar.is_workday(day))
    free = day in holidays.country_holidays(calendar.country) if calendar.country else False
    return bool(calendar.spans[day.weekday()]) and not free


def spans_of(day: date, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    if is_worked(day, calendar):
        for opens, closes in calendar.spans[day.weekday()] or calendar.spans[0]:
            start, end = datetime.combine(day, opens), datetime.combine(day, closes)
            yield start, end if end > start else end + DAY


@lru_cache
def open_minutes(calendar: Calendar, first: date) -> list[bool]:
    """Minute by minute from 00:00 UTC of a day. Who watches the clock does not go back in time
    when it is put back: a shift has begun, or ended, when the clock has once shown so.
    """
    days = [first + n * DAY for n in range(-2, WINDOW // 1440 + 2)]
    spans = [span for day in days for span in spans_of(day, calendar)]
    begin = datetime.combine(first, time(), UTC)
    walls = (begin + n * MINUTE for n in range(-120, WINDOW))
    shown = (wall.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None) for wall in walls)
    latest = list(accumulate(shown, max))[120:]
    flags = [False] * WINDOW
    for start, end in spans:
        opened, closed = bisect_left(latest, start), bisect_left(latest, end)
        flags[opened:closed] = [True] * (closed - opened)
    return flags


def present_minutes(
    flags: Sequence[bool], away: Sequence[tuple[int, int]], start: int
) -> list[bool]:
    gone = {minute for first, last in away for minute in range(first, last)}
    return [flag and n not in gone and n >= start for n, flag in enumerate(flags)]


minutes = st.integers(0, WINDOW - 1)
absences = st.lists(
    st.tuples(minutes, minutes).map(lambda pair: (min(pair), max(pair))), max_size=4
)


@pytest.mark.thorough
@settings(max_examples=150, deadline=None, database=None)
@given(st.sampled_from(SCENES), minutes, minutes, absences, st.floats(0, 1))
def test_counting_spans_is_counting_minutes(
    scene: tuple[Calendar, date],
    start: int,
    end: int,
    gone: list[tuple[int, int]],
    share: float,
) -> None:
    calendar, first = scene
    begin = datetime.combine(first, time(), UTC)
    flags = present_minutes(open_minutes(calendar, first), gone, start)
    away = [Interval(begin + a * MINUTE, begin + b * MINUTE) for a, b in gone]
    since = begin + start * MINUTE
    wanted = int(sum(flags) * share)

    assert hours.between(since, begin + end * MINUTE, calendar, away) == MINUTE * sum(flags[:end])
    assert hours.is_open(since, calendar, away) == flags[start]
    assume(any(flags))
    assert hours.next_open(since, calendar, away) == begin + flags.index(True) * MINUTE
    passed = list(accumulate(flags, initial=0)).index(wanted) if wanted else flags.index(True)
    assert hours.add(since, wanted * MINUTE, calendar, away) == begin + passed * MINUTE


@settings(max_examples=150, deadline=None, database=None)
@given(
    st.sampled_from([calendar for calendar, _ in SCENES]),
    st.datetimes(*map(datetime.fromisoformat, YEARS), timezones=st.timezones()),
    st.timedeltas(timedelta(), timedelta(days=60)),
    st.lists(st.tuples(st.timedeltas(-DAY, 40 * DAY), st.timedeltas(timedelta(), 9 * DAY))),
)
def test_what_was_added_is_what_lies_between(
    calendar: Calendar,
    start: datetime,
    working: timedelta,
    gone: list[tuple[timedelta, timedelta]],
) -> None:
    since = start.astimezone(UTC)
    away = [Interval(since + ahead, since + ahead + length) for ahead, length in gone]

    due = hours.add(start, working, calendar, away)

    assert due.tzinfo is UTC
    assert hours.between(start, due, calendar, away) == working


@pytest.mark.parametrize("year", range(2006, 2027))
def test_china_works_on_the_days_another_calendar_says(year: int) -> None:
    days = [date(year, 1, 1) + n * DAY for n in range(366 if year % 4 == 0 else 365)]

    worked = [day for day in days if hours.works(day, SHANGHAI)]

    assert worked == [day for day in days if chinese_calendar.is_workday(day)]


# --- opening and closing ------------------------------------------------------------------------


def test_a_day_that_ends_exactly_is_due_at_closing_time() -> None:
    due = hours.add(at("2026-03-06 16:00"), 2 * HOUR, SHANGHAI)

    assert due == at("2026-03-06 18:00")
    assert not hours.is_open(due, SHANGHAI)


def test_no_working_time_is_now_when_open_and_the_next_opening_when_not() -> None:
    friday = at("2026-03-06 17:59:59.5")

    assert hours.add(friday, timedelta(), SHANGHAI) == friday
    assert hours.next_open(friday + MINUTE, SHANGHAI) == at("2026-03-09 09:00")
    assert hours.next_open(at("2026-03-06 12:00"), SHANGHAI) == at("2026-03-06 13:30")


def test_a_later_start_than_end_has_no_working_time() -> None:
    assert hours.between(at("2026-03-06 15:00"), at("2026-03-06 10:00"), SHANGHAI) == timedelta()


def test_a_fraction_of_a_second_is_not_lost() -> None:
    start, tick = at("2026-03-06 17:59:59.999999"), timedelta(microseconds=1)

    assert hours.add(start, 2 * tick, SHANGHAI) == at("2026-03-09 09:00:00.000001")


def test_half_a_day_of_leave_moves_the_promise_to_after_it() -> None:
    morning = Interval(at("2026-03-09 09:00"), at("2026-03-09 12:00"))
    overlapping = Interval(at("2026-03-09 11:00"), at("2026-03-09 14:00"))
    away = [overlapping, morning]

    assert hours.add(at("2026-03-06 17:00"), HOUR, SHANGHAI, away) == at("2026-03-06 18:00")
    assert hours.add(at("2026-03-06 17:00"), 2 * HOUR, SHANGHAI, away) == at("2026-03-09 15:00")
    assert hours.next_open(at("2026-03-07 10:00"), SHANGHAI, away) == at("2026-03-09 14:00")
    assert not hours.is_open(at("2026-03-09 13:59"), SHANGHAI, away)
    assert hours.is_open(at("2026-03-09 14:00"), SHANGHAI, away)


def test_the_security_desk_never_closes_not_even_at_new_year() -> None:
    start = at("2025-12-31 12:00", DESK)

    assert hours.add(start, timedelta(days=800), DESK) == start + timedelta(days=800)
    assert hours.between(start, start + timedelta(days=800), DESK) == timedelta(days=800)


@pytest.mark.parametrize(
    ("zone", "day", "shift", "length"),
    [
        ("Asia/Shanghai", 31, (time(22), time(6)), 8),
        ("America/New_York", 31, (time(22), time(6)), 8),
        ("Etc/GMT+12", 30, (time(18), time(18)), 24),  # its last hours are New Year's in UTC
    ],
)
def test_a_shift_of_december_reaches_into_the_new_year(
    zone: str, day: int, shift: tuple[time, time], length: int
) -> None:
    begins = date(2025, 12, day)
    spans = tuple((shift,) if day == begins.weekday() else () for day in range(7))
    nights = Calendar(name="nights", zone=zone, spans=spans)
    start = hours.day_start(begins, nights)

    assert start == datetime.combine(begins, shift[0], ZoneInfo(zone))
    assert hours.next_open(start - HOUR, nights) == start
    assert hours.add(start, length * HOUR, nights) == start + length * HOUR
    assert hours.between(start, start + 2 * DAY, nights) == length * HOUR


# --- summer time --------------------------------------------------------------------------------


@pytest.mark.parametrize(("evening", "length"), [("2026-03-28", 7), ("2026-10-24", 9)])
def test_a_night_shift_across_summer_time_has_its_true_length(evening: str, length: int) -> None:
    nights = Calendar(name="nights", zone="Europe/Berlin", spans=(NIGHT,) * 7)
    start = at(evening + " 22:00", nights)

    assert hours.between(start, start.astimezone(UTC) + 12 * HOUR, nights) == length * HOUR


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    nights = Calendar(name="nights", zone="Asia/Shanghai", country="CN", spans=(NIGHT,) * 7)

    assert hours.is_open(at("2026-10-01 03:00"), nights)  # Wednesday's night
    assert not hours.is_open(at("2026-10-01 23:00"), nights)  # National Day


@pytest.mark.parametrize(
    ("opens", "closes", "length"),
    [("01:30", "02:30", 30), ("02:00", "03:00", 0), ("02:10", "02:50", 0), ("02:59", "03:10", 10)],
)
def test_hours_the_clock_skips_are_not_worked(opens: str, closes: str, length: int) -> None:
    spans = ((time.fromisoformat(opens), time.fromisoformat(closes)),)
    bakery = Calendar(name="bakery", zone="America/New_York", spans=(spans,) * 7)
    midnight = at("2026-03-08 00:00", bakery)

    assert hours.between(midnight, midnight.astimezone(UTC) + 9 * HOUR, bakery) == length * MINUTE


@pytest.mark.parametrize(
    ("opens", "closes", "length"),
    [("00:30", "01:30", 60), ("01:00", "02:00", 120), ("01:30", "02:00", 90)],
)
def test_an_hour_the_clock_repeats_is_worked_through(opens: str, closes: str, length: int) -> None:
    spans = ((time.fromisoformat(opens), time.fromisoformat(closes)),)
    bakery = Calendar(name="bakery", zone="America/New_York", spans=(spans,) * 7)
    midnight = at("2026-11-01 00:00", bakery)

    assert hours.between(midnight, midnight.astimezone(UTC) + 9 * HOUR, bakery) == length * MINUTE


# --- holidays, make-up days, overrides ----------------------------------------------------------


def test_what_hr_imports_beats_the_library() -> None:
    friday, saturday, may_day = date(2027, 5, 7), date(2027, 5, 8), date(2027, 5, 3)
    told = Calendar(
        name="head office",
        zone="Asia/Shanghai",
        country="CN",
        overrides=((friday, True), (friday, False), (saturday, True), (may_day, True)),
    )

    assert [hours.works(day, told) for day in (may_day, friday, saturday)] == [True, False, True]
    assert hours.between(at("2027-05-08 00:00"), at("2027-05-09 00:00"), told) == 7.5 * HOUR


def test_a_make_up_saturday_has_the_hours_of_a_monday() -> None:
    monday, saturday = ((time(8), time(16)),), ((time(9), time(11)),)
    shop = Calendar(
        name="shop", zone="Asia/Shanghai", country="CN", spans=(monday,) * 5 + (saturday, ())
    )

    assert hours.between(at("2026-03-07 00:00"), at("2026-03-08 00:00"), shop) == 2 * HOUR
    assert hours.between(at("2026-10-10 00:00"), at("2026-10-11 00:00"), shop) == 8 * HOUR


def test_a_part_timer_called_in_on_a_free_day_has_the_hours_of_another() -> None:
    shift = ((time(8), time(12)),)
    tuesdays = Calendar(
        name="part time",
        zone="Asia/Shanghai",
        spans=((), shift, (), (), (), (), ()),
        overrides=((date(2026, 3, 5), True),),
    )

    assert hours.next_open(at("2026-03-04 00:00"), tuesdays) == at("2026-03-05 08:00")


def test_a_region_has_its_own_holidays() -> None:
    epiphany = date(2026, 1, 6)
    munich = Calendar(name="Munich", zone="Europe/Berlin", country="DE-BY")

    assert hours.works(epiphany, BERLIN)
    assert not hours.works(epiphany, munich)


def test_working_days_count_both_ends_and_leave_out_holidays() -> None:
    assert hours.working_days(date(2026, 9, 28), date(2026, 10, 10), SHANGHAI) == 6
    assert hours.working_days(date(2026, 10, 8), date(2026, 10, 8), SHANGHAI) == 1
    assert hours.working_days(date(2026, 10, 9), date(2026, 10, 8), SHANGHAI) == 0


def test_the_working_day_after_the_last_of_september_comes_after_national_day() -> None:
    assert hours.next_working_day(date(2026, 9, 30), SHANGHAI) == date(2026, 10, 8)
    assert hours.next_working_day(date(2026, 10, 9), SHANGHAI) == date(2026, 10, 10)


def test_a_day_starts_with_its_first_hours_and_a_day_off_does_not_start() -> None:
    assert hours.day_start(date(2026, 10, 10), SHANGHAI) == at("2026-10-10 09:00")
    with pytest.raises(ValueError, match="2026-10-07 is a day off in head office"):
        hours.day_start(date(2026, 10, 7), SHANGHAI)


def test_china_is_provisional_until_make_up_days_are_known() -> None:
    closing_day = (date(2027, 12, 31), False)
    make_up_day = (date(2027, 2, 14), True)
    some = Calendar(name="some", zone="Asia/Shanghai", country="CN", overrides=(closing_day,))
    told = Calendar(name="told", zone="Asia/Shanghai", country="CN", overrides=(make_up_day,))

    assert not hours.provisional(2026, SHANGHAI)
    assert hours.provisional(2027, SHANGHAI)
    assert hours.provisional(2027, some)
    assert not hours.provisional(2027, told)


def test_a_feast_that_follows_the_moon_is_provisional_until_its_date_is_settled() -> None:
    known = holidays.country_holidays("SG", years=2040)
    feasts = tuple((day, False) for day, name in known.items() if "estimated" in name)
    singapore = Calendar(name="Singapore", zone="Asia/Singapore", country="SG")
    told = Calendar(name="told", zone="Asia/Singapore", country="SG", overrides=feasts)

    assert hours.provisional(2040, singapore)
    assert not hours.provisional(2040, told)
    assert not hours.provisional(2024, singapore)


@pytest.mark.parametrize("calendar", [NEW_YORK, BERLIN, KOLKATA], ids=lambda c: c.name)
def test_holidays_fixed_by_law_are_not_provisional(calendar: Calendar) -> None:
    assert not hours.provisional(2030, calendar)


# --- what cannot be ------------------------------------------------------------------------------


def test_a_time_without_a_zone_is_refused_everywhere() -> None:
    aware = at("2026-03-06 10:00")
    naive = aware.replace(tzinfo=None)

    for attempt in (
        lambda: hours.add(naive, HOUR, SHANGHAI),
        lambda: hours.between(naive, aware, SHANGHAI),
        lambda: hours.between(aware, naive, SHANGHAI),
        lambda: hours.is_open(naive, SHANGHAI),
        lambda: hours.next_open(naive, SHANGHAI),
        lambda: Interval(naive, aware),
        lambda: Interval(aware, naive),
    ):
        with pytest.raises(ValueError, match="without a zone"):
            attempt()


def test_working_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="less than none"):
        hours.add(at("2026-03-06 10:00"), -HOUR, SHANGHAI)
    with pytest.raises(ValueError, match="before it starts"):
        Interval(at("2026-03-07 10:00"), at("2026-03-06 10:00"))


def test_a_search_that_would_not_end_is_given_up() -> None:
    start = at("2026-03-06 10:00")
    left_the_company = [Interval(start, datetime.max.replace(tzinfo=UTC))]

    assert not hours.is_open(start, CLOSED)
    with pytest.raises(NeverOpen, match="closed is not open for"):
        hours.add(start, HOUR, CLOSED)
    with pytest.raises(NeverOpen, match="head office is not open for"):
        hours.next_open(start, SHANGHAI, left_the_company)
    with pytest.raises(NeverOpen, match="closed has no working day"):
        hours.next_working_day(date(2026, 3, 6), CLOSED)


def test_a_calendar_of_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone 'Mars/Base'"):
        Calendar(name="Mars", zone="Mars/Base")
    with pytest.raises(ValueError, match="no holidays are known for 'XX'"):
        Calendar(name="nowhere", zone="UTC", country="XX")
    with pytest.raises(ValueError, match="a week has 7 days, not 5"):
        Calendar(name="short", zone="UTC", spans=(NIGHT,) * 5)


def test_calendars_of_one_name_are_told_apart_by_what_they_say() -> None:
    twin = Calendar(name="head office", zone="Asia/Shanghai", country="CN")
    closed = Calendar(name="head office", zone="Asia/Shanghai", spans=((),) * 7, country="CN")
    day = at("2026-03-06 00:00"), at("2026-03-07 00:00")

    assert twin == SHANGHAI
    assert hash(twin) == hash(SHANGHAI)
    assert hours.between(*day, SHANGHAI) == 7.5 * HOUR
    assert hours.between(*day, closed) == timedelta()
