"""The writer of cells against hostile text, long tables and its own failures."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.report import Chart, Column, Kind, Layout, Row, Shown, Table
from bot.words import Reader, say
from reports import proof, text
from reports.proof import Broken
from reports.workbook import Book, Imprint
from tests.reports import fitting
from tests.reports.reading import by_calamine, by_openpyxl

NOON = datetime(2026, 10, 13, 4, 0, tzinfo=UTC)
HOSTILE = (
    '=HYPERLINK("http://evil.example","click")', "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1",
    "'=1", "#N/A", "#REF!", "TRUE", "1e5", "007", "110101199003074518", "2026-10-13",
    "bell \x07 tab \x0b", "null \x00", "lone \ud83d half", "\udc00", "\ufffe\uffff", "_x000D_",
    "_x005F_x000D_", "_x0041_", "a\rb", "a\r\nb", "two\nlines", "\t", " ", "\n", " edges ",
    "\u202egnp.exe", "مرحبا بالعالم", "שלום", "<b>&amp;</b>", "]]>", "中文，标点", "e\u0301",
    "\x7f\x85", "😀" * 40_000, "x" * 32_767, "_x000D_" * 6_000, "", "&P &N", "{curly} %s",
)  # fmt: skip


def book(limit: int = 1_048_576, language: str = "en") -> Book:
    imprint = Imprint(
        title=say("Report"),
        about=say("about {moment}", moment=NOON),
        report="r&1",
        made_at=NOON,
        reader=Reader(language, "Asia/Shanghai"),
        other=Reader("zh_Hans", "Asia/Shanghai"),
    )
    return Book(imprint, limit)


def layout(columns: tuple[Column, ...], *rows: Row) -> Layout:
    table = Table(columns=columns, rows=iter(rows))
    return Layout(title=say("Sheet"), shows=say("Rows"), tables=(table,))


def column(name: str, kind: Kind = "text", **more: Any) -> Column:
    return Column(header=say(name), kind=kind, **more)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every hostile text in every column, of each kind."""
    kinds: tuple[Kind, ...] = ("text", "percent", "moment", "span")
    columns = tuple(column(f"{kind} {number}", kind) for number, kind in enumerate(kinds))
    wrapped = (*columns, column("wrapped", wrap=True))
    out = tmp_path_factory.mktemp("hostile") / "hostile.xlsx"
    made = book()
    made.add(say("Hostile"), layout(wrapped, *((words,) * 5 for words in HOSTILE)))
    made.save(out)
    return out


def rows(read: list[list[Any]]) -> list[list[Any]]:
    """Those of the table, without its header and the notes below it."""
    return read[1 : 1 + len(HOSTILE)]


@pytest.mark.thorough
def test_hostile_text_is_read_back_as_it_is_to_be_seen(hostile: Path) -> None:
    wanted = [text.visible(words) for words in HOSTILE]

    ours, theirs = rows(by_openpyxl(hostile, "Hostile")), rows(by_calamine(hostile, "Hostile"))

    for words, mine, other in zip(wanted, ours, theirs, strict=True):
        assert [value or "" for value in mine] == other
        assert len(set(other)) == 1
        if text.units(words) < text.LONGEST // 2:
            assert other[0] == words


def test_long_text_is_cut_with_a_mark_and_only_then(hostile: Path) -> None:
    written = by_calamine(hostile, "Hostile")
    read = {words[:7]: row[0] for words, row in zip(HOSTILE, rows(written), strict=True)}

    assert read["x" * 7] == "x" * 32_767
    assert read["😀" * 7].endswith(" characters)")
    assert read["_x000D_"].endswith(" characters)")
    assert written[-1][0].startswith("Texts longer than a cell can hold: 10.")


def test_text_stays_text_when_it_is_edited(hostile: Path) -> None:
    sheet = load_workbook(hostile)["Hostile"]

    assert all(cell.quotePrefix for cell in sheet["A"][4 : 4 + len(HOSTILE)])
    assert all(cell.hyperlink is None for cell in sheet["A"])


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("whole", 10**15 - 1, 10**15 - 1),
        ("whole", 110101199003074518, "110101199003074518"),
        ("whole", -(10**16), "-10000000000000000"),
        ("decimal", 0.25, 0.25),
        ("moment", NOON, datetime(2026, 10, 13, 12)),  # noqa: DTZ001
        ("moment", datetime(1890, 1, 1, tzinfo=UTC), "1890-01-01 08:05:43"),
        ("moment", datetime.max.replace(tzinfo=UTC), "9999-12-31 23:59:59.999999+00:00"),
        ("text", NOON, datetime(2026, 10, 13, 12)),  # noqa: DTZ001
        ("whole", True, True),
        ("text", date(2026, 10, 13), "2026-10-13"),
        ("span", timedelta(hours=30), timedelta(hours=30)),
        ("span", timedelta(hours=-1), "-1 day, 23:00:00"),
        ("percent", None, None),
        ("percent", Shown(say("n<{count}", count=20), tone="grey"), "n<20"),
    ],
)
def test_values_are_read_back_as_they_were(
    tmp_path: Path, kind: Kind, value: Any, read: Any
) -> None:
    made = book()
    made.add(say("One"), layout((column("a"), column("b", kind)), ("x", value)))
    made.save(tmp_path / "one.xlsx")

    assert by_openpyxl(tmp_path / "one.xlsx", "One")[1][1] == read


def test_a_time_without_a_zone_is_refused() -> None:
    made = book()

    with pytest.raises(Broken):
        made.add(say("One"), layout((column("a"),), (datetime(2026, 1, 1),)))  # noqa: DTZ001


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    made = book()

    with pytest.raises(Broken, match=r"One: row 5: .*a number that is none"):
        made.add(say("One"), layout((column("a", "decimal"),), (number,)))


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    made = book()

    with pytest.raises(Broken, match="One: row 5: 1 values for 2 columns"):
        made.add(say("One"), layout((column("a"), column("b")), ("x",)))


def test_a_row_of_a_short_table_is_held_against_its_columns_too() -> None:
    made, first = book(), layout((column("a"),), ("x",))
    short = Table(columns=(column("a"), column("b")), rows=(("x",),), title=say("Short"))

    with pytest.raises(Broken, match="1 values for 2 columns"):
        made.add(say("One"), replace(first, tables=(*first.tables, short)))


def test_what_cannot_be_written_is_fatal(tmp_path: Path) -> None:
    made = book()
    made.add(say("One"), layout((column("a"),), ("x",)))

    with pytest.raises(Broken, match="row 6 of One"):
        made.pages[0].put([object()])  # type: ignore[list-item]
    with pytest.raises(Broken, match="could not be written"):
        made.save(tmp_path / "one.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_long_table_goes_on_on_the_next_sheet(tmp_path: Path) -> None:
    out, rows = tmp_path / "long.xlsx", [(f"row {number}", number) for number in range(25)]
    columns = (column("a"), column("b", "whole", bar=True))
    made = book(limit=14)
    made.add(say("Long"), layout(columns, *rows))
    made.add(say("long"), layout(columns, ("other", 1)))
    written = made.save(out)

    assert [(each.name, each.rows) for each in written] == [
        ("Long", 10),
        ("Long (2)", 10),
        ("Long (3)", 5),
        ("long (4)", 1),
    ]
    parts = [by_openpyxl(out, name) for name in ("Long", "Long (2)", "Long (3)")]
    assert [tuple(row) for part in parts for row in part[1:]] == rows
    assert {tuple(part[0]) for part in parts} == {("a", "b")}


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    made = book()
    made.add(say("One"), layout((column("a"), column("A"), column("a")), ("x", "y", "z")))
    made.save(tmp_path / "one.xlsx")

    assert by_calamine(tmp_path / "one.xlsx", "One")[0] == ["a", "A 2", "a 3"]


def test_an_empty_table_says_so(tmp_path: Path) -> None:
    made = book()
    made.add(say("One"), layout((column("a"),)))
    made.save(tmp_path / "one.xlsx")

    assert by_calamine(tmp_path / "one.xlsx", "One")[1:] == [["Nothing in this period."]]


@pytest.mark.parametrize(("columns", "paper"), [(4, 9), (9, 8)])
def test_what_could_not_be_read_on_a4_prints_on_a3(
    tmp_path: Path, columns: int, paper: int
) -> None:
    made = book()
    wide = tuple(column(f"c{number}", width=30) for number in range(columns))
    made.add(say("One"), layout(wide, ("x",) * columns))
    made.save(tmp_path / "one.xlsx")

    assert load_workbook(tmp_path / "one.xlsx")["One"].page_setup.paperSize == paper


def test_every_sheet_prints_in_its_width_with_its_header_and_number(hostile: Path) -> None:
    loaded = load_workbook(hostile)
    sheet: Any = loaded["Hostile"]

    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "A5"
    assert sheet.oddFooter.right.text == "&P / &N"
    (table,) = sheet.tables.values()
    assert table.ref == f"A4:E{4 + len(HOSTILE)}"
    assert table.autoFilter.ref == table.ref
    assert loaded.properties.title == "Report"
    assert loaded.properties.identifier == "r&1"


def test_a_sheet_that_lost_rows_is_never_handed_out(tmp_path: Path) -> None:
    made = book()
    made.add(say("One"), layout((column("a"),), ("x",), ("y",)))
    made.pages[0].data += 1

    with pytest.raises(Broken, match="has 6 rows, 7 were written"):
        made.save(tmp_path / "one.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_disk_leaves_the_older_report_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "one.xlsx"
    out.write_bytes(b"older")
    made = book()
    made.add(say("One"), layout((column("a"),), ("x",)))

    def full(file: Path) -> None:
        raise OSError(f"no space left for {file}")

    monkeypatch.setattr(made.book, "save", full)
    with pytest.raises(OSError, match="no space"):
        made.save(out)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [
        ("one.xlsx", b"older")
    ]


def _files(tmp_path: Path, sheet: bytes | None) -> Iterator[Path]:
    file = tmp_path / "made.zip"
    with zipfile.ZipFile(file, "w") as parts:
        if sheet is not None:
            parts.writestr("xl/worksheets/sheet1.xml", sheet)
    yield file


@pytest.mark.parametrize("sheet", [None, b"<sheet><row >", b'<sheet><row r="1"/>', b""])
def test_a_broken_sheet_is_found(tmp_path: Path, sheet: bytes | None) -> None:
    (file,) = _files(tmp_path, sheet)

    with pytest.raises(Broken):
        proof.prove(file, [("One", 1)])


def test_rows_are_counted_across_the_pieces_of_a_long_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(50))
    (file,) = _files(tmp_path, b"<sheet>" + rows + b"</sheet>")
    for piece in range(2, 40):
        monkeypatch.setattr(proof, "PIECE", piece)
        proof.prove(file, [("One", 50)])


@pytest.mark.parametrize("lost", [b"", b"</row>"])
def test_of_a_very_long_sheet_the_ends_are_read_and_the_rows_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: bytes
) -> None:
    rows = [b'<row r="%d"><c/></row>' % number for number in range(500)]
    rows[300] = rows[300].replace(lost, b"") if lost else rows[300]
    (file,) = _files(tmp_path, b"<sheet>" + b"".join(rows) + b"</sheet>")
    for piece in (40, 64, 100, 333):
        monkeypatch.setattr(proof, "PIECE", piece)
        monkeypatch.setattr(proof, "WHOLE", 3 * piece)
        if not lost:
            proof.prove(file, [("One", 500)])
            continue
        with pytest.raises(Broken, match="500 rows begin and 499 end"):
            proof.prove(file, [("One", 500)])


def test_a_very_long_sheet_that_is_cut_off_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "PIECE", 40)
    monkeypatch.setattr(proof, "WHOLE", 120)
    (file,) = _files(tmp_path, b"<sheet>" + b'<row r="1"><c/></row>' * 90)

    with pytest.raises(Broken, match="is damaged"):
        proof.prove(file, [("One", 90)])


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    (file,) = _files(tmp_path, b"<sheet>" + b"x" * 100 + b"</sheet>")
    body = bytearray(file.read_bytes())
    body[60] ^= 1
    file.write_bytes(body)

    with pytest.raises(Broken, match="damaged"):
        proof.prove(file, [("One", 0)])


NUMBERS = (column("name"), column("count", "whole"), column("share", "percent"))


def charted(rows: int, *series: int) -> Layout:
    """A table so long, and a chart of another."""
    return Layout(
        title=say("T"),
        shows=say("T"),
        tables=(
            Table(columns=NUMBERS, rows=[(f"row {n}", n, 0.5) for n in range(rows)]),
            Table(columns=NUMBERS, rows=[("a", 7, 0.25), ("b", 8, 0.75)], title=say("Drawn")),
        ),
        charts=(Chart(shape="column", title=say("C"), table=0, series=series),),
    )


def test_a_chart_draws_the_columns_that_it_names(tmp_path: Path) -> None:
    made, out = book(), tmp_path / "one.xlsx"
    made.add(say("One"), charted(3, 2, 3))
    made.save(out)

    drawn = load_workbook(out)["One"]._charts[0]  # type: ignore[attr-defined]
    rows = by_calamine(out, "One")
    at = rows.index(["a", 7.0, 0.25]) + 4
    assert [each.val.numRef.f for each in drawn.series] == [
        f"'One'!${letter}${at}:${letter}${at + 1}" for letter in "BC"
    ]
    assert fitting.faults(out) == []


def test_a_series_of_zeros_has_no_place_in_the_legend(tmp_path: Path) -> None:
    quiet = Table(columns=NUMBERS, rows=[("a", 0, 0.25), ("b", 0, 0.05)], title=say("Drawn"))
    layout, out = charted(3, 2, 3), tmp_path / "one.xlsx"
    made = book()
    made.add(say("One"), replace(layout, tables=(layout.tables[0], quiet)))
    made.save(out)

    (chart,) = load_workbook(out)["One"]._charts  # type: ignore[attr-defined]
    assert [each.val.numRef.f.split("$")[1] for each in chart.series] == ["C"]
    assert chart.legend is not None  # which of the two it is, only the legend says


def test_a_label_of_a_low_point_stands_above_it(tmp_path: Path) -> None:
    """Below it, it would cover the name of the point."""
    layout, out = charted(3, 3), tmp_path / "one.xlsx"
    points = Table(columns=NUMBERS, rows=[("a", 1, 0.0), ("b", 1, 0.5), ("c", 1, None)])
    line = replace(layout.charts[0], shape="line", percent=True)
    made = book()
    made.add(say("One"), replace(layout, tables=(layout.tables[0], points), charts=(line,)))
    made.save(out)

    (chart,) = load_workbook(out)["One"]._charts  # type: ignore[attr-defined]
    labels = chart.series[0].dLbls
    assert labels.dLblPos == "b"
    assert [(each.idx, each.dLblPos) for each in labels.dLbl] == [(0, "t")]


def test_every_sheet_says_under_its_title_what_it_is_for(tmp_path: Path) -> None:
    made, out = book(), tmp_path / "one.xlsx"
    made.add(say("One"), replace(charted(3, 2), shows=say("Rows of something")))
    made.add(say("Two"), replace(charted(3, 2), lead=say("Two of three.")))
    made.save(out)

    assert [sheet["A3"].value for sheet in load_workbook(out)] == [
        "Rows of something",
        "Two of three.",
    ]


def test_a_table_without_rows_is_left_out_unless_it_is_the_first(tmp_path: Path) -> None:
    made, out = book(), tmp_path / "one.xlsx"
    empty = Table(columns=NUMBERS, rows=(), title=say("Drawn"))
    layout = replace(charted(0, 2), charts=())
    made.add(say("One"), replace(layout, tables=(layout.tables[0], empty)))
    made.save(out)

    words = [cell for row in by_calamine(out, "One") for cell in row if cell]
    assert "Drawn" not in words
    assert "Nothing in this period." in words


@pytest.mark.parametrize("series", [0, 1, 4])
def test_a_chart_of_words_or_of_nothing_is_refused(series: int) -> None:
    made = book()

    with pytest.raises(Broken, match="cannot be drawn"):
        made.add(say("One"), charted(3, series))


def test_a_short_table_is_printed_on_one_page_with_its_chart(tmp_path: Path) -> None:
    made = book()
    made.add(say("One"), charted(30, 2))
    made.save(tmp_path / "one.xlsx")

    (sheet,) = load_workbook(tmp_path / "one.xlsx").worksheets
    assert sheet.page_setup.fitToHeight == 1
    assert len(sheet._charts) == 1  # type: ignore[attr-defined]


def test_the_chart_of_a_long_table_stands_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    """Below the rows nobody would find it, and it would be printed under their header."""
    made = book()
    made.add(say("One"), charted(300, 2))
    made.add(say("Contents"), replace(charted(3, 2), charts=(), index=True))
    written = made.save(tmp_path / "one.xlsx")

    rows, drawn, contents = load_workbook(tmp_path / "one.xlsx").worksheets
    assert [each.name for each in written] == ["One", "One (2)", "Contents"]
    assert rows.page_setup.fitToHeight == 0
    assert rows.print_title_rows == "$4:$4"
    assert rows._charts == []  # type: ignore[attr-defined]
    assert drawn.print_title_rows is None
    assert drawn.freeze_panes is None
    assert len(drawn._charts) == 1  # type: ignore[attr-defined]
    assert drawn.max_row < 40
    listed = [[cell.value for cell in row[:3]] for row in contents.iter_rows(min_row=10)]
    assert ["One", "T", 300] in listed
    assert ["One (2)", "Drawn", None] in listed
    assert fitting.faults(tmp_path / "one.xlsx") == []


def test_what_is_taller_than_wide_is_printed_upright(tmp_path: Path) -> None:
    made = book()
    made.add(say("One"), charted(40, 2))
    made.save(tmp_path / "one.xlsx")

    assert load_workbook(tmp_path / "one.xlsx")["One"].page_setup.orientation == "portrait"
