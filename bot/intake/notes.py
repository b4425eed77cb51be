"""What is wrong in a table, by row and column: all of it at once, so that it is mended at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.intake.tables import Row, Table
from bot.words import Say

T = TypeVar("T")


class Wrong(Exception):
    """A cell cannot be read."""

    def __init__(self, what: Say) -> None:
        super().__init__(what.sentence)
        self.what = what


@dataclass(frozen=True, slots=True)
class Fault:
    row: int  # 0 where the file as a whole is meant
    column: str  # what the file calls it
    what: Say

    def __lt__(self, other: "Fault") -> bool:
        return self.row < other.row


class Faults(Exception):
    """Everything that is wrong in a table, in the order of its rows."""

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__(f"{len(found)} faults")
        self.found = tuple(sorted(found))


@dataclass(slots=True)
class Notes:
    """Remembers what is wrong while one reads on."""

    table: Table
    found: list[Fault] = field(default_factory=list)

    def add(self, row: Row, column: str, what: Say) -> None:
        self.found.append(Fault(row.number, self.table.headings.get(column, column), what))

    def attempt(self, row: Row, column: str, read: "Reading[T]") -> T:
        """What the cell says; where it says nothing sensible, what stands `instead`."""
        try:
            return read.read(row.cells[column])
        except Wrong as wrong:
            self.add(row, column, wrong.what)
            return read.instead


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    read: Callable[[str], T]  # raises Wrong
    instead: T
