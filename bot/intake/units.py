"""Departments by the names people write: "Sales", or the way down to it, "Head Office/Sales"."""

import re
from collections.abc import Iterable, Mapping

from bot.intake.cells import line
from bot.intake.notes import Wrong
from bot.policy.people import CHAIN, Department
from bot.words import Quoted, Rows, say

LEVELS = 8
NAME = 80  # characters
Path = tuple[str, ...]  # names, folded, from the top


class Units:
    """What is known already, and what is founded while reading."""

    def __init__(self, known: Mapping[str, Department]) -> None:
        self.all = dict(known)
        self._paths: dict[Path, str] = {}
        self._last: dict[str, list[str]] = {}  # ids, by the last name of the path
        for unit in known.values():
            self._enter(_path(unit, known), unit.id)

    def grow(self, cells: Iterable[str]) -> None:
        """Ways down first, so that a bare name finds the department it means on any row."""
        for cell in cells:
            names = _names(cell)
            if 1 < len(names) <= LEVELS and all(0 < len(name) <= NAME for name in names):
                self._found(names)

    def find(self, text: str) -> str | None:
        """The id of the department meant; one nobody knows is founded. Raises Wrong."""
        if not text:
            return None
        names = _names(line(text, LEVELS * NAME))
        if len(names) > LEVELS or not all(0 < len(name) <= NAME for name in names):
            raise Wrong(
                say(
                    "{word} is no department: write a name, or the way down as Head Office/Sales.",
                    word=Quoted(text),
                )
            )
        return self._known(names, text) or self._found(names)

    def _known(self, names: list[str], text: str) -> str | None:
        if (known := self._paths.get(_folded(names))) or text in self.all:
            return known or text
        alike = self._last.get(names[0].casefold(), []) if len(names) == 1 else []
        if len(alike) > 1:
            raise Wrong(
                say(
                    "There are several departments {word}: {ways}. Write the way down to it.",
                    word=Quoted(text),
                    ways=Rows(tuple(map(Quoted, alike))),
                )
            )
        return alike[0] if alike else None

    def _found(self, names: list[str]) -> str:
        parent: str | None = None
        for depth in range(1, len(names) + 1):
            path = _folded(names[:depth])
            if path not in self._paths:
                id = "/".join(names[:depth]) if parent is None else f"{parent}/{names[depth - 1]}"
                self.all[id] = Department(id=id, name=names[depth - 1], parent=parent)
                self._enter(path, id)
            parent = self._paths[path]
        return parent or ""

    def _enter(self, path: Path, id: str) -> None:
        self._paths.setdefault(path, id)
        self._last.setdefault(path[-1], []).append(id)


def _names(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split("[/／]", text)]


def _folded(names: list[str]) -> Path:
    return tuple(name.casefold() for name in names)


def _path(unit: Department, known: Mapping[str, Department]) -> Path:
    names: list[str] = []
    one: Department | None = unit
    while one is not None and len(names) < CHAIN:
        names.insert(0, one.name)
        one = known.get(one.parent or "")
    return _folded(names)
