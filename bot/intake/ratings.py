"""Ratings in a sheet that somebody filled in, read back row by row. Policy 5.2.1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.intake import cells, tables
from bot.intake.notes import Fault, Faults, Notes, Reading, Wrong
from bot.intake.tables import Column, Row, Table
from bot.policy.assessment import Rubric
from bot.words import say

LONGEST = 500  # characters of a remark
BEST = 100
COLUMNS = (
    Column(
        name="id",
        zh_Hans="工号",
        zh_Hant="工號",
        also=("employee number", "employee id", "员工编号", "員工編號"),
        about=say("Who is rated: the employee number. Leave it as it is."),
        needed=True,
    ),
    Column(
        name="name",
        zh_Hans="姓名",
        zh_Hant="姓名",
        also=("full name",),
        about=say("The name, for you to read; it is not read in."),
    ),
    Column(
        name="accuracy",
        zh_Hans="准确性",
        zh_Hant="準確性",
        about=say(
            "0 to 100. 95: nothing had to be put right by others; 80: slips are rare, and found by "
            "themselves; 60: others put things right again and again; 30: errors did harm."
        ),
        needed=True,
    ),
    Column(
        name="attitude",
        zh_Hans="态度",
        zh_Hant="態度",
        about=say(
            "0 to 100. 95: courteous, and helps unasked; 80: courteous and willing; 60: at times "
            "curt, or has to be asked twice; 30: refuses, or is disrespectful."
        ),
        needed=True,
    ),
    Column(
        name="remark",
        zh_Hans="备注",
        zh_Hant="備註",
        also=("comment", "评语", "評語"),
        about=say("What you want to say of it; they read it. It may stay empty."),
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `rubric`: None: not rated yet, in a sheet that is written."""

    person: str
    rubric: Rubric | None
    remark: str = ""
    name: str = ""


def read(content: bytes) -> Table:
    """Raises Unreadable."""
    return tables.read(content, COLUMNS)


def plan(table: Table, whom: Callable[[str], str]) -> list[Line]:
    """What is rated in it. `whom` gives the person a cell means, or raises Wrong. Raises Faults."""
    notes, found, seen = Notes(table), list[Line](), dict[str, int]()
    for row in table.rows:
        given = row.cells["accuracy"], row.cells["attitude"]
        if not any(given) and not row.cells.get("remark"):
            continue
        line = _line(row, notes, whom)
        if line.person in seen:
            what = say("Row {row} rates the same person: keep one.", row=seen[line.person])
            notes.add(row, "id", what)
        elif line.person:
            seen[line.person] = row.number
        found.append(line)
    if not found:
        notes.found.append(Fault(0, "", say("Nobody is rated in this sheet: fill in the numbers.")))
    if notes.found:
        raise Faults(notes.found)
    return found


def _line(row: Row, notes: Notes, whom: Callable[[str], str]) -> Line:
    person = notes.attempt(row, "id", Reading(lambda text: whom(cells.needed(text)), ""))
    accuracy, attitude = (
        notes.attempt(row, name, Reading(number, 0)) for name in ("accuracy", "attitude")
    )
    remark = notes.attempt(row, "remark", Reading(_remark, "")) if "remark" in row.cells else ""
    return Line(person, Rubric(accuracy, attitude), remark)


def number(text: str) -> int:
    """0 to 100. Raises Wrong."""
    if not text:
        raise Wrong(say("This cell is empty: fill it in."))
    short = len(text) < 10  # noqa: PLR2004  # a longer one cannot even be read as a number
    if not (short and text.isascii() and text.isdecimal() and int(text) <= BEST):
        raise Wrong(say("Write a whole number from 0 to 100."))
    return int(text)


def _remark(text: str) -> str:
    return "\n".join(_remark_lines(text))


def _remark_lines(text: str) -> Iterator[str]:
    if len(text) > LONGEST:
        raise Wrong(say("This is too long: use at most {count} characters.", count=LONGEST))
    for each in text.splitlines():
        yield cells.line(each, LONGEST)
