"""A workbook to fill in, each column explained: of people for HR, of ratings for who leads them."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from math import ceil
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Side
from openpyxl.styles.borders import Border
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.intake.columns import PEOPLE, ROLE_NAMES
from bot.intake.tables import Column
from bot.policy.people import ROLES
from bot.words import LANGUAGES, Reader, Say, render, say

INK, PALE, ACCENT, NEEDED = "1F2A37", "F3F6F9", "1F5A7A", "B4532A"
FILLED = 5000  # rows that offer choices
WIDE, NARROW = 38, 16
WIDE_FROM = 0x2E80  # Chinese characters and their punctuation
ROW = Font(name="Calibri", size=11, color=INK)
HEADING = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
HINT = Font(name="Calibri", size=11, italic=True, color="6B7785")
LINE = Border(bottom=Side("thin", color="D5DCE3"))
WRAPPED = Alignment(vertical="top", wrap_text=True)
WIDTHS = (26, 60, 44, 60)  # of the explanations
NARROW_ONES = {"id", "manager", "zone", "language", "calendar", "partner", "active"}
NARROW_ONES |= {"accuracy", "attitude"}


def template(file: Path | BytesIO, tongue: str) -> None:
    """Raises OSError where `file` cannot be written."""
    book = Workbook()
    people, notes = book.worksheets[0], book.create_sheet()
    people.title, notes.title = (text(each, tongue) for each in (say("People"), say("Columns")))
    form(people, PEOPLE, tongue)
    for n, column in enumerate(PEOPLE, 1):
        shown = people.cell(2, n, column.example)
        shown.font, shown.border, shown.number_format = HINT, LINE, "@"
    for name, choices, strict in _choices(tongue):
        _offer(people, name, choices, strict=strict)
    example = text(say("The example row is never read in; delete it if you like."), tongue)
    explain(notes, PEOPLE, tongue, [example])
    book.save(file)


def form(sheet: Worksheet, columns: Sequence[Column], tongue: str) -> None:
    """The row of headings, and how what is filled in below it looks."""
    for n, column in enumerate(columns, 1):
        head = sheet.cell(1, n, _heading(column, tongue))
        head.font, head.fill = HEADING, _fill(NEEDED if column.needed else ACCENT)
        head.alignment = Alignment(vertical="center", wrap_text=True)
        place = sheet.column_dimensions[get_column_letter(n)]
        place.width = NARROW if column.name in NARROW_ONES else WIDE
        place.number_format = "@"  # so that Excel leaves 0012 and 2026-10-01 as they are typed
    sheet.row_dimensions[1].height = 36
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
    _printed(sheet)


def _choices(tongue: str) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    yes_no = ("yes", "no") if tongue == "en" else ("是", "否")
    yield "roles", ROLES, False  # several may be written
    yield "language", LANGUAGES, True
    yield "partner", yes_no, True
    yield "active", yes_no, True


def _offer(sheet: Worksheet, name: str, choices: tuple[str, ...], *, strict: bool) -> None:
    letter = get_column_letter([column.name for column in PEOPLE].index(name) + 1)
    offer = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    offer.showErrorMessage = strict
    offer.add(f"{letter}2:{letter}{FILLED}")
    sheet.add_data_validation(offer)


def explain(sheet: Worksheet, columns: Sequence[Column], tongue: str, notes: Iterable[str]) -> None:
    """What each column is for, and what else there is to say."""
    titles = (say("Column"), say("What to write"), say("Example"), say("Choices"))
    rows = [[text(each, tongue) for each in titles]]
    for column in columns:
        about = text(column.about, tongue)
        if column.needed:
            about = f"{about} {text(say('Must be filled in.'), tongue)}"
        example = "" if column.needed and column.name == "id" else column.example
        rows.append([_heading(column, tongue, " / "), about, example, _known(column, tongue)])
    rows += [["", note] for note in notes]
    for n, texts in enumerate(rows, 1):
        for m, words in enumerate(texts, 1):
            cell = sheet.cell(n, m, words)
            cell.font, cell.alignment = (HEADING if n == 1 else ROW), WRAPPED
            cell.fill, cell.border = _fill(ACCENT if n == 1 else PALE if n % 2 else "FFFFFF"), LINE
        lines = max(ceil(_width(each) / width) for each, width in zip(texts, WIDTHS, strict=False))
        sheet.row_dimensions[n].height = 5 + 16 * lines  # some programs do not find it themselves
    for letter, width in zip("ABCD", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.sheet_view.showGridLines = False
    _printed(sheet)


def _printed(sheet: Worksheet) -> None:
    """Across the page, as wide as it is."""
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _width(text: str) -> int:
    """In columns of a fixed fount, with some room: Chinese takes two."""
    return 2 + sum(2 if ord(letter) > WIDE_FROM else 1 for letter in text)


def _known(column: Column, tongue: str) -> str:
    if column.name == "language":
        return ", ".join(LANGUAGES)
    if column.name != "roles":
        return ""
    if tongue == "en":
        return ", ".join(ROLES)
    which = LANGUAGES.index(tongue) - 1
    return "、".join(f"{ROLE_NAMES[role][which]} ({role})" for role in ROLES)


def _heading(column: Column, tongue: str, between: str = "\n") -> str:
    """In their language, and below it the name that is the same everywhere."""
    own = {"zh_Hans": column.zh_Hans, "zh_Hant": column.zh_Hant}.get(tongue)
    return f"{own}{between}{column.name}" if own else column.name


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


def text(what: Say, tongue: str) -> str:
    return render(what, Reader(tongue), lambda words: words)
