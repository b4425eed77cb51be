"""How long what was said is kept, when it is due, and what a hold catches. Policy 3.3.1."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.policy import holds, retention
from bot.policy.holds import Hold, Said, Scope
from bot.policy.reading import default_rulebook, read
from bot.policy.retention import Month, Term, Version

MAY = datetime(2026, 5, 20, 12, tzinfo=UTC)
WORK = Month(2026, 5, "work")


def kept(
    months: int, *, important: int = 1200, back: bool = False, since: datetime = MAY
) -> Version:
    text = f"[classes.work]\nkeep_months = {months}\nimportant_months = {important}\n"
    text += f"[retention]\nshorter_counts_back = {str(back).lower()}\n"
    return Version(since, read(text))


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("month", "name"),
    [
        (Month(2026, 5, "work"), "work/2026-05"),
        (Month(2026, 12, "personal", important=True), "personal!/2026-12"),
    ],
)
def test_a_month_of_a_class_is_found_again_by_the_name_of_its_key(month: Month, name: str) -> None:
    assert month.name == name
    assert retention.month_named(name) == month
    assert retention.month_named(f"{name}+2") == month


@pytest.mark.parametrize("name", ["hold/0192", "main", "work/2026-13", "work/2026", "work/2026-5"])
def test_other_keys_are_of_no_month(name: str) -> None:
    assert retention.month_named(name) is None


def test_a_month_of_what_was_said_is_that_of_utc() -> None:
    late = datetime.fromisoformat("2026-06-01T07:30:00+08:00")

    assert retention.month_of("work", late, important=True) == replace(WORK, important=True)


def test_the_term_begins_with_the_end_of_the_month() -> None:
    default = [Version(year(2020), default_rulebook())]

    assert WORK.start == datetime(2026, 5, 1, tzinfo=UTC)
    assert WORK.end == datetime(2026, 6, 1, tzinfo=UTC)
    assert retention.due_at(WORK, default) == datetime(2029, 6, 1, tzinfo=UTC)
    assert not retention.is_due(WORK, default, datetime(2029, 5, 31, 23, 59, tzinfo=UTC))
    assert retention.is_due(WORK, default, datetime(2029, 6, 1, tzinfo=UTC))
    important = replace(WORK, important=True)
    assert retention.due_at(important, default) == datetime(2031, 6, 1, tzinfo=UTC)


def test_a_term_beyond_every_calendar_never_ends() -> None:
    assert Month(9990, 1, "work").after(1200) == datetime.max.replace(tzinfo=UTC)


def test_a_class_nobody_knows_is_kept_as_long_as_the_longest() -> None:
    assert retention.months_by(default_rulebook(), Month(2026, 5, "legend")) == 120


@pytest.mark.parametrize(
    ("versions", "term"),
    [
        ([kept(36)], Term(36)),
        ([kept(60, since=year(2020)), kept(36, since=year(2027))], Term(60)),  # promised when said
        ([kept(60, since=year(2020)), kept(36, since=year(2025))], Term(36)),  # over by then
        ([kept(36, since=year(2020)), kept(60, since=year(2030))], Term(60)),  # a longer one counts
        ([kept(60, since=year(2028)), kept(36, since=year(2029))], Term(60)),  # before any policy
        ([kept(36, since=year(2020)), kept(90, since=MAY), kept(24, since=MAY)], Term(90)),
        ([kept(60, since=year(2020)), kept(36, since=year(2027), back=True)], Term(36, 60)),
        ([kept(36, since=year(2020)), kept(60, since=year(2027), back=True)], Term(60)),
    ],
)
def test_what_was_promised_is_not_shortened_in_silence(versions: list[Version], term: Term) -> None:
    assert retention.term(WORK, versions) == term


# Holds


def hold(**scope: Any) -> Hold:
    return Hold(
        id="h",
        number=1,
        scope=Scope(**scope),
        reason="x",
        set_by="hana",
        at=MAY,
    )


SAID = Said(
    place="paper/home/lobby",
    times=(MAY,),
    people=frozenset({"ann", "bob"}),
    texts=("We gave them a ＤＩＳＣＯＵＮＴ", "我们给了降\u200b价"),
)


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"people": ("bob",)},
        {"people": ("eve", "ann")},
        {"places": ("paper/home/lobby",)},
        {"start": MAY},
        {"end": datetime(2026, 5, 21, tzinfo=UTC)},
        {"words": ("discount",)},
        {"words": ("nothing", "降价")},
        {"people": ("ann",), "places": ("paper/home/lobby",), "words": ("Discount",), "start": MAY},
    ],
)
def test_what_fits_everything_a_hold_names_is_caught(scope: dict[str, Any]) -> None:
    assert holds.catches(hold(**scope), SAID)


@pytest.mark.parametrize(
    "scope",
    [
        {"people": ("eve",)},
        {"places": ("paper/home/team",)},
        {"start": datetime(2026, 5, 21, tzinfo=UTC)},
        {"end": MAY},
        {"words": ("rebate",)},
        {"people": ("ann",), "words": ("rebate",)},
    ],
)
def test_what_does_not_fit_all_of_it_is_not(scope: dict[str, Any]) -> None:
    assert not holds.catches(hold(**scope), SAID)


def test_a_hold_that_waits_for_its_release_still_holds_and_a_released_one_does_not() -> None:
    assert holds.catches(replace(hold(), state="releasing"), SAID)
    assert not holds.catches(replace(hold(), state="released"), SAID)


def test_one_version_of_a_message_within_its_days_is_enough() -> None:
    edited = replace(SAID, times=(year(2020), MAY))

    assert holds.catches(hold(start=MAY), edited)


def test_a_release_needs_a_second_person() -> None:
    asked = replace(hold(), state="releasing", asked_by="hana")

    assert holds.why_no_consent(hold(), "grace") == "nobody asked"
    assert holds.why_no_consent(asked, "hana") == "own"
    assert holds.why_no_consent(asked, "grace") == ""


@pytest.mark.parametrize(
    ("named", "empty"), [({}, True), ({"words": ("ab",)}, False), ({"start": MAY}, False)]
)
def test_a_hold_that_names_nothing_would_hold_everything(
    named: dict[str, Any], empty: bool
) -> None:
    assert hold(**named).scope.everything is empty


def test_who_and_what_need_not_be_read_where_a_hold_names_neither() -> None:
    assert holds.blind(hold(start=MAY))
    assert not holds.blind(hold(people=("ann",)))
