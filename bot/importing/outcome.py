"""What an import has brought: counted, so that nothing is left out in silence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Outcome:
    """Of the entries that could be read. What could not is in the export's own tally."""

    accounts: int = 0  # new ones
    linked: int = 0  # … and known ones, found by the address of their person
    places: int = 0  # new ones
    posts: int = 0
    edits: int = 0
    deletions: int = 0
    moves: int = 0  # who came and who left
    known: int = 0  # entries that were kept before
    ignored: Counter[str] = field(default_factory=Counter)  # by why
    older: Counter[str] = field(default_factory=Counter)  # left out, by the place's name
    failed: int = 0  # our bugs
    owed: int = 0  # duties of the past
    strangers: Sequence[Any] = ()  # accounts that nobody is known behind

    @property
    def whole(self) -> bool:
        return not self.older and not self.failed
