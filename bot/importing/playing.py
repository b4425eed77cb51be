"""Plays an export into the company's own store, each thing at its own time; nothing is sent.

Policy 2.2.1-reply, 3.3.2: what was said is kept, and what was asked and answered is judged as the
bot would have done. Who never answered before the export ends is not nudged now.

What is handled is noted under the same key as when it comes live: nothing is added twice, and an
import that broke off goes on when it is started again.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.clock import Clock, fault_point
from bot.events import (
    FileShared,
    Happening,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    ReactionChanged,
    conversation,
)
from bot.exported import Export
from bot.handlers import talk
from bot.importing import closing, settling
from bot.importing.begun import Begun
from bot.importing.outcome import Outcome
from bot.store import Store, Transaction
from bot.store.importing import set_apart
from bot.store.rows import gave_way

log = logging.getLogger(__name__)

BATCH = 200  # entries in one transaction
PAST = datetime(1970, 1, 1, tzinfo=UTC)
Step = tuple[Happening, ...]


@dataclass(slots=True)
class PastClock(Clock):
    """Stands at what is played; never goes back."""

    at: datetime = PAST

    def now(self) -> datetime:
        return self.at

    def move(self, at: datetime) -> None:
        self.at = max(self.at, at)


class Importing:
    """One export into one store. Raises bot.settings.Unusable where another is at work on it."""

    def __init__(self, store: Store, export: Export, platform: str) -> None:
        self.store, self.export = store, export
        self.outcome = Outcome()
        self._begun = Begun(store, platform, export.team)
        clock = PastClock(random=store.clock.random, spent=store.clock.spent)
        clock.lease = clock.now  # ids of what was said then are in the order of then
        self._clock = clock
        self._past = _beside(store, clock)
        self._memory = talk.Memory()
        self._due: datetime | None = None  # the first of what falls due

    def run(self, heard: Callable[[int], object] = lambda size: None) -> Outcome:
        """`heard` is called now and then with how many bytes of messages are read so far."""
        self._begun.begin()
        try:
            strange = self._strange()
            lobby = _beside(self.store, Clock(lease=lambda: PAST))  # nobody is seen there now
            settling.settle_in(lobby, self.export, strange, self.outcome)
            for steps in settling.batches(self.export.steps(), BATCH):
                self._batch(steps)
                heard(self.export.tally.size)
            self._end(strange)
        finally:
            self._begun.rest()
        return self.outcome

    def _strange(self) -> frozenset[str]:
        """The places of which nothing was known when this import was first begun."""
        rooms = (room.event.place.id for room in self.export.rooms())
        return frozenset(rooms) - self._begun.places

    def _end(self, strange: frozenset[str]) -> None:
        """Whoever still owed something when the export ends is let go."""
        while True:
            with self._past.transaction() as tx:
                self._set_apart(tx)
                self._reach(tx, self._clock.at)
                if not closing.let_go(tx):
                    break
        settling.seat(self.store, self.export, strange)
        with self._past.transaction() as tx:
            self._set_apart(tx)
            self.outcome.owed = closing.bring_in(tx)
            self._begun.end(tx)
        with self.store.reading() as tx:
            self.outcome.strangers = tx.people.strangers()

    # A batch is one transaction, what an entry tells one savepoint

    def _batch(self, steps: Sequence[Step]) -> None:
        try:
            with self._past.transaction() as tx:
                self._begun.go_on(tx)
                self._set_apart(tx)
                self._play(tx, steps)
            fault_point("a batch was imported")
        except BaseException:
            self._memory.clear()
            raise

    def _set_apart(self, tx: Transaction) -> None:
        set_apart(tx, self._begun.realm, self._hear)
        self._due = tx.dues.next()

    def _hear(self, at: datetime) -> None:
        self._due = at if self._due is None else min(self._due, at)

    def _play(self, tx: Transaction, steps: Iterable[Step]) -> None:
        wanted = [step for step in steps if step and not self._too_old(tx, step[0])]
        noted = [event for step in wanted for event in step if _is_noted(event)]
        new = self._begun.journal(tx).know(noted)
        for step in wanted:
            fresh = step[0].key in new
            self.outcome.known += not fresh
            self._reach(tx, step[0].at)
            for event in step:
                if event.key in new or (fresh and not _is_noted(event)):
                    self._handled(tx, event, fresh=fresh)

    def _too_old(self, tx: Transaction, event: Happening) -> bool:
        """A chain of records is in the order of time: nothing is put in before what is there."""
        if not isinstance(event, MessagePosted):
            return False
        last = self._begun.ends.get(conversation(event.message.place))
        if last is None or event.at > last:
            return False
        if self._begun.journal(tx).knows(event.key):
            return False  # it is there itself
        name = tx.people.place_name(event.message.place) or event.message.place.id
        self.outcome.older[name] += 1
        return True

    def _handled(self, tx: Transaction, event: Happening, *, fresh: bool) -> None:
        try:
            with tx.savepoint():
                self._handle(tx, event, fresh=fresh)
        except Exception as error:
            if gave_way(error):
                raise
            log.error("not imported: %s: %s", event.key, type(error).__name__)
            self._memory.clear()
            tx.people.forget()
            self._begun.journal(tx).forget(event.key)
            self.outcome.failed += 1

    def _handle(self, tx: Transaction, event: Happening, *, fresh: bool) -> None:
        match event:
            case MessagePosted():
                talk.posted(tx, event, self._memory)
                self.outcome.posts += 1
            case MessageChanged():
                self._changed(tx, event, fresh=fresh)
            case ReactionChanged() if talk.answers(tx, event):
                talk.reacted(tx, event, self._memory)
            case ReactionChanged():
                self.outcome.ignored["reactions that answer nothing"] += 1
            case MembershipChanged(place=place) if place.id not in self._begun.places:
                tx.people.move(event)
                self.outcome.moves += 1
            case MembershipChanged():
                self.outcome.ignored["joins and leaves of places the bot knows already"] += 1
            case FileShared(files=files):
                self.outcome.ignored["files (an export holds only their addresses)"] += len(files)
            case _:
                self.outcome.ignored[type(event).__name__] += 1

    def _changed(self, tx: Transaction, event: MessageChanged, *, fresh: bool) -> None:
        """Of a message that was known before, an edit may have come live already."""
        place = conversation(event.message.place)
        if not fresh and event.text == tx.records.words(place, event.message.id):
            return
        if tx.records.message(place, event.message.id) is None:
            self.outcome.ignored["changes of messages that are not in the export"] += 1
            return
        talk.changed(tx, event, self._memory)
        if event.text is None:
            self.outcome.deletions += 1
        else:
            self.outcome.edits += 1

    def _reach(self, tx: Transaction, at: datetime) -> None:
        """What falls due before that time falls due at its own."""
        while self._due is not None and self._due < at:
            self._clock.move(self._due)
            closing.fall(tx)
            self._due = tx.dues.next()
        self._clock.move(at)


def _beside(store: Store, clock: Clock) -> Store:
    """The same by another clock."""
    return Store(store.db, store.company, store.seal, clock, store.turn)


def _is_noted(event: Happening) -> bool:
    """What hangs on a message goes with it."""
    return not isinstance(event, ReactionChanged | FileShared)
