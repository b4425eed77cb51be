"""What a made-up company posted without approval, when it was nudged, and where nobody saw it."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.policy.findings import Finding, How, State
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.gaps import OPEN
from bot.store.schema import duties, nudges, places


@dataclass(slots=True)
class Unseen:
    """Between `first` and `last`."""

    tx: Transaction
    dice: random.Random
    people: tuple[Person, ...]
    first: datetime
    last: datetime

    def settle(self, size: int) -> None:
        for number in range(self.dice.randrange(size + 1)):
            keys = {"platform": "slack", "realm": "T1", "id": f"C{number}"}
            self.tx.rows.put(places, keys, name=f"room-{number}", kind="channel", archived=False)
        for _ in range(size * 3):
            self._finding()
        for _ in range(size):
            self._gap(size)
        self._nudges(size * 40)

    def _at(self) -> datetime:
        return self.first + (self.last - self.first) * self.dice.random()

    def _finding(self) -> None:
        at = self._at()
        state: State = self.dice.choice(("open", "settled", "settled", "repeat", "collected"))
        hows: tuple[How, ...] = ("fine", "false", "upheld", "edited", "again", "explained")
        self.tx.findings.add(
            Finding(
                id=self.tx.clock.new_id(),
                number=self.tx.duties.number(),
                rule=self.dice.choice(("differs", "unapproved", "screening.secret")),
                clause=self.dice.choice(("3.2.1", "3.2.2", "3.2.3")),
                severity="moderate",
                person=self.dice.choice(self.people).id,
                about=None,
                request=None,
                at=at,
                state=state,
                how=self.dice.choice(hows) if state == "settled" else "",
                settled_at=at + timedelta(hours=1) if state == "settled" else None,
            )
        )

    def _gap(self, rooms: int) -> None:
        since = self._at()
        until = (
            OPEN if self.dice.random() < 0.1 else since + timedelta(hours=self.dice.uniform(0, 99))
        )
        self.tx.gaps.add(f"slack/T1/C{self.dice.randrange(rooms)}", since, until)

    def _nudges(self, count: int) -> None:
        owed = self.tx.rows.all(duties)
        rows = []
        for number in range(count if owed else 0):
            duty, person = self.dice.choice(owed), self.dice.choice(self.people).id
            row = {"duty": duty.id, "step": 10 + number, "person": person, "at": self._at()}
            row |= {"sent": self.dice.random() < 0.9, "parcel": f"more/{number}"}
            rows.append(row | {"rule": duty.rule, "asker": duty.owed_to, "label": None})
        self.tx.rows.add_all(nudges, rows)
