"""The same sea for a whole year: what stands there is found at once, and rendered, but not kept."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from bot.card import Card
from bot.effects import Deliverable
from bot.events import Account, MessageRef, Place
from bot.words import Reader
from tests.desk import Line, text_of
from tests.simulation.laws import NUDGE
from tests.simulation.sea import Fate, Sea

MOSTLY_WELL = {
    Fate.WELL: 960,
    Fate.BUSY: 10,
    Fate.LOST: 8,
    Fate.LATE: 5,
    Fate.UNHEARD: 10,
    Fate.SLOW: 7,
}


class Harbour(Sea):
    """`told`: all that stands there; the cards only of nudges. `heard`: who reads one, when."""

    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self.weights = MOSTLY_WELL
        self.told: list[Line] = []
        self.heard: Callable[[str, str], None] = lambda _to, _key: None
        self._by_key: dict[str, MessageRef] = {}

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        await super().find(effect, key=key, since=since)
        return self._by_key.get(key)

    def _print(self, to: Place | Account, key: str, card: Card, reader: Reader) -> MessageRef:
        text_of(card, reader)
        place = Place(to.platform, to.realm, f"dm:{to.id}" if isinstance(to, Account) else to.id)
        ref = MessageRef(place, f"c{len(self.told)}")
        kept = card if key.startswith(NUDGE) else None
        self.told.append(Line(key, ref, to.id, "", kept))
        self._by_key.setdefault(key, ref)
        if isinstance(to, Account):
            self.heard(to.id, key)
        return ref
