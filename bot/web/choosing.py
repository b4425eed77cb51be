"""What a page about figures can be of: which periods, and which editions for whom. Policy 5.2.1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.policy import periods
from bot.policy.people import Directory, Person
from bot.policy.periods import Period, Unit
from bot.report import EDITIONS, Edition, why_not
from bot.words import Say, say

OFFERED: tuple[tuple[Unit, Say, int], ...] = (  # how many of each, this one with them
    ("month", say("Months"), 13),
    ("week", say("Weeks"), 9),
    ("quarter", say("Quarters"), 5),
    ("year", say("Years"), 3),
)
NAMES: Mapping[Edition, Say] = {
    "hr": say("The whole company, for HR"),
    "head": say("The people of my department"),
    "board": say("Totals for management"),
    "audit": say("The whole company, for audit"),
    "mine": say("My own figures"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody may choose, and has chosen."""

    period: Period
    edition: Edition
    periods: Sequence[tuple[Say, Sequence[Period]]]
    editions: Sequence[Edition]

    @property
    def query(self) -> str:
        return f"?period={self.period.label}&edition={self.edition}"


def choice(
    person: Person, directory: Directory, now: datetime, zone: str, asked: Mapping[str, str]
) -> Choice:
    """What is not offered is as if it were not asked for: this month, the widest edition."""
    offered = [(name, _last(unit, count, now, zone)) for unit, name, count in OFFERED]
    known = {each.label: each for _, some in offered for each in some}
    editions = [each for each in EDITIONS if why_not(each, person, directory) is None]
    edition = next((each for each in editions if each == asked.get("edition")), editions[0])
    period = known.get(asked.get("period", "")) or periods.current(now, zone)
    return Choice(period, edition, offered, editions)


def _last(unit: Unit, count: int, now: datetime, zone: str) -> list[Period]:
    found = [periods.of(unit, now, zone)]
    while len(found) < count:
        found.append(periods.previous(found[-1]))
    return found
