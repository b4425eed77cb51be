"""The golden values behind the figures of the report, one by one. Policy 5.1.2, 5.2.1.

Those of the working-time clock stand in tests/test_hours.py.
"""

from collections.abc import Callable
from datetime import timedelta
from math import ceil, comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import duties, figures
from bot.policy.figures import Beyond, Rate, TooFew
from bot.policy.reading import default_rulebook
from bot.policy.sampling import KAPPA_NEEDS
from bot.policy.violations import LAST
from reports.measures import MEASURES
from reports.quality import WELL
from tests.test_figures import DAY, DUE, DUTY, HOUR, MADE, OCTOBER, duty, fact

TARGET, BETTER = 0.8, 0.9
SIZES = range(8, 301)


def chance(n: int, true: float, says: Callable[[Rate], bool]) -> float:
    """How probable a verdict is, over everything that may come of `n` trials."""
    return sum(
        comb(n, met) * true**met * (1 - true) ** (n - met)
        for met in range(n + 1)
        if says(Rate(met, n))
    )


def missed(rate: Rate) -> bool:
    return figures.standing(rate, TARGET) == "missed"


# K2: verdicts on small numbers


@pytest.mark.parametrize(("first", "most"), [(8, 0.0084), (14, 0.005)])
def test_who_keeps_90_of_100_is_hardly_ever_said_to_miss_80(first: int, most: float) -> None:
    assert max(chance(n, BETTER, missed) for n in SIZES if n >= first) <= most


def test_a_verdict_on_who_just_reaches_the_target_is_wrong_once_in_ten_at_most() -> None:
    praised = max(
        chance(n, TARGET - 1e-9, lambda rate: figures.standing(rate, TARGET) == "met")
        for n in SIZES
    )

    assert max(chance(n, TARGET, missed) for n in SIZES) <= 0.1
    assert praised <= 0.1


@given(st.integers(1, 400), st.data())
@settings(max_examples=200, deadline=None)
def test_a_verdict_needs_the_whole_interval_on_one_side(n: int, data: st.DataObject) -> None:
    rate = Rate(data.draw(st.integers(0, n)), n)

    assert 0 <= rate.low <= rate.of_one <= rate.high <= 1
    assert figures.standing(rate, rate.low) == "met"
    assert figures.standing(rate, rate.high) != "missed"
    assert rate.high == 1 or figures.standing(rate, rate.high + 1e-9) == "missed"


@pytest.mark.parametrize("n", range(1, 60))
def test_all_of_them_never_miss_a_target_of_all(n: int) -> None:
    assert Rate(n, n).high == 1
    assert Rate(0, n).low == 0
    assert figures.standing(Rate(n, n), 1.0) != "missed"


# K3, K4: percentiles


def test_the_percentile_is_not_the_nearest_rank() -> None:
    minutes = [*range(1, 20), 100]  # the 18th of 20 would be 18

    found = figures.percentile([timedelta(minutes=each) for each in minutes], 90, 20)

    assert sorted(minutes)[ceil(0.9 * 20) - 1] == 18
    assert found == timedelta(minutes=18.1)


@pytest.mark.parametrize(
    ("values", "percent", "found"),  # of PERCENTILE.INC
    [
        ((15, 20, 35, 40, 50), 40, 29.0),
        ((1, 2, 3, 4), 30, 1.9),
        ((1, 2, 3, 4), 50, 2.5),
        ((7,), 90, 7.0),
        ((1, 3), 0, 1.0),
        ((1, 3), 100, 3.0),
    ],
)
def test_percentiles_are_the_inclusive_ones(
    values: tuple[int, ...], percent: int, found: float
) -> None:
    spans = [timedelta(minutes=each) for each in values]

    assert figures.percentile(spans, percent) == timedelta(minutes=found)


def test_a_tail_is_told_from_twenty_on_and_never_through_what_is_open() -> None:
    known: list[timedelta | None] = [timedelta(minutes=each) for each in range(18)]

    assert figures.percentile(known, figures.NINETIETH, 20) == TooFew(18, 20)
    assert figures.percentile([*known, None, None], figures.NINETIETH, 20) == Beyond()
    assert figures.percentile([*known, HOUR, None], figures.NINETIETH, 20) == timedelta(
        minutes=17 + 0.1 * (60 - 17)
    )


# K2, K6, K7: promises


def test_a_promise_in_time_moves_the_due_time_once_and_the_first_one_stays_visible() -> None:
    promised = duties.promise(DUTY, DUE + DAY, DUE - HOUR)
    again = duties.promise(promised, DUE + 2 * DAY, DUE + HOUR)

    assert (promised.due, promised.first_due) == (DUE + DAY, DUE)
    assert (again.due, again.first_due) == (DUE + DAY, DUE)
    assert fact(again).pledge == "renegotiated"


def test_a_promise_when_it_was_late_moves_nothing() -> None:
    late = duties.promise(DUTY, DUE + DAY, DUE + HOUR)

    assert late.due == DUE
    assert not fact(duties.close(late, "done", "", DUE + 2 * HOUR)).punctual


def test_a_promise_that_is_broken_and_made_again_is_broken() -> None:
    promised = duties.promise(DUTY, DUE + DAY, DUE - HOUR)
    again = duties.promise(promised, DUE + 3 * DAY, DUE + 2 * DAY)
    kept = duties.close(again, "done", "", DUE + 2 * DAY + HOUR)

    assert fact(kept).pledge == "broken"
    assert not fact(kept).punctual


def test_a_duty_is_counted_in_the_period_of_its_promise() -> None:
    owed = duty(None, "open", due=OCTOBER.end - HOUR)
    promised = duties.promise(owed, OCTOBER.end + HOUR, OCTOBER.end - 2 * HOUR)

    assert figures.cohort([owed], OCTOBER, MADE) == [owed]
    assert figures.cohort([promised], OCTOBER, MADE) == []


# Privacy


@pytest.mark.parametrize(("size", "hides"), [(4, True), (5, False)])
def test_five_are_the_smallest_group_shown(size: int, hides: bool) -> None:
    people = {"law": size, "sales": 30, "it": 20}
    counted = dict.fromkeys(people, 40)

    assert ("law" in figures.hidden(people, counted)) is hides
    assert ("law" in figures.hidden(dict.fromkeys(people, 40), counted | {"law": size})) is hides


sizes = st.tuples(st.integers(0, 12), st.integers(0, 12))
groups = st.dictionaries(st.sampled_from("abcdefgh"), sizes)


@given(groups)
@settings(max_examples=300, deadline=None)
def test_what_is_hidden_cannot_be_found_from_the_total(found: dict[str, tuple[int, int]]) -> None:
    people = {name: size for name, (size, _) in found.items()}
    counted = {name: n for name, (_, n) in found.items()}

    hidden = figures.hidden(people, counted)

    with_figures = {name for name, n in counted.items() if n}
    size = {name: min(people[name], counted[name]) for name in with_figures}
    assert hidden <= with_figures
    assert all(size[name] >= figures.SMALLEST_GROUP for name in with_figures - hidden)
    if hidden and hidden != with_figures:
        assert len(hidden) > 1
        assert sum(size[name] for name in hidden) >= figures.SMALLEST_GROUP


# The targets and weights that a company begins with


@pytest.mark.parametrize(
    ("measure", "target"),
    [
        *(("K1", 98), ("K2", 95), ("K7", 95), ("K8", 97), ("K10", 95), ("K12", 100), ("K13", 98)),
        *(("K15", 95), ("K16", 90), ("K18", 80), ("K19", 100), ("K20", 85), ("K21", 100)),
        *(("K22", 100), ("K23", 100), ("K24", 100), ("K25", 98)),
    ],
)
def test_figures_are_measured_against_the_targets_of_their_definitions(
    measure: str, target: int
) -> None:
    (found,) = (each.target for each in MEASURES if each.id == measure)

    assert default_rulebook().targets[found] == target


def test_what_is_only_to_be_read_has_no_target() -> None:
    for_information = {each.id for each in MEASURES if not each.target}

    assert for_information == {
        *("K3", "K4", "K5", "K6", "K9", "K9b", "K11", "K14", "K17", "K23b", "K26", "K27", "K28")
    }


def test_scores_begin_with_the_weights_of_their_definitions() -> None:
    rules = default_rulebook().assessment

    assert dict(rules.weights) == {
        "timely": 30, "accurate": 20, "complete": 20, "attitude": 15, "secure": 15,
    }  # fmt: skip
    assert dict(rules.points) == {"slight": 2, "moderate": 6, "serious": 15, "critical": 40}
    assert dict(rules.grades) == {"A": 90, "B": 80, "C": 70}
    assert (rules.prior, rules.least, rules.promises, rules.releases) == (10, 20, 30, 5)
    assert (rules.corrected, rules.complaint, rules.report, rules.reports_most) == (5, 20, 2, 6)
    assert rules.half_after == 6


def test_the_rest_of_the_definitions() -> None:
    assert LAST == 50  # decided findings of a rule, for K18
    assert KAPPA_NEEDS == 30  # messages judged twice, for K20
    assert default_rulebook().reporting.acknowledge_days == 2  # working days, for K22
    assert figures.TAIL_NEEDS == 20  # duties, for K4
    assert WELL == 0.95  # below it K28 says that all is to be read with care
