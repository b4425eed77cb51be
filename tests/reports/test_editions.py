"""Each reader gets a file of their own, with what their role allows and nothing else in it."""

from pathlib import Path

import pytest

from bot.command import Refusal
from bot.gathering import gather
from bot.policy import periods
from bot.report import EDITIONS, Edition, Wanted, why_not
from bot.store import Store
from bot.words import Reader
from reports import SHEETS
from reports.build import build
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


def test_everybody_sees_their_own_rows_alone(store: Store, tmp_path: Path) -> None:
    file = made(store, "mine", tmp_path).path

    assert {row["Id"] for row in table(file, "Individuals")} == {"sales-2"}
    assert {row["Owed by, id"] for row in table(file, "Responses")} == {"sales-2"}
    assert {row["Requested by, id"] for row in table(file, "Approvals")} <= {"sales-2"}


def test_the_board_sees_nobody(store: Store, tmp_path: Path) -> None:
    words = everything(made(store, "board", tmp_path).path)

    assert not [each for each in (*OTHERS, *NAMES) if each in words]


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
