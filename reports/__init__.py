"""Excel workbooks for HR, heads, the board, auditors and each employee. One file, one sheet."""

from bot.report import Sheet
from reports import (
    approvals,
    cover,
    dashboard,
    definitions,
    departments,
    individuals,
    responses,
)

SHEETS: tuple[Sheet, ...] = (
    cover.SHEET,
    dashboard.SHEET,
    departments.SHEET,
    individuals.SHEET,
    responses.SHEET,
    approvals.SHEET,
    definitions.SHEET,
)
