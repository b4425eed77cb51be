"""Each reader gets a file of their own, with what their role allows and nothing else in it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.command import Refusal
from bot.gathering import gather
from bot.handlers import findings
from bot.handlers.findings import Suspected
from bot.policy import periods
from bot.policy.duties import Duty
from bot.policy.people import Department
from bot.report import EDITIONS, Edition, Wanted, why_not
from bot.store import Store
from bot.words import Reader
from reports.build import build
from reports.sheets import SHEETS
from tests.reports.company import NAMES, SECRET, UNITS, company
from tests.reports.reading import everything, table
from tests.reports.test_recount import READERS, made

OTHERS = [f"{unit}-{number}" for unit, _, size in UNITS for number in range(size)]


@pytest.fixture(scope="module")
def store() -> Store:
    return company(600, seed=2)


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_words_of_people_are_in_any_edition(
    store: Store, tmp_path: Path, edition: Edition
) -> None:
    words = everything(made(store, edition, tmp_path).path)

    assert SECRET not in words


def test_a_head_sees_nobody_elses_people(store: Store, tmp_path: Path) -> None:
    file = made(store, "head", tmp_path).path

    assert {row["Department"] for row in table(file, "Individuals")} == {"Sales 销售部"}
    assert {row["Owed by, id"][:5] for row in table(file, "Responses")} == {"sales"}
    assert {row["Requested by, id"][:5] for row in table(file, "Approvals")} == {"sales"}


@pytest.mark.thorough
def test_everybody_sees_their_own_rows_alone(store: Store, tmp_path: Path) -> None:
    file = made(store, "mine", tmp_path).path

    assert {row["Id"] for row in table(file, "Individuals")} == {"sales-2"}
    assert {row["Owed by, id"] for row in table(file, "Responses")} == {"sales-2"}
    assert {row["Requested by, id"] for row in table(file, "Approvals")} <= {"sales-2"}


def test_the_board_sees_nobody(store: Store, tmp_path: Path) -> None:
    words = everything(made(store, "board", tmp_path).path)

    assert not [each for each in (*OTHERS, *NAMES) if each in words]


@pytest.mark.thorough
def test_auditors_read_pseudonyms_that_differ_in_every_report(store: Store, tmp_path: Path) -> None:
    first = made(store, "audit", tmp_path).path
    words, ids = everything(first), {row["Id"] for row in table(first, "Individuals")}
    second = made(store, "audit", tmp_path).path

    others = {*OTHERS, *NAMES} - {"Tom Ade"}  # the auditor, whose copy it is
    assert not [each for each in others if each in words]
    assert "Tom Ade" not in {row["Owed by"] for row in table(first, "Responses")}
    assert all(each.startswith("P-") for each in ids)
    assert len(ids) == 22
    assert not ids & {row["Id"] for row in table(second, "Individuals")}


@pytest.mark.parametrize("edition", ["hr", "head", "board", "audit"])
def test_who_has_not_the_role_is_refused(store: Store, edition: Edition) -> None:
    period = periods.parse("2026-10", "Asia/Shanghai")
    wanted = Wanted(period=period, edition=edition, person="sales-2", reader=Reader())

    with store.reading() as tx, pytest.raises(Refusal):
        gather(tx, wanted)


def test_who_has_the_role_is_not_refused(store: Store) -> None:
    with store.reading() as tx:
        directory = tx.people.snapshot().directory

    for edition, person in READERS.items():
        assert why_not(edition, directory.people[person], directory) is None


def test_every_file_in_reports_that_makes_a_sheet_is_listed() -> None:
    folder = Path(__file__).parents[2] / "reports"
    files = {each.stem for each in folder.glob("*.py") if "\nSHEET = " in each.read_text("utf-8")}

    assert files == {sheet.build.__module__.split(".")[1] for sheet in SHEETS}
    assert all(sheet.who <= set(EDITIONS) and sheet.who for sheet in SHEETS)


def test_a_report_in_chinese_has_both_languages_in_its_headers(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.words.language import _zh_hans  # noqa: PLC0415

    monkeypatch.setitem(_zh_hans().sentences, "Key figure", "指标")
    wanted = Wanted(
        period=periods.parse("2026-10", "Asia/Shanghai"),
        edition="board",
        person="board",
        reader=Reader("zh_Hans", "Asia/Shanghai"),
    )
    with store.reading() as tx:
        material = gather(tx, wanted)

    words = everything(build(material, tmp_path / "zh.xlsx").path)
    assert "指标\\nKey figure" in words


def test_a_head_reads_nothing_of_who_leads_them_nor_of_a_finding_about_themselves() -> None:
    small = company(0)
    start = periods.parse("2026-10", "Asia/Shanghai").start
    with small.transaction() as tx:
        tx.people.save_departments([Department(id="east", name="East", head="sales-1")])
        people = tx.people.snapshot().directory.people
        for person in ("sales-0", "sales-1", "sales-2"):  # sales-0 leads the others
            tx.people.save([replace(people[person], department="east")])
        looks = Suspected(rule="house.rule", clause="4.2.1", person=people["sales-1"])
        about = findings.open_(tx, looks)
        for owner, subject in (
            ("sales-0", ""),
            ("sales-2", ""),
            ("sales-2", f"finding/{about.id}"),
        ):
            tx.duties.add(
                Duty(
                    id="", number=0, kind="review", owed_by=owner, owed_to=None, about=None,
                    subject=subject, clause="4.2.1", rule="house.rule", level="normal", policy=1,
                    calendar="office", start=start, due=start, first_due=start,
                )
            )  # fmt: skip
    wanted = Wanted(
        period=periods.parse("2026-10", "Asia/Shanghai"),
        edition="head",
        person="sales-1",
        reader=Reader(),
    )
    with small.reading() as tx:
        found = gather(tx, wanted)

    assert [(each.owed_by, each.subject) for each in found.duties] == [("sales-2", "")]
    assert {each.id for each in found.staff} == {"sales-1", "sales-2"}
