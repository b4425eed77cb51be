"""What an import must remember when it breaks off: what was there before it began.

And that it is the only one at work on a store.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.importing import settling
from bot.settings import Unusable
from bot.store import Store, Transaction
from bot.store.importing import ends
from bot.store.journal import Journal
from bot.store.listeners import Listeners

LEASE = timedelta(seconds=30)
NAME = "import"


@dataclass(slots=True)
class Begun:
    store: Store
    platform: str
    team: str
    ends: dict[str, datetime] = field(default_factory=dict)  # of each conversation, before it
    places: frozenset[str] = frozenset()  # ids of those known before it
    _holder: str = ""

    @property
    def realm(self) -> str:
        return f"{self.platform}/{self.team}"

    def begin(self) -> None:
        """Raises Unusable where another is at work."""
        self._holder = self.store.clock.new_id()
        with self.store.transaction() as tx:
            self._lease(tx, LEASE)
            kept = tx.listeners.cursor(f"{NAME}/{self.realm}")
            if not kept:
                self.ends = ends(tx.rows, f"{self.realm}/")
                self.places = settling.places(tx, self.platform, self.team)
                tx.listeners.move(f"{NAME}/{self.realm}", self._written())
                return
        before = json.loads(kept)
        self.places = frozenset(before["places"])
        self.ends = {name: datetime.fromisoformat(at) for name, at in before["ends"].items()}

    def go_on(self, tx: Transaction) -> None:
        self._lease(tx, LEASE)

    def end(self, tx: Transaction) -> None:
        """The next one begins anew."""
        tx.listeners.move(f"{NAME}/{self.realm}", "")

    def rest(self) -> None:
        """Nobody need wait for us."""
        with self.store.transaction() as tx:
            self._listeners(tx).lease(NAME, self._holder, timedelta())

    def journal(self, tx: Transaction) -> Journal:
        """As of now: what is noted in it is noted today."""
        return Journal(replace(tx.rows, clock=self.store.clock))

    def _lease(self, tx: Transaction, span: timedelta) -> None:
        if not self._listeners(tx).lease(NAME, self._holder, span):
            raise Unusable(
                "Another import is at work on this store. Wait until it has ended; if it broke "
                "off, wait half a minute."
            )

    def _listeners(self, tx: Transaction) -> Listeners:
        return Listeners(replace(tx.rows, clock=self.store.clock))

    def _written(self) -> str:
        ends = {name: at.isoformat() for name, at in self.ends.items()}
        return json.dumps({"places": sorted(self.places), "ends": ends})
