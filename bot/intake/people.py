"""Reads a table of people against the directory: a plan, or everything that is wrong. Policy 1.2.

A column that is absent changes nothing. An empty cell clears what it stands for, save accounts
and absences, which are only ever added here. Nobody leaves for not being named, unless the file
is said to be complete.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.intake import cells, tables
from bot.intake.belongings import addresses, links, spells
from bot.intake.columns import EXAMPLE, PEOPLE
from bot.intake.drafts import Draft
from bot.intake.leading import lead
from bot.intake.notes import Fault, Faults, Reading
from bot.intake.plans import Known, Plan, Register, apply, describe, missing
from bot.intake.tables import Row, Table, Unreadable
from bot.policy.people import Directory, Person
from bot.policy.reading import default_rulebook
from bot.policy.rulebook import Rulebook
from bot.words import Code, Quoted, Rows, Say, say

__all__ = ["Faults", "Plan", "Register", "Unreadable", "apply", "describe", "plan", "read"]

KEEPER = "mail_keeper"
SHOWN_ELSEWHERE = ("title", "job title", "职位", "職稱")  # columns that are no concern of ours


def read(file: Path | bytes) -> Table:
    """A file, or what it contains. Raises Unreadable."""
    return tables.read(file, PEOPLE)


def plan(
    table: Table,
    directory: Directory,
    book: Rulebook | None = None,
    *,
    complete: bool = False,
    elsewhere: Collection[Known] = (),
) -> Plan:
    """Raises Faults. `elsewhere`: the remote and travelling days known already."""
    draft = Draft(table, directory, book or default_rulebook(), complete)
    _read(draft)
    lead(draft)
    addresses(draft)
    passed, away = links(draft), spells(draft, elsewhere)
    if draft.notes.found:
        raise Faults(draft.notes.found)

    return replace(_compared(draft), links=passed, spells=away)


def _read(draft: Draft) -> None:
    draft.units.grow(_unit_names(draft.table))
    known = {id.casefold(): id for id in draft.old.people}
    readers = _readers(draft)
    for row in draft.table.rows:
        if not _example(row) and (id := _number(row, known, draft)):
            draft.rows[id] = row
            draft.people[id] = _person(id, row, readers, draft)
    if not draft.rows and not draft.notes.found:
        nobody = say("There is nobody in this file: write one person a row.")
        draft.notes.found.append(Fault(0, "", nobody))
    for id in draft.old.people.keys() - draft.rows.keys() if draft.complete else ():
        draft.people[id] = replace(draft.people[id], active=False)


def _example(row: Row) -> bool:
    return row.cells["id"].casefold() == EXAMPLE


def _unit_names(table: Table) -> Iterator[str]:
    for row in table.rows:
        if not _example(row):
            yield row.cells.get("department", "")
            yield from cells.PIECES.split(row.cells.get("head_of", ""))


def _number(row: Row, known: dict[str, str], draft: Draft) -> str:
    """ "" where it is missing, or taken: by another row, or by who differs only in its case."""
    id = draft.notes.attempt(row, "id", Reading(cells.number, ""))
    alike = known.setdefault(id.casefold(), id) if id else ""
    if alike in draft.rows:
        first = draft.rows[alike].number
        what = say(
            "Row {first} has this number already: each person has one row.", first=Code(str(first))
        )
    elif alike != id:
        what = say("This number is known as {known}: write it so.", known=Quoted(alike))
    else:
        return id
    draft.notes.add(row, "id", what)
    return ""


def _person(id: str, row: Row, readers: Mapping[str, Callable[[str], Any]], draft: Draft) -> Person:
    book = draft.book
    fresh = Person(id=id, name=id, language=book.language, calendar=next(iter(book.calendars)))
    old = draft.old.people.get(id, fresh)
    found = {
        name: draft.notes.attempt(row, name, Reading(read, getattr(old, name)))
        for name, read in readers.items()
        if draft.has(name)
    }
    person = replace(old, **found)
    if person.partner and person.roles - {"employee"}:
        what = say("A partner has no role in the company: clear the cell, or say no to partner.")
        draft.notes.add(row, "roles" if draft.has("roles") else "partner", what)
    return person


def _readers(draft: Draft) -> Mapping[str, Callable[[str], Any]]:
    calendars = tuple(draft.book.calendars)
    return {
        "name": cells.needed,
        "email": cells.email,
        "department": draft.units.find,
        "roles": cells.roles,
        "zone": cells.zone,
        "language": lambda text: cells.language(text) if text else draft.book.language,
        "calendar": lambda text: cells.calendar(text, calendars),
        "partner": lambda text: bool(text) and cells.yes(text),
        "active": lambda text: not text or cells.yes(text),
    }


def _compared(draft: Draft) -> Plan:
    pairs = [(draft.old.people.get(id), one) for id, one in draft.people.items()]
    changed = [(before, after) for before, after in pairs if before and before != after]
    units = [(draft.old.departments.get(id), one) for id, one in draft.units.all.items()]
    same = (one for before, one in pairs if before == one)
    return Plan(
        added=tuple(after for before, after in pairs if before is None),
        changed=tuple(changed),
        unchanged=tuple(one for one in same if one.id in draft.rows),
        leaving=tuple(before for before, after in changed if before.active > after.active),
        departments=tuple((before, after) for before, after in units if before != after),
        keepers=_keepers(draft),
        remarks=tuple(_remarks(draft)),
        names={id: one.name for id, one in draft.people.items()},
        headings=draft.table.headings,
    )


def _keepers(draft: Draft) -> dict[str, str | None]:
    """Who minds each department's mail, where that changes. Policy 2.1.2-care."""
    before, after = _keeping(draft.old.people), _keeping(draft.people)
    return {id: after.get(id) for id in draft.units.all if before.get(id) != after.get(id)}


def _keeping(people: Mapping[str, Person]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in people.values():
        if one.active and one.department and KEEPER in one.roles:
            found.setdefault(one.department, one.id)
    return found


def _remarks(draft: Draft) -> Iterator[Say]:
    table = draft.table
    unknown = [name for name in table.extra if name.casefold() not in SHOWN_ELSEWHERE]
    if unknown:
        extra = Rows(tuple(map(Quoted, unknown)))
        yield say("These columns are not known and were not read: {columns}.", columns=extra)
    if table.encoding and not table.encoding.startswith("utf"):
        yield say(
            "The file is not UTF-8 and was read as {encoding}: look whether the names are right.",
            encoding=Quoted(table.encoding.upper()),
        )
    for row in filter(_example, table.rows):
        yield say(
            "Row {row} is the template's example and was left out.", row=Code(str(row.number))
        )
    absent = [id for id, one in draft.old.people.items() if one.active and id not in draft.rows]
    if absent and not draft.complete:
        yield missing(len(absent))
