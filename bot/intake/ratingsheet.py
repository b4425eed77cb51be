"""The sheet in which who leads people rates them: a row for each. Policy 5.2.1."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from bot.intake.ratings import BEST, COLUMNS, Line
from bot.intake.template import explain, form, text
from bot.words import say


def template(lines: Sequence[Line], tongue: str) -> bytes:
    """A workbook with a row for each, to be filled in."""
    book = Workbook()
    sheet, notes = book.worksheets[0], book.create_sheet()
    sheet.title, notes.title = (text(each, tongue) for each in (say("Ratings"), say("Columns")))
    form(sheet, COLUMNS, tongue)
    for number, line in enumerate(lines, 2):
        rated = line.rubric
        values = (rated.accuracy, rated.attitude) if rated else (None, None)
        whole = (line.person, line.name, *values, line.remark)
        for place, value in enumerate(whole, 1):
            cell = sheet.cell(number, place, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name such as "=1+1" is no formula
            else:
                cell.number_format = "0"  # what is typed into a cell of text is no number to Excel
    between = DataValidation(type="whole", operator="between", formula1="0", formula2=str(BEST))
    between.allow_blank = between.showErrorMessage = True
    between.add(f"C2:D{len(lines) + 1}")
    sheet.add_data_validation(between)
    note = say("Rows without both numbers are left out: you can give the sheet again later.")
    explain(notes, COLUMNS, tongue, [text(note, tongue)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
