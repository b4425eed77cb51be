"""The rules of the score, on numbers of every kind. Policy 5.2.1."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.assessment import (
    DIMENSIONS,
    FIGURES,
    AssessmentRules,
    Evidence,
    Figure,
    Rubric,
    Tally,
    Violation,
    points,
    score,
    shrunk,
    suggested,
    usual,
    weighed,
)
from bot.policy.findings import SEVERITIES
from bot.policy.reading import Mistakes, default_rulebook, read

RULES: AssessmentRules = default_rulebook().assessment
END = datetime(2026, 4, 1, tzinfo=UTC)
RUBRIC = Rubric(90, 80)
USUAL: dict[Figure, float] = dict.fromkeys(FIGURES, 0.9)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    n = draw(st.integers(0, 200))
    return Tally(draw(st.integers(0, n)), n)


@st.composite
def violations(draw: st.DrawFn) -> Violation:
    days = draw(st.integers(0, 360))
    clause = draw(st.sampled_from(("4.2.1", "2.2.1-etiquette", "3.2.2")))
    severity = draw(st.sampled_from(SEVERITIES))
    return Violation(number=1, severity=severity, clause=clause, at=END - timedelta(days=days))


evidences = st.builds(
    Evidence,
    tallies=st.dictionaries(st.sampled_from(FIGURES), tallies()),
    released=st.integers(0, 30),
    corrected=st.integers(0, 30),
    reports=st.integers(0, 9),
    violations=st.lists(violations(), max_size=4).map(tuple),
)
rubrics = st.none() | st.builds(Rubric, st.integers(0, 100), st.integers(0, 100))


@given(evidences, rubrics)
def test_every_score_lies_between_0_and_100(evidence: Evidence, rubric: Rubric | None) -> None:
    found = score(evidence, rubric, USUAL, RULES, END)

    parts = [part.score for part in found.parts.values() if part.score is not None]
    assert all(0 <= each <= 100 for each in parts)
    assert found.off >= 0
    if found.total is None:
        assert parts == []
    else:
        assert 0 <= found.total <= max(parts)
        if not found.off:
            assert found.total >= min(parts) - 1e-9


@given(evidences, rubrics, st.integers(1, 50))
def test_weights_count_only_against_each_other(
    evidence: Evidence, rubric: Rubric | None, times: int
) -> None:
    found = score(evidence, rubric, USUAL, RULES, END)
    scores = {name: part.score for name, part in found.parts.items()}

    more = {name: weight * times for name, weight in RULES.weights.items()}
    assert weighed(scores, more, found.off) == pytest.approx(found.total)
    for name in DIMENSIONS:  # what has no data is left out, whatever its weight
        if scores[name] is None:
            heavy = {**RULES.weights, name: 1000}
            assert weighed(scores, heavy, found.off) == pytest.approx(found.total)


@given(tallies(), st.floats(0, 1), st.integers(0, 100))
def test_a_rate_lies_between_its_own_and_the_companys(tally: Tally, rate: float, m: int) -> None:
    found = shrunk(tally, rate, m)

    if not tally.n:
        assert found is None
        return
    own = tally.met / tally.n
    assert found is not None
    assert min(own, rate) - 1e-9 <= found <= max(own, rate) + 1e-9
    if not m:
        assert found == own


@given(st.lists(evidences, max_size=5))
def test_the_companys_rate_is_that_of_everybody_together(everybody: list[Evidence]) -> None:
    found = usual(everybody)

    for figure in FIGURES:
        n = sum(each.tally(figure).n for each in everybody)
        met = sum(each.tally(figure).met for each in everybody)
        assert found.get(figure) == (met / n if n else None)


@given(evidences)
def test_who_reports_wrongly_loses_nothing_and_who_reports_rightly_no_less(one: Evidence) -> None:
    none, many = replace(one, reports=0), replace(one, reports=50)

    before = score(none, RUBRIC, USUAL, RULES, END).parts["secure"].score
    after = score(many, RUBRIC, USUAL, RULES, END).parts["secure"].score
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert before <= after <= min(before + RULES.reports_most, 100)


def golden(**more: object) -> Evidence:
    counts: dict[Figure, Tally] = {
        "on_time": Tally(45, 50),
        "promises": Tally(4, 5),
        "notices": Tally(10, 10),
        "attested": Tally(1, 2),
    }
    return replace(Evidence(tallies=counts, released=10, corrected=1, reports=1), **more)  # type: ignore[arg-type]


def test_the_five_scores_by_hand() -> None:
    found = score(golden(), RUBRIC, USUAL, RULES, END)
    parts = {name: part.score for name, part in found.parts.items()}

    on_time, kept = (45 + 9) / 60, (4 + 9) / 15
    assert parts["timely"] == pytest.approx(100 * (0.7 * on_time + 0.3 * kept))
    assert parts["accurate"] == pytest.approx(0.5 * (100 - 100 * 0.1 * 5) + 0.5 * 90)
    assert parts["complete"] == pytest.approx(100 * (10 + 9) / 20)
    assert parts["attitude"] == 80
    assert parts["secure"] == pytest.approx(100 * (1 + 9) / 12 + 2)
    total = (30 * 89 + 20 * 70 + 20 * 95 + 15 * 80 + 15 * (100 * 10 / 12 + 2)) / 100
    assert found.total == pytest.approx(total)
    assert found.grade == "B"


def test_without_promises_timeliness_is_punctuality_alone() -> None:
    alone = Evidence(tallies={"on_time": Tally(45, 50)})

    assert score(alone, None, USUAL, RULES, END).parts["timely"].score == pytest.approx(90)


def test_of_few_releases_accuracy_is_what_was_rated() -> None:
    few = golden(released=4, corrected=4)

    part = score(few, RUBRIC, USUAL, RULES, END).parts["accurate"]
    assert (part.auto, part.human, part.score) == (None, 90, 90)


def test_what_was_upheld_costs_once_and_half_after_six_months() -> None:
    fresh = Violation(number=1, severity="serious", clause="4.2.1", at=END - timedelta(days=30))
    old = replace(fresh, at=END - timedelta(days=200))
    rude = replace(fresh, clause="2.2.1-etiquette")

    assert [points(each, RULES, END) for each in (fresh, old)] == [15, 7.5]
    plain = score(golden(), RUBRIC, USUAL, RULES, END)
    both = score(golden(violations=(fresh, old, rude)), RUBRIC, USUAL, RULES, END)
    assert both.off == 22.5  # the complaint of attitude counts there, and not here again
    assert both.parts["attitude"].score == 60
    assert both.parts["secure"].score == plain.parts["secure"].score


@pytest.mark.parametrize(
    ("counts", "rubric", "graded"),
    [
        (golden(), RUBRIC, True),
        (golden(tallies={"on_time": Tally(19, 19), "attested": Tally(1, 1)}), RUBRIC, False),
        (golden(tallies={"on_time": Tally(20, 20)}), RUBRIC, False),  # two are missing
        (golden(tallies={"on_time": Tally(20, 20), "attested": Tally(1, 1)}), RUBRIC, True),
    ],
)
def test_of_too_little_no_grade_is_suggested(
    counts: Evidence, rubric: Rubric, graded: bool
) -> None:
    assert (score(counts, rubric, USUAL, RULES, END).grade is not None) == graded


@pytest.mark.parametrize(
    ("total", "grade"), [(100, "A"), (90, "A"), (89.99, "B"), (80, "B"), (70, "C"), (69.9, "D")]
)
def test_grades_begin_where_the_policy_says(total: float, grade: str) -> None:
    assert suggested(total, RULES) == grade


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[assessment]\nprior = -1\n", 2, "{key} must be {kind}."),
        ("[assessment]\nopens = 'daily'\n", 2, "{key} must be {kind}."),
        ("[assessment]\nmood = 1\n", 2, "A policy has no {key}. Known: {options}."),
        ("[assessment]\ncomplaints = ['rude']\n", 2, "{key} must be {kind}."),
        ("[assessment]\ncomplaints = 'rude'\n", 2, "{key} must be {kind}."),
        ("[assessment]\nhalf_after = 24\n", 2, "{key} is longer than {other}"),
        ("\n[assessment.grades]\nC = 85\n", 2, "{key}: each grade must begin above"),
        ("[assessment.points]\nsevere = 9\n", 2, "A policy has no {key}."),
        (
            "[assessment.weights]\n" + "".join(f"{name} = 0\n" for name in DIMENSIONS),
            1,
            "{key}: at least one of them must be more than 0.",
        ),
    ],
)
def test_mistakes_of_the_policy_file_are_told_with_their_line(
    text: str, line: int, says: str
) -> None:
    with pytest.raises(Mistakes) as found:
        read(text)

    (mistake,) = found.value.found
    assert mistake.line == line
    assert mistake.what.sentence.startswith(says)
