"""Who leads whom: managers without circles, one head a department. Policy 1.2, 2.1.1-care."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.intake import cells
from bot.intake.drafts import Draft
from bot.intake.notes import Reading
from bot.words import Code, Quoted, Rows, Who, say

HEAD = "department_head"


def lead(draft: Draft) -> None:
    if draft.has("manager"):
        for id, row in draft.rows.items():
            read = Reading(draft.somebody_but(id), None)
            manager = draft.notes.attempt(row, "manager", read)
            draft.people[id] = replace(draft.people[id], manager=manager)
    for circle in circles({id: one.manager for id, one in draft.people.items()}):
        _refuse(circle, draft)
    if draft.has("head_of"):
        _head(draft)
    _grant(draft)
    if draft.has("subsidiary"):
        _divide(draft)


def circles(manager: Mapping[str, str | None]) -> Iterator[tuple[str, ...]]:
    """Each circle once, from one of its people up the line."""
    done: set[str] = set()
    for start in manager:
        walked: dict[str, None] = {}
        one: str | None = start
        while one is not None and one not in done and one not in walked:
            walked[one] = None
            one = manager.get(one)
        if one is not None and one in walked:
            line = list(walked)
            yield tuple(line[line.index(one) :])
        done |= walked.keys()


def _refuse(circle: tuple[str, ...], draft: Draft) -> None:
    """At the first of their rows; a circle of people whom the file does not name stays."""
    named = [id for id in circle if id in draft.rows]
    if not named:
        return

    first = min(named, key=lambda id: draft.rows[id].number)
    start = circle.index(first)
    around = (*circle[start:], *circle[: start + 1])
    what = say(
        "These people report to each other in a circle: {people}. Change one of the managers.",
        people=Rows(tuple(Who(id, draft.people[id].name) for id in around)),
    )
    draft.notes.add(draft.rows[first], "manager", what)


def _head(draft: Draft) -> None:
    heads: dict[str, str] = {}
    for id, row in draft.rows.items():
        units: tuple[str, ...] = ()
        read = Reading(lambda text: _units(text, draft), units)
        for unit in draft.notes.attempt(row, "head_of", read):
            if draft.people[id].partner:
                draft.notes.add(row, "head_of", say("A partner heads no department."))
            elif unit in heads:
                what = say(
                    "{other} (row {row}) heads {unit} already: a department has one head.",
                    other=Who(heads[unit], draft.people[heads[unit]].name),
                    row=Code(str(draft.rows[heads[unit]].number)),
                    unit=Quoted(unit),
                )
                draft.notes.add(row, "head_of", what)
            else:
                heads[unit] = id
    for id, known in draft.units.all.items():
        stays = known.head if known.head not in draft.rows else None
        draft.units.all[id] = replace(known, head=heads.get(id, stays))


def _units(text: str, draft: Draft) -> tuple[str, ...]:
    return tuple(id for part in cells.pieces(text) if (id := draft.units.find(part)))


def _grant(draft: Draft) -> None:
    """Whoever heads a department has the role for it, and loses it with the last one."""
    heading = {unit.head for unit in draft.units.all.values()}
    headed = {unit.head for unit in draft.old.departments.values()}
    for id in draft.rows:
        one = draft.people[id]
        if id in heading:
            draft.people[id] = replace(one, roles=one.roles | {HEAD})
        elif id in headed and not draft.has("roles"):
            draft.people[id] = replace(one, roles=one.roles - {HEAD})


def _divide(draft: Draft) -> None:
    """Which subsidiary each department belongs to, as its people's rows say."""
    said: dict[str, tuple[int, str]] = {}
    for id, row in draft.rows.items():
        name = draft.notes.attempt(row, "subsidiary", Reading(cells.line, ""))
        unit = draft.people[id].department
        if not name:
            continue
        if unit is None:
            what = say("A subsidiary is noted at its departments: fill in the department too.")
            draft.notes.add(row, "subsidiary", what)
            continue
        first, other = said.setdefault(unit, (row.number, name))
        if other != name:
            what = say(
                "Row {row} says {other} of the same department: it belongs to one.",
                row=Code(str(first)),
                other=Quoted(other),
            )
            draft.notes.add(row, "subsidiary", what)
    for unit, (_, name) in said.items():
        draft.units.all[unit] = replace(draft.units.all[unit], subsidiary=name)
