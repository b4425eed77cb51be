"""Tables come as people's programs write them; what cannot be read is explained."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.intake import tables
from bot.intake.columns import PEOPLE
from bot.intake.notes import Faults
from bot.intake.people import plan
from bot.intake.tables import Row, Table, Unreadable, read
from bot.policy.people import Directory
from tests.intake.tables import words, write_csv, write_xlsx

PLAIN = (("id", "name", "department"), ("E1", "Ann", "Sales"), ("E2", "陈伟", ""))


def rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(row.cells)) for row in read(file, PEOPLE).rows]


def why_not(content: bytes, folder: Path) -> str:
    (folder / "people").write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        read(folder / "people", PEOPLE)
    return words(refused.value.what)


def test_xlsx_and_csv_read_the_same(tmp_path: Path) -> None:
    by_excel = read(write_xlsx(tmp_path / "a.xlsx", PLAIN), PEOPLE)
    by_text = read(write_csv(tmp_path / "a.csv", PLAIN), PEOPLE)

    assert by_excel.rows == by_text.rows
    assert by_excel.headings == by_text.headings
    assert by_excel.rows[1] == Row(3, {"id": "E2", "name": "陈伟", "department": ""})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5hkscs"])
def test_every_encoding_excel_saves_is_read(encoding: str, tmp_path: Path) -> None:
    table = [("工號", "姓名"), ("E2", "黃雅婷")]

    assert rows(write_csv(tmp_path / "a", table, encoding))[0][1]["name"] == "黃雅婷"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_every_delimiter_is_recognised(mark: str, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("\n".join(mark.join(row) for row in PLAIN), encoding="utf-8")

    assert rows(file)[0] == (2, {"id": "E1", "name": "Ann", "department": "Sales"})


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Employee Number*", "id"),
        ("工号", "id"),
        ("員工編號", "id"),
        ("工号\nid", "id"),
        ("E-Mail", "email"),
        ("Head of", "head_of"),
        ("部门 / department", "department"),
        ("ＤＥＰＴ", "department"),
        ("直屬主管", "manager"),
    ],
)
def test_a_heading_is_known_by_its_names(heading: str, column: str) -> None:
    known = {name: each.name for each in PEOPLE for name in each.names}

    assert tables._meant(heading, known) == column


def test_no_name_is_given_to_two_columns() -> None:
    names = [name for column in PEOPLE for name in column.names]

    assert len(names) == len(set(names))


def test_columns_may_stand_in_any_order_and_unknown_ones_are_told(tmp_path: Path) -> None:
    lines = [("Shoe size", "Name", "ID"), ("38", "Ann", "E1")]
    table = read(write_csv(tmp_path / "a.csv", lines), PEOPLE)

    assert table.extra == ("Shoe size",)
    assert table.rows == (Row(2, {"name": "Ann", "id": "E1"}),)


def test_a_title_above_and_empty_rows_between_keep_the_row_numbers(tmp_path: Path) -> None:
    lines = [("Staff of 2026",), (), ("id", "name"), (), ("E1", "Ann")]

    assert rows(write_csv(tmp_path / "a.csv", lines))[0][0] == 5
    assert rows(write_xlsx(tmp_path / "a.xlsx", lines))[0][0] == 5


def test_excel_values_become_text_as_they_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    moment = datetime(2026, 10, 1, 13, 30, tzinfo=UTC).replace(tzinfo=None)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["id", "name", "away", "remote", "partner", "manager"])
    sheet.append([12.0, "Ann", date(2026, 10, 1), moment, True, 1.5])
    sheet.append([12, "Bob"])
    sheet["A3"].number_format = "0000"
    book.save(file)

    first, second = rows(file)

    assert list(first[1].values()) == [
        "12",
        "Ann",
        "2026-10-01",
        "2026-10-01T13:30",
        "TRUE",
        "1.5",
    ]
    assert second[1]["id"] == "0012"


def test_the_sheet_with_the_headings_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Read me first"])
    for row in PLAIN:
        book.create_sheet("People") if len(book.worksheets) == 1 else None
        book.worksheets[1].append(list(row))
    book.save(tmp_path / "a.xlsx")

    assert [number for number, _ in rows(tmp_path / "a.xlsx")] == [2, 3]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "none.csv", PEOPLE)

    assert words(refused.value.what).endswith(
        "none.csv cannot be opened: No such file or directory."
    )


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", "No row of headings was found."),
        (b"\x00\xff\xfe\x81", "This is neither .xlsx nor text in UTF-8 or GB18030."),
        (b"\xd0\xcf\x11\xe0" + bytes(50), "This is an old Excel file, or one with a password."),
        (b"PK\x03\x04 and then nothing", "This workbook is damaged."),
        (b"name,shoe\nAnn,38", "No row of headings was found."),
        (b"name,email\nAnn,a@b", "A column is missing. Name it one of id, 工号, 工號"),
        (b"id,name,ID\n1,Ann,2", "The columns id and ID mean the same: keep one."),
        (b'id,name\n1,"Ann', "The text breaks off near line 2"),
    ],
)
def test_what_cannot_be_read_is_explained(content: bytes, answer: str, tmp_path: Path) -> None:
    assert why_not(content, tmp_path).startswith(answer)


def test_limits_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    many = b"id,name\n" + b"1,Ann\n" * 4
    assert why_not(many, tmp_path) == "The file has more than 3 rows. Split it."

    monkeypatch.setattr(tables, "SIZE", 2**20)
    assert why_not(b" " * (2**20 + 1), tmp_path).startswith("The file is larger than 1 MB.")


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "UNPACKED", 2**20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", bytes(2**21))

    assert why_not(packed.getvalue(), tmp_path).startswith("Unpacked, this workbook is larger")


def test_a_sheet_that_lies_about_its_size_is_read_all_the_same(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", PLAIN)
    lying = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(lying, "w") as new:
        for part in old.infolist():
            body = old.read(part).replace(b'<dimension ref="A1:C3"', b'<dimension ref="A1:XFD9"')
            new.writestr(part, body)
    file.write_bytes(lying.getvalue())

    assert len(rows(file)) == 2


def test_entities_that_swell_are_refused(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", PLAIN)
    swollen = io.BytesIO()
    layers = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{layers}]>'.encode()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(swollen, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                body = bomb + body.replace(b"<sheetData>", b"<sheetData>&a8;")
            new.writestr(part, body)

    assert why_not(swollen.getvalue(), tmp_path).startswith("This workbook is damaged.")


def answered(file: Path) -> None:
    """A table, or a sentence; any other exception fails the test."""
    try:
        read(file, PEOPLE)
    except Unreadable as refused:
        words(refused.what)


NOTHING_ELSE = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@NOTHING_ELSE
@given(content=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_unreadable(content: bytes, tmp_path: Path) -> None:
    for start in (b"", b"id,name\n", b"PK\x03\x04", "工号;姓名\n".encode("gb18030")):
        (tmp_path / "a").write_bytes(start + content)
        answered(tmp_path / "a")


@settings(NOTHING_ELSE, max_examples=60)
@given(where=st.floats(0, 1), put=st.binary(min_size=1, max_size=40))
def test_no_damaged_workbook_raises_anything_but_unreadable(
    where: float, put: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "a.xlsx"
    whole = file.read_bytes() if file.exists() else write_xlsx(file, PLAIN).read_bytes()
    at = int(where * len(whole))
    (tmp_path / "b.xlsx").write_bytes(whole[:at] + put + whole[at + len(put) :])
    answered(tmp_path / "b.xlsx")


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["E1", "E2", "ann", "A/B", "hr;it", "slack:T:U", "2026-10-01..2026-10-02 x", "9999-99-99"]
    ),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?(\.\.[0-9-]+)?", fullmatch=True),
)


@pytest.mark.thorough
@settings(NOTHING_ELSE, max_examples=60)
@given(table=st.lists(st.lists(CELLS, min_size=len(PEOPLE), max_size=len(PEOPLE)), max_size=4))
def test_no_cells_raise_anything_but_faults(table: list[list[str]]) -> None:
    names = [column.name for column in PEOPLE]
    lines = [Row(n, dict(zip(names, each, strict=True))) for n, each in enumerate(table, 2)]
    try:
        plan(Table({name: name for name in names}, tuple(lines)), Directory())
    except Faults as error:
        for fault in error.found:
            words(fault.what)
