"""A story in the midst of which the store is laid back to what it was hours ago.

The platform goes on from where it was: it has every card of the life that is forgotten, and tells
again what was said since the backup; of every other story also what was typed and pressed.
"""

import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.backup.reading import Backup
from bot.backup.restoring import Restoring
from bot.backup.writing import write
from bot.events import MessageChanged, MessagePosted, ReactionChanged
from bot.handlers.ladder import CLIMB
from bot.store import Store
from bot.store.connecting import in_memory
from bot.store.keystore import join
from bot.store.outbox import RESTORED
from bot.store.schema import duties, journal, nudges, outbox, requests
from tests.simulation import laws
from tests.simulation.laws import Breach
from tests.simulation.storm import DEEDS, HOUR, Storm

REQUESTED = re.compile(r"0\.\d{6,}")  # by which each request of a story differs from any other
TOLD_AGAIN = (MessagePosted, MessageChanged, ReactionChanged)  # what a history has


@dataclass
class Restored(Storm):
    """`other`: the database into which the backup is laid; None: one in memory."""

    other: sa.Engine | None = None
    taken: bytes = b""
    before: set[str] = field(default_factory=set)  # keys that were acknowledged before the backup
    numbers: dict[int, str] = field(default_factory=dict)  # of the forgotten life: what each meant

    def _story(self) -> None:
        first = self.chance.randint(1, DEEDS - 3)
        then = self.chance.randint(first + 1, DEEDS - 1)
        for number in range(DEEDS):
            if number == first:
                self._back_up()
            if number == then:
                self._lay_back()
            self._do()
            self._deliver_in()
            self._turn()
            self._time_goes_by()
        self._calm_down()

    def _back_up(self) -> None:
        """While things are on their way."""
        with self._quietly(), tempfile.TemporaryDirectory(prefix="duly-storm-") as folder:
            write(self.desk.store, Path(folder) / "backup")
            self.taken = (Path(folder) / "backup").read_bytes()
        self.before = {row.key for row in laws.rows(self.desk.store, journal)}

    def _lay_back(self) -> None:
        """After a while; everything since the backup is forgotten."""
        old = self.desk.store
        self.numbers = dict(_numbers(old))
        self.desk.now += self.chance.choice((0, 0, 1, 3, 20)) * HOUR
        self._leave_doubles()
        new = self.other if self.other is not None else in_memory()
        with self._quietly():
            backup = Backup(io.BytesIO(self.taken), old.seal.key)
            Restoring(backup, old.company, self.desk.clock).into(new, replace=False)
            join(new, old.rings._find())
            self.desk.store = Store(new, old.company, old.seal, old.clock)
            self.desk.restart()
        if self.db is None:
            old.db.dispose()
        self._tell_again()

    def _tell_again(self) -> None:
        gone = [each for key, each in self.acknowledged.items() if key not in self.before]
        for event in gone:
            del self.acknowledged[event.key]
        told = [each for each in gone if self.seed % 4 < 2 or isinstance(each, TOLD_AGAIN)]
        self.pending = [*told, *self.pending]

    def _leave_doubles(self) -> None:
        """What the platform doubled so late that nobody had taken it away yet stays double.

        Its echo was heard in the life that is forgotten (docs/reliability.md says so).
        """
        self._runner.run(self.sea.catch_up())
        self.sea.forget_late()
        seen: set[str] = set()
        for line in self.sea.standing:
            if line.key in seen:
                self.sea.doubles.add(line.ref)
            seen.add(line.key)

    def _calm_down(self) -> None:
        super()._calm_down()
        self.breaches += afterwards(self.desk.store, self.sea.standing, self.numbers)


def afterwards(store: Store, lines: list[Any], numbers: dict[int, str]) -> Iterator[Breach]:
    """What must hold besides: across both lives."""
    yield from _told_once(store, lines)
    settled = {row.id for row in laws.rows(store, outbox, outbox.c.settled_at.is_not(None))}
    for row in laws.rows(store, nudges, nudges.c.sent.is_(None)):
        if row.parcel in settled:
            yield Breach("lost", f"the nudge {row.duty}/{row.step} went under with its card")
    for number, what in _numbers(store):
        if numbers.get(number, what) != what:
            yield Breach("invariants", f"#{number} meant {numbers[number]}, and now {what}")


def _told_once(store: Store, lines: list[Any]) -> Iterator[Breach]:
    """A rung of a duty, by its message: its number is another after the restore.

    A card without facts says by now how it ended.
    """
    climbs: Counter[str] = Counter()
    for row in laws.rows(store, duties, duties.c.message.is_not(None)):
        climbs[row.message] += 1 + row.step // CLIMB
    told = Counter(
        (line.to, line.card.title.sentence, line.card.about.id)
        for line in lines
        if line.key.startswith(laws.NUDGE) and line.card and line.card.about and line.card.facts
    )
    for (to, sentence, message), times in told.items():
        if times > max(1, climbs[message]):
            yield Breach("doubled", f"{to} was nudged {times}× about {message}: {sentence}")
    asked = Counter(
        (line.key.split("/", 2)[2], words.group())
        for line in lines
        if line.key.startswith("request/") and (words := REQUESTED.search(line.text))
    )
    for (which, text), times in asked.items():
        if times > 1:
            yield Breach("doubled", f"{which} was told {times}× of the request {text}")
    again = Counter(line.key for line in lines if line.key.startswith(RESTORED))
    for key, times in again.items():
        if times > 1:
            yield Breach("doubled", f"{key} stands there {times}×")


def _numbers(store: Store) -> Iterator[tuple[int, str]]:
    for row in laws.rows(store, duties, duties.c.message.is_not(None)):
        yield row.number, f"{row.kind} for {row.message} by {row.owed_by}"
    for row in laws.rows(store, requests):
        yield row.number, f"request of {row.requester} {row.digest}"
