"""How often each rule is right over the table."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.policy.screening import screen
from tests.screening.table import LOBBY, RULES, Row


@dataclass(frozen=True, slots=True)
class Figure:
    rule: str
    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def figures(table: Iterable[Row]) -> list[Figure]:
    """A rule is right where it should find something; wrong wherever else it finds anything."""
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for row in table:
        found = {hit.rule for hit in screen(row.text, LOBBY, RULES)}
        wanted = {row.rule} if row.found else set[str]()
        right.update(found & wanted)
        missed.update(wanted - found)
        wrong.update(found - wanted)
    names = [name for name in RULES.rules if right[name] + missed[name] + wrong[name]]
    return [Figure(name, right[name], missed[name], wrong[name]) for name in names]
