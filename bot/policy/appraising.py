"""What a policy file says of assessment: its times, weights, points and grades. Policy 5.2.1."""

from typing import Any, get_args

from bot.policy.assessment import DIMENSIONS, GRADES, AssessmentRules, Opens
from bot.policy.findings import SEVERITIES
from bot.policy.kinds import CLAUSE_KIND, MONTHS, PERCENT, WHOLE, Kind, one_of
from bot.policy.sheet import Entry, Sheet
from bot.words import Code, say

PATH = ("assessment",)
COUNTS = ("rate_days", "contest_days", "answer_days", "prior", "least", "corrected", "releases")
SHARES = ("promises", "complaint", "report", "reports_most", "penalty")
SPANS = ("half_after", "counted")
KEYS = (
    *("clause", "opens", "level", "complaints", "weights", "points", "grades"),
    *(*COUNTS, *SHARES, *SPANS),
)
LIMITS = GRADES[:-1]
OPENS: Kind[Any] = one_of(get_args(Opens))


def _clauses(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(CLAUSE_KIND.read(each) for each in value)


CLAUSES: Kind[tuple[str, ...]] = Kind(
    _clauses, say("a list of clauses such as {example}", example=Code("2.2.1-etiquette")), ()
)


def assessment(sheet: Sheet, level: Kind[str]) -> AssessmentRules:
    weights = Entry(sheet, (*PATH, "weights"), DIMENSIONS)
    points = Entry(sheet, (*PATH, "points"), SEVERITIES)
    grades = Entry(sheet, (*PATH, "grades"), LIMITS)
    entry = Entry(sheet, PATH, KEYS)
    found = AssessmentRules(
        clause=entry.get("clause", CLAUSE_KIND),
        opens=entry.get("opens", OPENS),
        level=entry.get("level", level),
        complaints=entry.get("complaints", CLAUSES),
        weights={each: weights.get(each, PERCENT) for each in DIMENSIONS},
        points={each: points.get(each, PERCENT) for each in SEVERITIES},
        grades={each: grades.get(each, PERCENT) for each in LIMITS},
        **{each: entry.get(each, WHOLE) for each in COUNTS},
        **{each: entry.get(each, PERCENT) for each in SHARES},
        **{each: entry.get(each, MONTHS) for each in SPANS},
    )
    _sound(entry, found)
    return found


def _sound(entry: Entry, found: AssessmentRules) -> None:
    """What is wrong about several of them together, where each alone is right."""
    key = Code("assessment.weights")
    if not sum(found.weights.values()):
        what = say("{key}: at least one of them must be more than 0.", key=key)
        entry.sheet.wrong((*PATH, "weights"), what)
    limits = [found.grades[each] for each in LIMITS]
    if limits != sorted(set(limits), reverse=True):
        what = say(
            "{key}: each grade must begin above the next: A above B, B above C.",
            key=Code("assessment.grades"),
        )
        entry.sheet.wrong((*PATH, "grades"), what)
    if found.half_after > found.counted:
        what = say(
            "{key} is longer than {other}: nothing would ever count half.",
            key=Code("assessment.half_after"),
            other=Code("assessment.counted"),
        )
        entry.sheet.wrong((*PATH, "half_after"), what)
