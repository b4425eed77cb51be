"""HR's word on single days: a make-up working day, or a day off, against the library's."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.intake import cells, tables
from bot.intake.columns import HOLIDAYS
from bot.intake.notes import Fault, Faults, Notes, Reading
from bot.intake.tables import Table, Unreadable
from bot.policy.rulebook import Rulebook
from bot.words import say

__all__ = ["Days", "Faults", "Unreadable", "days", "read"]

Days = Mapping[str, Mapping[date, bool]]  # by calendar


def read(file: Path) -> Table:
    """Raises Unreadable."""
    return tables.read(file, HOLIDAYS)


def days(table: Table, book: Rulebook) -> Days:
    """Raises Faults."""
    notes, calendars = Notes(table), tuple(book.calendars)
    found: dict[str, dict[date, bool]] = {}
    for row in table.rows:
        day = notes.attempt(row, "date", Reading(cells.day, date.min))
        working = notes.attempt(row, "working", Reading(cells.yes, False))
        name = calendars[0]
        if "calendar" in row.cells:
            read = Reading(lambda text: cells.calendar(text, calendars), name)
            name = notes.attempt(row, "calendar", read)
        known = found.setdefault(name, {})
        if day != date.min and known.setdefault(day, working) != working:
            what = say("A row above says otherwise of {day}: keep one of the two.", day=day)
            notes.add(row, "working", what)
    if not table.rows:
        notes.found.append(Fault(0, "", say("There is no day in this file: write one day a row.")))
    if notes.found:
        raise Faults(notes.found)
    return found
