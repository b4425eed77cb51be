"""The template is filled in by HR and read in again, in every language."""

from pathlib import Path

import openpyxl
import pytest

from bot.intake.columns import EXAMPLE, PEOPLE
from bot.intake.notes import Faults
from bot.intake.people import plan, read
from bot.intake.template import template
from bot.policy.people import Directory, Person
from bot.words import LANGUAGES
from tests.intake.tables import words

NOBODY = Directory()


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_every_column_of_the_template_is_understood(tongue: str, tmp_path: Path) -> None:
    template(tmp_path / "people.xlsx", tongue)

    table = read(tmp_path / "people.xlsx")

    assert list(table.headings) == [column.name for column in PEOPLE]
    assert table.extra == ()


def test_the_example_row_is_never_read_in(tmp_path: Path) -> None:
    template(tmp_path / "people.xlsx", "en")

    with pytest.raises(Faults) as refused:
        plan(read(tmp_path / "people.xlsx"), NOBODY)

    assert [words(each.what) for each in refused.value.found] == [
        "There is nobody in this file: write one person a row."
    ]


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_the_example_would_be_a_person_without_fault(tongue: str, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    template(file, tongue)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    for n in range(1, len(PEOPLE) + 1):
        sheet.cell(3, n).value = sheet.cell(2, n).value
    sheet["A3"], sheet["A4"], sheet["B4"] = "E002", "E001", "Grace"
    book.save(file)

    made = plan(read(file), NOBODY)

    lina, grace = made.added
    assert grace == Person(id="E001", name="Grace")
    assert (lina.name, lina.manager, lina.language) == ("Li Na 李娜", "E001", "zh_Hans")
    assert (len(made.links), len(made.spells), len(made.departments)) == (2, 3, 2)
    assert words(made.remarks[0]) == "Row 2 is the template's example and was left out."


def test_the_template_offers_choices_and_explains_itself(tmp_path: Path) -> None:
    template(tmp_path / "people.xlsx", "zh_Hans")
    book = openpyxl.load_workbook(tmp_path / "people.xlsx")

    form, notes = book.worksheets
    offers = {offer.formula1 for offer in form.data_validations.dataValidation}
    assert '"en,zh_Hans,zh_Hant"' in offers
    assert '"是,否"' in offers
    assert form["A1"].value == "工号\nid"
    assert form["A2"].value == EXAMPLE
    assert notes.max_row == len(PEOPLE) + 2


def test_no_cell_of_the_template_is_a_formula(tmp_path: Path) -> None:
    template(tmp_path / "people.xlsx", "en")

    for sheet in openpyxl.load_workbook(tmp_path / "people.xlsx").worksheets:
        assert "f" not in {cell.data_type for row in sheet for cell in row}
