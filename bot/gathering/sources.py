"""Reads how far each source was seen, and which accounts there are nobody's. Policy 3.3.2, 5.2."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot.policy import figures
from bot.policy.periods import Period
from bot.policy.quality import Gap, Quality, Source
from bot.report import Edition, Wanted
from bot.store import Transaction
from bot.store.gaps import OPEN
from bot.store.oversight import source_of

READERS: tuple[Edition, ...] = ("hr", "head", "board", "audit")
NAMED: tuple[Edition, ...] = ("hr", "audit")  # who reads the names of rooms
DIRECT = "direct"

Blind = tuple[str, datetime, datetime]  # place, since, until


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything of one source that is counted."""

    tx: Transaction
    period: Period
    gaps: tuple[Blind, ...]

    def read(self) -> tuple[Source, ...]:
        tx, period = self.tx, self.period
        shot = tx.people.snapshot()
        rooms = Counter(f"{platform}/{realm}" for platform, realm, _ in shot.places)
        unread = tx.oversight.unread(period.start, period.end)
        unhandled = tx.oversight.unhandled(period.start, period.end)
        linked, bots = Counter[str](), Counter[str]()
        for account, login in shot.logins.items():
            source = f"{account.platform}/{account.realm}"
            linked[source] += login.person is not None
            bots[source] += login.automatic
        strangers = Counter(f"{row.platform}/{row.realm}" for row in tx.people.strangers())
        outsiders = Counter(f"{row.platform}/{row.realm}" for row in tx.people.guests())
        names = {*rooms, *unread, *unhandled, *linked, *map(source_of, self._places())} - {""}
        return tuple(
            Source(
                name=name,
                rooms=rooms[name],
                uptime=figures.coverage(self._of(name), rooms[name], period),
                gaps=len(self._of(name)),
                linked=linked[name],
                strangers=strangers[name],
                outsiders=outsiders[name],
                bots=bots[name],
                unread=unread[name],
                unhandled=unhandled[name],
            )
            for name in sorted(names)
        )

    def _places(self) -> set[str]:
        return {place for place, _, _ in self.gaps}

    def _of(self, source: str) -> list[Blind]:
        return [each for each in self.gaps if source_of(each[0]) == source]


def quality(tx: Transaction, wanted: Wanted, gaps: tuple[Blind, ...]) -> Quality:
    if wanted.edition not in READERS:
        return Quality()
    unhandled = tx.oversight.unhandled(wanted.period.start, wanted.period.end)
    shown = tuple(_gap(tx, each) for each in sorted(gaps)) if wanted.edition in NAMED else ()
    return Quality(Seen(tx, wanted.period, gaps).read(), shown, unhandled[""])


def _gap(tx: Transaction, blind: Blind) -> Gap:
    """Whose chat a direct one is, nobody is told."""
    place, since, until = blind
    platform, realm, id = place.split("/", 2)
    row = tx.people.snapshot().places.get((platform, realm, id))
    name = "" if row is None or row.kind == DIRECT else str(row.name)
    return Gap(f"{platform}/{realm}", name, since, None if until == OPEN else until)
