"""The directory as a table of people would have it, while one reads on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from bot.intake import cells
from bot.intake.notes import Notes, Wrong
from bot.intake.tables import Row, Table
from bot.intake.units import Units
from bot.policy.people import Directory, Person
from bot.policy.rulebook import Rulebook
from bot.words import Quoted, Rows, say


@dataclass
class Draft:
    table: Table
    old: Directory
    book: Rulebook
    complete: bool
    rows: dict[str, Row] = field(default_factory=dict)  # of whom the file names
    people: dict[str, Person] = field(default_factory=dict)  # everybody

    def __post_init__(self) -> None:
        self.notes = Notes(self.table)
        self.units = Units(self.old.departments)
        self.people |= self.old.people

    def has(self, column: str) -> bool:
        return column in self.table.headings

    def somebody_but(self, id: str) -> Callable[[str], str | None]:
        """Reads whom a cell in the row of `id` names."""

        def read(text: str) -> str | None:
            found = self.named(text) if text else None
            if found == id:
                raise Wrong(say("This is the same person: name somebody else, or nobody."))
            return found

        return read

    def named(self, text: str) -> str:
        """The one person of this number, e-mail address or name. Raises Wrong."""
        words = cells.line(text, cells.EMAIL)
        if words in self.people:
            return words
        found = self._names.get(words.casefold(), {})
        if not found:
            raise Wrong(
                say(
                    "Nobody is called {word}, in this file or in the directory: "
                    "write an employee number.",
                    word=Quoted(text),
                )
            )
        working = [id for id in found if self.people[id].active]
        if len(found) > 1 and len(working) != 1:
            raise Wrong(
                say(
                    "{word} may be any of {people}: write the employee number.",
                    word=Quoted(text),
                    people=Rows(tuple(map(Quoted, found))),
                )
            )
        return next(iter(working or found))

    @cached_property
    def _names(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        for one in self.people.values():
            for name in filter(None, (one.id, one.email, one.name)):
                found.setdefault(name.casefold(), {})[one.id] = None
        return found
