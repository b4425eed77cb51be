"""What is told of reports: from no number, and from no two reports, can one case be known."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.policy import periods, reported
from bot.policy.figures import Rate, TooFew
from bot.policy.reported import Line, Passage
from bot.policy.reporting import OUTCOMES, Outcome
from tests.needs import seed

ZONE = "Asia/Shanghai"
Q3 = periods.parse("2026-Q3", ZONE)
JULY, AUGUST, SEPTEMBER = periods.months(Q3)
DAY = timedelta(days=1)


def passage(at: datetime, outcome: Outcome = "", *, days: int = 20, late: bool = False) -> Passage:
    return Passage(
        at=at,
        due=at + 2 * DAY,
        assessed_at=at + (3 if late else 1) * DAY,
        closed_at=at + days * DAY if outcome else None,
        outcome=outcome,
    )


def told(*some: Passage) -> tuple[Line, ...]:
    return reported.lines(some, [Q3], 5)


def test_few_are_told_of_in_no_way_and_look_like_none() -> None:
    assert told(*[passage(JULY.start)] * 4) == told()
    assert told()[0].received is None


def test_months_stand_apart_only_where_all_of_them_are_large() -> None:
    large = [passage(month.start) for month in (JULY, AUGUST) for _ in range(6)]
    (quarter,) = told(*large, *[passage(SEPTEMBER.start)] * 4)
    assert (quarter.period, quarter.received, quarter.in_time) == (Q3, 16, 16)

    found = told(*large, *[passage(SEPTEMBER.start)] * 5)
    assert [(line.period.label, line.received, line.in_time) for line in found] == [
        ("2026-07", 6, 6), ("2026-08", 6, 6), ("2026-09", 5, 5), ("2026-Q3", 17, 17),
    ]  # fmt: skip

    late = [passage(SEPTEMBER.start, late=True)] * 5
    found = told(*large, *[passage(SEPTEMBER.start)] * 4, *late)
    assert [(line.received, line.in_time) for line in found] == [
        (6, None), (6, None), (9, None), (21, 16),
    ]  # fmt: skip


def test_one_that_was_late_is_not_told_of() -> None:
    (line,) = told(*[passage(JULY.start)] * 6, passage(JULY.start, late=True))

    assert (line.received, line.in_time) == (7, None)
    assert reported.acknowledged([line], Q3) == TooFew(0, 1)


def test_ends_are_told_of_together_or_not_at_all() -> None:
    names = tuple(OUTCOMES)
    start = JULY.start + DAY
    all_ends = [passage(start, names[n % 4], days=10 + n % 3) for n in range(24)]
    assert dict(told(*all_ends)[-1].outcomes) == dict.fromkeys(names, 6)
    assert told(*all_ends)[-1].median_days == 11

    two_ends = [passage(start, names[n % 2]) for n in range(24)]
    assert set(told(*two_ends)[-1].outcomes.values()) == {None}
    assert told(*two_ends)[-1].closed == 24


def test_who_came_before_and_ended_then_counts_among_the_ended_alone() -> None:
    early = [passage(Q3.start - 60 * DAY, "partly", days=70)] * 5

    (line,) = told(*early)
    assert (line.received, line.closed, line.median_days) == (None, 5, 70)


def test_a_year_is_the_sum_of_its_quarters_where_all_are_told_of() -> None:
    year = periods.parse("2026", ZONE)
    quarters = reported.over(year, year.end, 4)
    assert [each.label for each in quarters] == [f"2026-Q{n}" for n in (1, 2, 3, 4)]

    some = [passage(each.start + DAY) for each in quarters for _ in range(6)]
    found = reported.lines(some, quarters, 5)
    assert reported.acknowledged(found, year) == Rate(24, 24)
    assert reported.acknowledged(reported.lines(some[:-2], quarters, 5), year) == TooFew(0, 1)


@pytest.mark.parametrize(
    ("now", "last"),
    [("2026-10-01", "2026-Q3"), ("2026-09-30", "2026-Q2"), ("2027-06-01", "2026-Q4")],
)
def test_only_quarters_that_are_over_are_told_of(now: str, last: str) -> None:
    october = periods.parse("2026-10", ZONE)

    assert (
        reported.over(october, datetime.fromisoformat(now).replace(tzinfo=UTC), 3)[-1].label == last
    )


def test_nothing_that_happens_later_changes_what_was_told() -> None:
    """So that two reports, made before and after, do not tell of what happened between them."""
    dice = Random(seed())
    for _ in range(200):
        whole = [
            passage(
                Q3.start + timedelta(hours=dice.randrange(-2000, 4000)),
                dice.choice(("", *OUTCOMES)),
                days=dice.randrange(1, 90),
                late=dice.random() < 0.2,
            )
            for _ in range(dice.randrange(60))
        ]
        then = [known(each) for each in whole if each.at < Q3.end]

        assert reported.lines(then, [Q3], 5) == reported.lines(whole, [Q3], 5)


def known(each: Passage) -> Passage:
    """As it stood at the end of the quarter."""
    over = each.closed_at is not None and each.closed_at < Q3.end
    seen = each.assessed_at is not None and each.assessed_at < Q3.end
    return Passage(
        at=each.at,
        due=each.due,
        assessed_at=each.assessed_at if seen else None,
        closed_at=each.closed_at if over else None,
        outcome=each.outcome if over else "",
    )
