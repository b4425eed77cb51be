"""Sheet 4: five scores a person, with the evidence behind them; HR decides on the grade. 5.2.1.

The total is computed in the sheet, by weights that its reader can change to see what would be; the
one that counts is stored beside it. In the order of the names: nobody is ranked.
"""

from collections.abc import Iterator, Mapping

from openpyxl.utils import get_column_letter as letter

from bot.handlers.happened import MEASURES
from bot.policy.assessment import (
    GRADES,
    NAMES,
    STATES,
    TOO_LITTLE,
    Assessment,
    Dimension,
    Measured,
    Part,
    Score,
    Standing,
)
from bot.policy.measures import COMMENDATION
from bot.report import (
    Column,
    Formula,
    Input,
    Layout,
    Material,
    Row,
    Sheet,
    Shown,
    Table,
    Tone,
    Value,
)
from bot.words import Say, say
from reports import showing

WEIGHTS: Mapping[Dimension, str] = {  # by which the formula knows them
    "timely": "weight_T",
    "accurate": "weight_A",
    "complete": "weight_C",
    "attitude": "weight_B",
    "secure": "weight_S",
}
FIRST = 3  # columns before the first score
LABEL = FIRST


def build(material: Material) -> Layout:
    found = material.assessment
    if found is None:
        return Layout(
            title=say("Assessment"),
            shows=SHOWS,
            tables=(Table(columns=COLUMNS, rows=()),),
            notes=(NONE,),
        )
    weights = tuple(
        Input(column=SCORES[name], value=found.weights[name], name=WEIGHTS[name]) for name in SCORES
    )
    label = Input(column=LABEL, value=say("Weights, to be changed"))
    measured = tuple(_measured(material, each) for each in found.measured)
    decided = Table(columns=MEASURED, rows=measured, title=say("Corrections and commendations"))
    return Layout(
        title=say("Assessment"),
        shows=SHOWS,
        tables=(
            Table(columns=COLUMNS, rows=_rows(material, found)),
            *([decided] if measured else []),
        ),
        notes=(HOW, WHAT_IF, DECIDES),
        inputs=(label, *weights),
        live=True,
    )


def _rows(material: Material, found: Assessment) -> Iterator[Row]:
    names = {each.person: material.name(each.person) for each in found.standings}
    for each in sorted(found.standings, key=lambda e: (names[e.person].casefold(), e.person)):
        yield _row(material, each, found.least)


def _row(material: Material, one: Standing, least: int) -> Row:
    person = (material.id(one.person), material.name(one.person), material.department(one.person))
    grade: Value = one.grade or None
    ends = (showing.yes(one.contested), material.name(one.reviewer), grade)
    if one.score is None:
        return (*person, STATES[one.state], *((None,) * FIGURES), *ends)
    few = one.score.parts["timely"].n < least
    tone: Tone = "grey" if few else "plain"
    return (*person, STATES[one.state], *_figures(one.score, tone), *ends)


def _figures(score: Score, tone: Tone) -> Iterator[Value | Shown]:
    for name in SCORES:
        part = score.parts[name]
        yield from (Shown(each, "decimal", tone) for each in _halves(name, part))
        yield Shown(part.score, "decimal", tone)
        yield part.n
    yield score.off
    yield Formula(TOTAL, score.total)
    yield Shown(score.total, "decimal", tone)
    yield score.grade or Shown(TOO_LITTLE, "text", "grey")


def _halves(name: Dimension, part: Part) -> tuple[float | None, ...]:
    """What was counted and what was rated, where a score is made of both."""
    return (part.auto, part.human) if name == "accurate" else ()


def _measured(material: Material, one: Measured) -> Row:
    return (
        material.id(one.person),
        material.name(one.person),
        f"#{one.number}",
        one.at,
        _measure(one.advised),
        _measure(one.taken) if one.taken else None,
        material.name(one.by),
    )


def _measure(name: str) -> Say:
    known: Mapping[str, Say] = MEASURES  # type: ignore[assignment]
    return say("commendation") if name == COMMENDATION else known[name]


def _number(name: Dimension) -> str:
    """A score's cell in its own row."""
    return f"{letter(SCORES[name] + 1)}{{row}}"


SHOWS = say("Five scores a person with their evidence, and what HR decided")
NONE = say("No assessment was opened for this period. HR opens one in the chat: /duly assess open.")
HOW = say(
    "Rates of few cases lie near the company's own. What has no data is left out of the total, not "
    "counted as 0. Grey: too few duties to suggest a grade. Figures stand here once the person "
    "has read them, and can contest them no more or has done so."
)
WHAT_IF = say(
    "Other weights show what would be: the live total follows them, the stored one beside it is "
    "what counts, and the sheet of checks says that they differ."
)
DECIDES = say(
    "A grade is suggested by rule; HR decides, in the chat, with a reason. What is chosen here "
    "stands in this file alone."
)
SCORES: dict[Dimension, int] = {  # the column of each score, from 0
    "timely": FIRST + 1,
    "accurate": FIRST + 5,
    "complete": FIRST + 7,
    "attitude": FIRST + 9,
    "secure": FIRST + 11,
}
OFF = FIRST + 13
LIVE, STORED = OFF + 1, OFF + 2  # totals
FIGURES = STORED + 2 - (FIRST + 1)  # columns of figures
KNOWN = ",".join(_number(name) for name in SCORES)
SUM = "+".join(f"N({_number(name)})*{WEIGHTS[name]}" for name in SCORES)
WHOLE = "+".join(f"ISNUMBER({_number(name)})*{WEIGHTS[name]}" for name in SCORES)
TOTAL = f'IF(COUNT({KNOWN})=0,"",IFERROR(MAX(0,({SUM})/({WHOLE})-N({letter(OFF + 1)}{{row}})),""))'
COLUMNS = (
    Column(header=say("Id")),
    Column(header=say("Name"), width=18),
    Column(header=say("Department"), width=16),
    Column(header=say("State"), width=20),
    Column(header=NAMES["timely"], kind="decimal"),
    Column(header=say("Duties counted"), kind="whole"),
    Column(header=say("Accuracy, counted"), kind="decimal"),
    Column(header=say("Accuracy, rated"), kind="decimal"),
    Column(header=NAMES["accurate"], kind="decimal"),
    Column(header=say("Releases"), kind="whole"),
    Column(header=NAMES["complete"], kind="decimal"),
    Column(header=say("Cases counted"), kind="whole"),
    Column(header=NAMES["attitude"], kind="decimal"),
    Column(header=say("Complaints upheld"), kind="whole"),
    Column(header=NAMES["secure"], kind="decimal"),
    Column(header=say("Statements due"), kind="whole"),
    Column(header=say("Points off"), kind="decimal"),
    Column(header=say("Total, live"), kind="decimal"),
    Column(header=say("Total, stored"), kind="decimal"),
    Column(header=say("Suggested"), width=14),
    Column(header=say("Contested"), width=10),
    Column(header=say("Rated by"), width=16),
    Column(header=say("HR's decision"), width=10, choices=GRADES),
)
MEASURED = (
    Column(header=say("Id")),
    Column(header=say("Name")),
    Column(header=say("No.")),
    Column(header=say("When"), kind="moment"),
    Column(header=say("Recommended by rule")),
    Column(header=say("Measure decided")),
    Column(header=say("Who decided")),
)
SHEET = Sheet(name=say("Assessment"), who=frozenset({"hr", "head", "audit", "mine"}), build=build)
