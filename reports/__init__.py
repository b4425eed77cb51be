"""Excel workbooks for HR, heads, the board, auditors and each employee. One file, one sheet."""

from bot.report import Sheet
from reports import (
    approvals,
    cover,
    coverage,
    dashboard,
    definitions,
    departments,
    exemptions,
    individuals,
    meetings,
    notices,
    outstanding,
    promises,
    releases,
    responses,
    security,
    steps,
    violations,
)

SHEETS: tuple[Sheet, ...] = (
    cover.SHEET,
    dashboard.SHEET,
    departments.SHEET,
    individuals.SHEET,
    responses.SHEET,
    promises.SHEET,
    approvals.SHEET,
    steps.SHEET,
    notices.SHEET,
    outstanding.SHEET,
    meetings.SHEET,
    releases.SHEET,
    violations.SHEET,
    security.SHEET,
    exemptions.SHEET,
    coverage.SHEET,
    definitions.SHEET,
)
