"""The assessment in the workbook, and its checks: computed by a program that is not ours. 5.2.1."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from bot.gathering import gather
from bot.policy import periods
from bot.policy.assessment import Measured
from bot.report import Area, Column, Edition, Formula, Layout, Material, Table, Wanted
from bot.store import Store
from bot.words import Reader, Say, say
from reports import assessment, checks
from reports.build import build
from reports.proof import Broken
from reports.sheets import SHEETS
from tests.needs import need
from tests.reports.company import NOW, company
from tests.reports.rated import LABEL, rate
from tests.reports.test_workbook import book

HOSTILE = '=HYPERLINK("http://evil.example","x")'
READERS = {"hr": "hr-0", "head": "sales-0", "audit": "it-0", "mine": "sales-1", "board": "board"}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """October is rated and shown, but for who leads law: she is not rated yet."""
    made = company(400)
    with made.transaction() as tx:
        people = tx.people.snapshot().directory.people
        tx.people.save([replace(people["sales-1"], name=HOSTILE)])
    rate(made)
    yield made
    made.db.dispose()


def material(store: Store, edition: Edition, language: str = "en") -> Material:
    period = periods.parse(LABEL, "Asia/Shanghai")
    reader = Reader(language, "Asia/Shanghai")
    wanted = Wanted(period=period, edition=edition, person=READERS[edition], reader=reader)
    with store.reading() as tx:
        return gather(tx, wanted)


def sheet(path: Path, name: str, header: int = 4) -> list[dict[str, Any]]:
    """The rows of the long table, by the first line of each header."""
    page = load_workbook(path)[name]
    rows = list(page.iter_rows(min_row=header, values_only=True))
    names = [str(cell).split("\n")[0] for cell in rows[0]]
    end = next((n for n, row in enumerate(rows) if row[0] is None), len(rows))
    return [dict(zip(names, row, strict=True)) for row in rows[1:end]]


def computed(file: Path, folder: Path) -> CalamineWorkbook:
    """As LibreOffice computes it."""
    office, profile = need("libreoffice"), (folder / "profile").as_uri()
    out = folder / "computed"
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx"]
    done = [*command, "--outdir", str(out), str(file)]
    subprocess.run(done, check=True, capture_output=True, timeout=300)
    return CalamineWorkbook.from_path(out / file.name)


def rows_of(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    """Below the header."""
    return list(book.get_sheet_by_name(name).to_python(skip_empty_area=False))[4:]


def verdicts(book: CalamineWorkbook) -> dict[tuple[str, str], Any]:
    return {(row[0], row[1]): row[4] for row in rows_of(book, "Checks") if row[4] != ""}


@pytest.mark.thorough
@pytest.mark.slow
def test_libreoffice_finds_every_check_true_and_a_planted_total_false(
    store: Store, tmp_path: Path
) -> None:
    made = material(store, "hr")
    fine = build(made, tmp_path / "fine.xlsx").path
    assert made.assessment is not None
    known = made.assessment.standings
    at = next(n for n, each in enumerate(known) if each.score and each.score.total is not None)
    score = known[at].score
    assert score is not None
    wrong = replace(known[at], score=replace(score, total=(score.total or 0) + 1))
    planted = replace(made.assessment, standings=(*known[:at], wrong, *known[at + 1 :]))
    bad = build(replace(made, assessment=planted), tmp_path / "bad.xlsx").path

    book = computed(fine, tmp_path)
    found = verdicts(book)
    assert len(found) > 15
    assert {name: value for name, value in found.items() if value != 1} == {}
    for row in rows_of(book, "Assessment")[: len(known)]:
        assert row[assessment.LIVE] == pytest.approx(row[assessment.STORED])

    planted_ones = verdicts(computed(bad, tmp_path))
    assert planted_ones["Everything agrees", ""] == 0
    assert planted_ones["Totals against the stored, differences squared", "Assessment"] == 0
    assert planted_ones["Rows", "Assessment"] == 1


@pytest.mark.thorough
def test_each_edition_has_whom_its_reader_may_read(store: Store, tmp_path: Path) -> None:
    found: dict[str, set[str]] = {}
    for edition in ("hr", "head", "mine", "audit"):
        path = build(material(store, edition), tmp_path / f"{edition}.xlsx").path
        found[edition] = {row["Id"] for row in sheet(path, "Assessment")}
    board = build(material(store, "board"), tmp_path / "board.xlsx").path

    assert "Assessment" not in load_workbook(board, read_only=True).sheetnames
    assert material(store, "board").assessment is None
    assert found["mine"] == {"sales-1"}
    assert found["head"] == {f"sales-{n}" for n in range(7)}
    assert {"hr-0", "law-1", "board"} <= found["hr"]
    assert "guest" not in found["hr"]
    assert all(each.startswith("P-") for each in found["audit"])


@pytest.mark.thorough
def test_who_may_still_contest_it_has_no_figure_there(store: Store, tmp_path: Path) -> None:
    path = build(material(store, "hr"), tmp_path / "hr.xlsx").path
    rows = {row["Id"]: row for row in sheet(path, "Assessment")}

    assert rows["law-0"]["State"] == "being rated"
    assert rows["law-0"]["Total, stored"] is rows["law-0"]["Timeliness"] is None
    assert rows["sales-3"]["State"] == "shown"
    assert rows["sales-3"]["Total, stored"] is None
    assert rows["sales-1"]["Contested"] == "yes"
    assert rows["sales-1"]["Total, stored"] is not None
    assert rows["sales-2"]["HR's decision"] == "B"
    assert rows["sales-3"]["HR's decision"] is None
    assert rows["sales-1"]["Name"] == HOSTILE


def test_only_code_writes_formulas_and_names_stay_text(store: Store, tmp_path: Path) -> None:
    path = build(material(store, "hr"), tmp_path / "hr.xlsx").path
    book = load_workbook(path)
    live = {
        (page.title, cell.value)
        for page in book
        for row in page
        for cell in row
        if cell.data_type == "f"
    }

    assert {title for title, _ in live} == {"Assessment", "Checks"}
    assert not any("HYPERLINK" in str(text) for _, text in live)
    assert set(book.defined_names) == set(assessment.WEIGHTS.values())
    assert book["Assessment"]["E3"].value == 30
    assert [each.formula1 for each in book["Assessment"].data_validations.dataValidation] == [
        '"A,B,C,D"'
    ]
    folder = Path(__file__).parents[2] / "reports"
    makers = {
        each.stem for each in folder.glob("*.py") if re.search(r"live=True", each.read_text())
    }
    assert makers == {"assessment", "checks"}


def test_a_formula_anywhere_else_is_refused() -> None:
    made = book()
    table = Table(columns=(Column(header=say("a")),), rows=((Formula("1+1"),),))

    with pytest.raises(Broken, match="a formula where none may stand"):
        made.add(say("One"), Layout(title=say("One"), shows=say("Rows"), tables=(table,)))


@pytest.mark.parametrize("text", ["A1\n+1", "‘x’", 'CMD|"x"', "A1;B1", "[1]x!A1"])
def test_what_is_no_formula_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no formula of ours"):
        Formula(text)


def test_a_sheet_that_goes_on_is_added_up(tmp_path: Path) -> None:
    made, one = book(limit=6), say("One")
    before = Table(columns=(Column(header=one),), rows=(("x",),))
    made.add(say("Before"), Layout(title=one, shows=one, tables=(before,)))
    columns = (Column(header=say("a"), kind="whole"),)
    rows = tuple((number,) for number in range(5))
    made.add(one, Layout(title=one, shows=one, tables=(Table(columns=columns, rows=rows),)))
    total = ((Formula("SUM({0})", 10, (Area(one, 0),)),),)
    layout = Layout(title=one, shows=one, tables=(Table(columns=columns, rows=total),), live=True)
    made.add(say("Two"), layout)
    made.save(tmp_path / "one.xlsx")

    text = load_workbook(tmp_path / "one.xlsx")["Two"]["A5"].value
    assert text == "=SUM('One'!$A$5:$A$6)+SUM('One (2)'!$A$5:$A$6)+SUM('One (3)'!$A$5:$A$5)"


def test_what_a_formula_adds_up_must_be_in_the_book() -> None:
    made, two = book(), say("Two")
    total = ((Formula("SUM({0})", 10, (Area(say("One"), 0),)),),)
    table = Table(columns=(Column(header=say("a"), kind="whole"),), rows=total)

    with pytest.raises(Broken, match="there is no sheet One"):
        made.add(two, Layout(title=two, shows=two, tables=(table,), live=True))


def test_what_was_recommended_stands_beside_what_a_person_decided(store: Store) -> None:
    known = material(store, "hr")
    assert known.assessment is not None
    rise, ease = (
        Measured(person="sales-1", number=n, at=NOW, advised=advised, taken=taken, by=by)
        for n, advised, taken, by in ((7, "commendation", "", None), (8, "warning", "talk", "hr-0"))
    )
    layout = assessment.build(
        replace(known, assessment=replace(known.assessment, measured=(rise, ease)))
    )

    table = layout.tables[1]
    assert [row[0] for row in table.rows] == ["sales-1"] * 2
    assert [tuple(map(words, row[2:])) for row in table.rows] == [
        ("#7", NOW, "commendation", None, ""),
        ("#8", NOW, "a warning", "a talk about it", known.name("hr-0")),
    ]
    assert len(assessment.build(known).tables) == 1  # nothing was upheld


def words(value: Any) -> Any:
    return value.sentence if isinstance(value, Say) else value


def test_without_an_assessment_the_sheet_says_how_to_open_one() -> None:
    empty = company(30)
    made = material(empty, "hr")
    layout = assessment.build(made)

    assert made.assessment is None
    assert list(layout.tables[0].rows) == []
    assert "opens one" in layout.notes[0].sentence
    assert checks.SHEET in SHEETS
    empty.db.dispose()
