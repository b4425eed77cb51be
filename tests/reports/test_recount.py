"""Every number in the workbook equals a recount in SQL that shares no code with it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from bot.gathering import gather
from bot.policy import periods
from bot.report import Edition, Wanted
from bot.store import Store
from bot.store.schema import EPOCH
from bot.words import Reader
from reports.build import Report, build
from tests.reports.company import NOW, company
from tests.reports.reading import table

OCTOBER = periods.parse("2026-10", "Asia/Shanghai")
READERS: dict[Edition, str] = {
    "hr": "hr-0",
    "head": "sales-0",
    "board": "board",
    "audit": "it-0",
    "mine": "sales-2",
}
COUNTED = "state NOT IN ('dropped', 'excused', 'passed') AND due >= :start AND due < :end"
ON_TIME = "state = 'done' AND closed <= due"


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def made(store: Store, edition: Edition, folder: Path, period: str = "2026-10") -> Report:
    wanted = Wanted(
        period=periods.parse(period, "Asia/Shanghai"),
        edition=edition,
        person=READERS[edition],
        reader=Reader("en", "Asia/Shanghai"),
    )
    with store.reading() as tx:
        material = gather(tx, wanted)
    folder.mkdir(exist_ok=True)
    return build(material, folder / f"{edition}.xlsx")


class Recount:
    """Asks the tables themselves."""

    def __init__(self, store: Store) -> None:
        self.conn = store.db.raw_connection()
        self.times = {
            "start": micros(OCTOBER.start),
            "end": micros(OCTOBER.end),
            "now": micros(NOW),
        }

    def one(self, what: str, where: str, **more: Any) -> Any:
        cursor = self.conn.cursor()
        cursor.execute(f"SELECT {what} FROM duties WHERE {where}", self.times | more)
        (found,) = cursor.fetchone() or (None,)
        return found

    def rate(self, part: str, whole: str, **more: Any) -> float:
        return float(self.one(f"1.0 * SUM({part}) / COUNT(*)", whole, **more))


@pytest.fixture(scope="module")
def store() -> Store:
    return company(900)


@pytest.fixture(scope="module")
def recount(store: Store) -> Recount:
    return Recount(store)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def hr(store: Store, folder: Path) -> Report:
    return made(store, "hr", folder)


@pytest.mark.thorough
def test_the_dashboard_equals_a_recount(hr: Report, recount: Recount) -> None:
    found = {row["No."]: row for row in table(hr.path, "Dashboard")}
    told = (
        "EXISTS (SELECT 1 FROM nudges n WHERE n.company = duties.company AND n.duty = duties.id "
        "AND n.sent = 1 AND n.person <> duties.owed_by AND NOT EXISTS (SELECT 1 FROM absences a "
        "WHERE a.person = duties.owed_by AND a.delegate = n.person AND a.start <= n.at "
        "AND n.at < a.end))"
    )
    kept = "state = 'done' AND closed <= promised_for AND repromised = ''"
    past = f"promised_for IS NOT NULL AND (promised_for < :now OR repromised <> '' OR {kept})"

    assert found["K1"]["Counted (n)"] == recount.one("COUNT(*)", COUNTED)
    assert found["K1"]["Value"] == pytest.approx(recount.rate("state = 'done'", COUNTED))
    assert found["K2"]["Value"] == pytest.approx(recount.rate(ON_TIME, COUNTED))
    assert found["K5"]["Value"] == pytest.approx(recount.rate(told, COUNTED))
    assert found["K6"]["Value"] == pytest.approx(recount.rate("promised_for IS NOT NULL", COUNTED))
    assert found["K7"]["Value"] == pytest.approx(recount.rate(kept, f"{COUNTED} AND {past}"))


@pytest.mark.thorough
def test_the_period_before_equals_a_recount(hr: Report, recount: Recount) -> None:
    before = periods.previous(OCTOBER)
    times = {"start": micros(before.start), "end": micros(before.end)}
    closes = micros(before.end + (NOW - OCTOBER.end))
    answers = f"state = 'done' AND closed <= {closes}"
    found = {row["No."]: row for row in table(hr.path, "Dashboard")}

    assert found["K1"]["Period before"] == pytest.approx(recount.rate(answers, COUNTED, **times))
    assert found["K2"]["Period before"] == pytest.approx(recount.rate(ON_TIME, COUNTED, **times))


def test_every_person_equals_a_recount(hr: Report, recount: Recount) -> None:
    people = table(hr.path, "Individuals")

    for row in people:
        mine = {"who": row["Id"]}
        where = f"{COUNTED} AND owed_by = :who"
        assert row["Duties"] == recount.one("COUNT(*)", where, **mine)
        assert row["On-time rate"] == pytest.approx(recount.rate(ON_TIME, where, **mine))
        nudges = "(SELECT COUNT(*) FROM nudges n WHERE n.duty = duties.id AND n.sent = 1)"
        assert row["Nudges"] == recount.one(f"SUM({nudges})", where, **mine)
    assert len(people) == 22
    unassigned = recount.one("COUNT(*)", f"{COUNTED} AND owed_by IS NULL")
    assert sum(row["Duties"] for row in people) + unassigned == recount.one("COUNT(*)", COUNTED)


@pytest.mark.thorough
def test_every_shown_department_equals_a_recount(hr: Report, recount: Recount) -> None:
    rows = {row["Department"]: row for row in table(hr.path, "Departments")}
    sales = f"{COUNTED} AND owed_by LIKE 'sales-%'"

    assert rows["Sales 销售部"]["Duties"] == recount.one("COUNT(*)", sales)
    assert rows["Sales 销售部"]["Response rate"] == pytest.approx(
        recount.rate("state = 'done'", sales)
    )
    assert rows["Legal 法务"]["People"] == 3
    assert {rows[name]["Duties"] for name in ("Legal 法务", "IT 信息部", "none")} == {"—"}
    assert rows["Total"]["Duties"] == recount.one("COUNT(*)", COUNTED)


@pytest.mark.thorough
def test_the_details_add_up_to_the_dashboard(hr: Report, recount: Recount) -> None:
    rows = table(hr.path, "Responses")
    counted = [row for row in rows if row["Result"][0] in "●▲■"]

    assert len(rows) == recount.one("COUNT(*)", "due >= :start AND due < :end")
    assert len(counted) == recount.one("COUNT(*)", COUNTED)
    assert sum(row["Result"] == "● on time" for row in counted) == recount.one(
        f"SUM({ON_TIME})", COUNTED
    )
    answered = [row["Working time"] for row in counted if row["Working time"] is not None]
    assert len(answered) == recount.one("SUM(state = 'done')", COUNTED)


@pytest.mark.thorough
def test_the_report_counts_its_own_rows(hr: Report) -> None:
    others = ("Cover", "Checks")  # one ends with the index, the other has formulas
    assert {sheet.name: sheet.rows for sheet in hr.sheets if sheet.name not in others} == {
        name: len(table(hr.path, name))
        for name in [sheet.name for sheet in hr.sheets if sheet.name not in others]
    }
    assert hr.rows == sum(sheet.rows for sheet in hr.sheets)
    assert {"Responses", "Individuals"} < {sheet.name for sheet in hr.sheets if sheet.rows}
    assert len(hr.digest) == 64


def test_a_running_period_counts_only_what_was_due(store: Store, folder: Path) -> None:
    report = made(store, "mine", folder, "2026-11")
    (k1, *_) = table(report.path, "Dashboard")

    assert k1["Value"] in ("—", "n<20") or isinstance(k1["Value"], float | int)


@pytest.mark.parametrize("period", ["2026-W41", "2026-Q3", "2026", "2020-01"])
def test_weeks_quarters_years_and_empty_periods_are_built(
    store: Store, folder: Path, period: str
) -> None:
    report = made(store, "board", folder, period)

    assert [sheet.name for sheet in report.sheets] == [
        "Cover", "Dashboard", "Departments", "Class and release", "Violations", "Supervision",
        "Reports of breaches", "Archive", "Security", "Clause coverage", "Data quality",
        "Definitions", "Changes", "Checks",
    ]  # fmt: skip


def cells(path: Path) -> dict[tuple[str, str], Any]:
    """Every value in the workbook, by where it stands."""
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_the_same_moment_twice_is_the_same_report_and_a_row_less_is_another(
    tmp_path: Path,
) -> None:
    """Whatever is in the report can be made again from what is behind it, and from nothing less."""
    small = company(60)
    first, again = (cells(made(small, "hr", tmp_path / name).path) for name in ("a", "b"))
    differs = [sheet for sheet, where in first if first[sheet, where] != again.get((sheet, where))]
    assert differs == ["Cover"]  # each report has a number of its own, and nothing else
    assert first.keys() == again.keys()

    with small.db.begin() as conn:
        counted = f"SELECT id FROM duties WHERE {COUNTED} LIMIT 1"
        times = {"start": micros(OCTOBER.start), "end": micros(OCTOBER.end)}
        gone = conn.execute(sa.text(f"DELETE FROM duties WHERE id IN ({counted})"), times)
    assert gone.rowcount == 1
    less = cells(made(small, "hr", tmp_path / "c").path)
    assert any(sheet != "Cover" and first[sheet, c] != less.get((sheet, c)) for sheet, c in first)
