"""Excel workbooks for HR, heads, the board, auditors and each employee. One file, one sheet."""

from bot.report import Sheet
from reports import (
    approvals,
    assessment,
    checks,
    cover,
    coverage,
    dashboard,
    definitions,
    departments,
    individuals,
    meetings,
    notices,
    outstanding,
    promises,
    releases,
    responses,
    steps,
)

SHEETS: tuple[Sheet, ...] = (
    cover.SHEET,
    dashboard.SHEET,
    departments.SHEET,
    individuals.SHEET,
    assessment.SHEET,
    responses.SHEET,
    promises.SHEET,
    approvals.SHEET,
    steps.SHEET,
    notices.SHEET,
    outstanding.SHEET,
    meetings.SHEET,
    releases.SHEET,
    coverage.SHEET,
    definitions.SHEET,
    checks.SHEET,
)
