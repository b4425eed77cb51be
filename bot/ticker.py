"""Turns what fell due into work, set-wise. Rung by APScheduler, and by nothing else but tests.

What is due lies in our own table: restarts, outages and several processes need no scheduler state.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import shredding
from bot.clock import fault_point
from bot.handlers import checkpointing, disposals, falling, working_day
from bot.handlers.nudging import Nudging
from bot.store import Store, Transaction
from bot.store.duties import Due
from bot.store.rings import KeysAway
from bot.store.rows import was_taken

log = logging.getLogger(__name__)

BATCH = 500  # dues
RUNGS = 6  # claims in one transaction: whatever rungs of a ladder are past share a card
GATHER = timedelta(seconds=5)  # lease time: after an outage, what piled up becomes one card
LOOK = timedelta(minutes=1)  # lease time between two looks: is a checkpoint due, a key to go
SWEEP = timedelta(minutes=10)  # lease time between two erasures of old bodies


@dataclass(slots=True)
class Ticker:
    store: Store
    nudging: Nudging
    to_file: bool = False  # checkpoints are written there, too
    keeps_house: bool = True  # a replay ends with its store: nothing is erased or checkpointed
    _swept: datetime | None = None
    _looked: datetime | None = None  # whether a checkpoint is due
    _disposed: datetime | None = None
    _begun: bool = False

    def ring(self) -> int:
        """Plan everything that is due; returns how much that was."""
        self._begin()
        done = 0
        while count := self._batch(piled_up=done > 0):
            done += count
            if count < BATCH:
                break
        return done + self._keep_house() if self.keeps_house else done

    def _keep_house(self) -> int:
        self._sweep()
        return self._with_keys(self._checkpoint) + self._with_keys(self._dispose)

    def _with_keys(self, work: Callable[[], int]) -> int:
        try:
            return work()
        except KeysAway:
            log.error("the keys cannot be reached: checkpoints and disposals wait")
            return 0

    def _checkpoint(self) -> int:
        """Drawn while others go on writing; of two processes one takes it."""
        lease = self.store.clock.lease()
        if self._looked is None or _lately(self._looked, lease, LOOK):
            self._looked = self._looked or lease
            return 0
        self._looked = lease
        with self.store.reading() as tx:
            drawn = tx.checkpoints.draw() if checkpointing.is_due(tx) else None
        if drawn is None:
            return 0
        try:
            with self.store.transaction() as tx:
                if not tx.checkpoints.take(drawn):
                    return 0
                checkpointing.post(tx, drawn.checkpoint, to_file=self.to_file)
        except Exception as error:
            if was_taken(error):  # by another process in this very moment
                return 0
            raise
        fault_point("a checkpoint was taken")
        return 1

    def _batch(self, *, piled_up: bool) -> int:
        done = 0
        with self.store.transaction() as tx:
            for _ in range(RUNGS if tx.dues.alone() else 0):
                fallen = tx.dues.claim(tx.clock.now(), BATCH)
                if not fallen:
                    break
                piled_up = piled_up or len(fallen) == BATCH
                gather = GATHER if piled_up else timedelta(0)
                for at, dues in _by_memory(tx, fallen):
                    with tx.origin.because(at):
                        falling.fallen(tx, self.nudging, dues, gather)
                done += len(fallen)
        fault_point("a batch of dues was planned")
        return done

    def _dispose(self) -> int:
        """What two people have consented to, and keys that are to be destroyed."""
        lease = self.store.clock.lease()
        if _lately(self._disposed, lease, LOOK):
            return 0
        self._disposed = lease
        return shredding.work(self.store)

    def _begin(self) -> None:
        """Once a process: what is to happen daily is on the clock."""
        if not self._begun:
            with self.store.transaction() as tx:
                working_day.begin(tx)
            self._begun = True

    def _sweep(self) -> None:
        """Erase bodies of deliveries long settled, and files that have expired."""
        lease = self.store.clock.lease()
        if _lately(self._swept, lease, SWEEP):
            return
        with self.store.transaction() as tx:
            sweep(tx, lease)
        self._swept = lease


def _lately(at: datetime | None, lease: datetime, span: timedelta) -> bool:
    """Not where the clock has been set back since: that would be for as long as it was ahead."""
    return at is not None and at <= lease < at + span


def _by_memory(tx: Transaction, fallen: Sequence[Due]) -> list[tuple[datetime, Sequence[Due]]]:
    """Apart: what fell due in a time that a restored store has forgotten, and the rest."""
    lost = tx.origin.lost
    before = [due for due in fallen if lost is not None and due.at <= lost.until]
    after = fallen[len(before) :]  # they come in the order of time
    return [(dues[-1].at, dues) for dues in (before, after) if dues]


def sweep(tx: Transaction, lease: datetime) -> None:
    before = lease - tx.policies.current().keep_bodies
    tx.journal.erase(before)
    tx.outbox.erase(before)
    tx.outbox.bring_back()
    tx.files.expire(tx.clock.now())
    tx.wraps.bring_in(tx.policies.current().important)
    disposals.expect(tx)
