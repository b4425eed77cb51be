"""How conduct becomes five scores and a suggested grade, which HR decides on. Policy 5.2.1.

Only what was counted goes in: never sentiment, never what was done outside working hours, never
what is of the class personal, and nothing about who reported something.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from bot.policy.findings import Severity
from bot.policy.measures import months_before
from bot.words import Say, say

Dimension = Literal["timely", "accurate", "complete", "attitude", "secure"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Figure = Literal["on_time", "promises", "notices", "confirmed", "minutes", "fields", "attested"]
FIGURES: tuple[Figure, ...] = get_args(Figure)
COMPLETE: tuple[Figure, ...] = ("notices", "confirmed", "minutes", "fields")
Grade = Literal["A", "B", "C", "D"]
GRADES: tuple[Grade, ...] = get_args(Grade)
Opens = Literal["never", "month", "quarter", "year"]
BEST = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRules:
    """What the policy file says of it. Shares in per cent, scores and points of 100."""

    clause: str
    opens: Opens  # by itself, when such a period is over
    level: str  # the ladder of who is to rate, to answer a contest, to decide
    rate_days: int  # working days
    contest_days: int
    answer_days: int
    prior: int  # how many cases of the company's own rate are laid beside somebody's
    least: int  # fewer duties than that, and no grade is suggested
    promises: int  # what part of timeliness is promises kept
    corrected: int  # by how much what had to be corrected weighs
    releases: int  # fewer of them, and accuracy is the rubric alone
    complaint: int  # off attitude, for each
    complaints: tuple[str, ...]  # clauses: what was upheld under them is a complaint of that kind
    report: int  # added to security awareness for each true report of a fraud …
    reports_most: int  # … and at most so much
    penalty: int  # off security awareness for what is upheld under section 4, beside its points
    half_after: int  # months
    counted: int  # months for which what was upheld counts at all
    weights: Mapping[Dimension, int]
    points: Mapping[Severity, int]
    grades: Mapping[Grade, int]  # from how much on; D is below C


@dataclass(frozen=True, slots=True)
class Tally:
    """So many of so many."""

    met: int = 0
    n: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.met + other.met, self.n + other.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A finding that was upheld; what is open counts for nothing."""

    number: int
    severity: Severity
    clause: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was counted of one person in one period."""

    tallies: Mapping[Figure, Tally] = field(default_factory=dict)
    released: int = 0
    corrected: int = 0
    reports: int = 0
    violations: tuple[Violation, ...] = ()

    def tally(self, figure: Figure) -> Tally:
        return self.tallies.get(figure, Tally())


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a person made of it by the anchors, 0 to 100."""

    accuracy: int
    attitude: int


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension: what was counted, what was rated, and what comes of both; None: no data."""

    auto: float | None
    human: float | None
    score: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`total`: None where no dimension has data. `grade`: None where there is too little."""

    parts: Mapping[Dimension, Part]
    off: float  # points for what was upheld
    total: float | None
    grade: Grade | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One person in a report. `score`: None: they may still contest it, or were not shown it."""

    person: str
    reviewer: str | None
    state: str
    score: Score | None
    contested: bool
    grade: str  # HR's; empty: not decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was recommended for something upheld or deserved, and what a person decided. 5.2.2."""

    person: str
    number: int  # of the finding, or of the case
    at: datetime
    advised: str  # a measure, or a commendation
    taken: str  # empty: nobody has decided
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All of a period's that a reader may see."""

    weights: Mapping[Dimension, int]
    least: int
    standings: tuple[Standing, ...]
    measured: tuple[Measured, ...]


NAMES: Mapping[Dimension, Say] = {
    "timely": say("Timeliness"),
    "accurate": say("Accuracy"),
    "complete": say("Completeness"),
    "attitude": say("Attitude"),
    "secure": say("Security awareness"),
}
TOO_LITTLE = say("too little data")
STATES: Mapping[str, Say] = {
    "rating": say("being rated"),
    "shown": say("shown"),
    "agreed": say("agreed"),
    "contested": say("contested"),
    "answered": say("contested and answered"),
}

Usual = Mapping[Figure, float]
"""The company's own rate of each figure."""


def usual(everybody: Iterable[Evidence]) -> dict[Figure, float]:
    """What nobody has done is left out."""
    sums = dict.fromkeys(FIGURES, Tally())
    for each in everybody:
        for figure in FIGURES:
            sums[figure] += each.tally(figure)
    return {figure: sum.met / sum.n for figure, sum in sums.items() if sum.n}


def shrunk(tally: Tally, usual: float, prior: int) -> float | None:
    """A rate of few cases lies near the company's own; None: of no case there is none."""
    if not tally.n:
        return None
    return (tally.met + prior * usual) / (tally.n + prior)


def score(
    evidence: Evidence, rubric: Rubric | None, usual: Usual, rules: AssessmentRules, at: datetime
) -> Score:
    """`at`: when the period ends: what was upheld long before it counts for less."""

    def rate(figure: Figure) -> float | None:
        tally = evidence.tally(figure)
        own = tally.met / tally.n if tally.n else 0.0
        return shrunk(tally, usual.get(figure, own), rules.prior)

    harsh, plain = _sorted(evidence.violations, rules)
    parts: dict[Dimension, Part] = {
        "timely": _timely(rate("on_time"), rate("promises"), evidence, rules),
        "accurate": _accurate(evidence, rubric, rules),
        "complete": _complete([rate(each) for each in COMPLETE], evidence),
        "attitude": _attitude(rubric, len(harsh), rules),
        "secure": _secure(rate("attested"), evidence, rules),
    }
    off = sum(points(each, rules, at) for each in plain)
    total = weighed({name: part.score for name, part in parts.items()}, rules.weights, off)
    return Score(parts=parts, off=off, total=total, grade=_grade(parts, total, rules))


def weighed(
    scores: Mapping[Dimension, float | None], weights: Mapping[Dimension, float], off: float
) -> float | None:
    """Over what has data: what is missing is no nought. At least 0."""
    known = {name: each for name, each in scores.items() if each is not None}
    whole = sum(weights[name] for name in known)
    if not whole:
        return None
    return max(sum(weights[name] * each for name, each in known.items()) / whole - off, 0.0)


def points(violation: Violation, rules: AssessmentRules, at: datetime) -> float:
    """Half of them once it is so many months ago."""
    whole = float(rules.points[violation.severity])
    return whole / 2 if violation.at < months_before(at, rules.half_after) else whole


def suggested(total: float, rules: AssessmentRules) -> Grade:
    return next((each for each in GRADES[:-1] if total >= rules.grades[each]), GRADES[-1])


def _sorted(
    violations: Sequence[Violation], rules: AssessmentRules
) -> tuple[list[Violation], list[Violation]]:
    """Each counts once: complaints of attitude there, everything else off the total."""
    harsh = [each for each in violations if each.clause in rules.complaints]
    return harsh, [each for each in violations if each.clause not in rules.complaints]


def _timely(
    on_time: float | None, kept: float | None, evidence: Evidence, rules: AssessmentRules
) -> Part:
    n = evidence.tally("on_time").n
    if on_time is None:
        return Part(None, None, None, n)
    part = rules.promises / 100 if kept is not None else 0.0
    auto = BEST * ((1 - part) * on_time + part * (kept or 0.0))
    return Part(auto, None, auto, n)


def _accurate(evidence: Evidence, rubric: Rubric | None, rules: AssessmentRules) -> Part:
    """Half what was counted and half what was rated; of few releases, what was rated."""
    auto, human = None, float(rubric.accuracy) if rubric else None
    if evidence.released and evidence.released >= rules.releases:
        wrong = evidence.corrected / evidence.released * rules.corrected
        auto = BEST - BEST * min(1.0, wrong)
    return Part(auto, human, _mean([auto, human]), evidence.released)


def _complete(rates: Sequence[float | None], evidence: Evidence) -> Part:
    mean, n = _mean(rates), sum(evidence.tally(each).n for each in COMPLETE)
    auto = None if mean is None else BEST * mean
    return Part(auto, None, auto, n)


def _attitude(rubric: Rubric | None, complaints: int, rules: AssessmentRules) -> Part:
    """Rated by a person: nobody's words are weighed by a machine."""
    if rubric is None:
        return Part(None, None, None, complaints)
    human = float(rubric.attitude)
    return Part(None, human, max(human - rules.complaint * complaints, 0.0), complaints)


def _secure(attested: float | None, evidence: Evidence, rules: AssessmentRules) -> Part:
    n = evidence.tally("attested").n
    if attested is None:
        return Part(None, None, None, n)
    credit = min(rules.report * evidence.reports, rules.reports_most)
    upheld = sum(each.clause.startswith("4.") for each in evidence.violations)
    auto = min(max(BEST * attested - rules.penalty * upheld + credit, 0.0), BEST)
    return Part(auto, None, auto, n)


def _grade(
    parts: Mapping[Dimension, Part], total: float | None, rules: AssessmentRules
) -> Grade | None:
    missing = sum(part.score is None for part in parts.values())
    if total is None or missing > 1 or parts["timely"].n < rules.least:
        return None
    return suggested(total, rules)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return sum(known) / len(known) if known else None
