"""Journal in, state and outbox out: a batch is one transaction, an event one savepoint."""

import logging
import traceback
from dataclasses import dataclass, field
from typing import Any

from bot.clock import fault_point
from bot.handlers import Handlers
from bot.store import Store, Transaction
from bot.store.rings import KeysAway
from bot.store.rows import gave_way, was_taken

log = logging.getLogger(__name__)

BATCH, FEW = 200, 16  # events
SHORTEST = 0.006  # seconds of handling before we make way for who must acknowledge


@dataclass(frozen=True, slots=True)
class Engine:
    store: Store
    handlers: Handlers
    _pace: list[int] = field(default_factory=lambda: [BATCH])  # events that the next batch reads

    def work(self) -> int:
        """Handle one batch; returns how many events it settled or parked."""
        try:
            with self.store.transaction() as tx:
                return self._batch(tx)
        except BaseException:
            self.handlers.forget()  # what was learnt of conversations may have been undone
            raise

    def _batch(self, tx: Transaction) -> int:
        count, settled = 0, []
        spent = self.store.clock.spent
        start = spent()
        rows = tx.journal.waiting(self._pace[0])
        for row in rows:
            if self._handled(tx, row):
                settled.append(row.id)
            count += 1
            if self.store.turn.wanted and spent() - start > SHORTEST:
                break
        cut_short = count < len(rows)  # more would be read each time than is handled
        self._pace[0] = min(BATCH, max(FEW, 2 * count)) if cut_short else BATCH
        tx.journal.settle(settled)
        fault_point("a batch was settled")
        return count

    def _handled(self, tx: Transaction, row: Any) -> bool:
        try:
            self._handle(tx, row)
        except Exception as error:
            if gave_way(error) or isinstance(error, KeysAway):
                raise
            self.handlers.forget()
            tx.people.forget()
            log.error("parked %s: %s", row.id, type(error).__name__)
            tx.journal.park(row.id, type(error).__name__, traceback.format_exception(error))
            return False
        return True

    def _handle(self, tx: Transaction, row: Any) -> None:
        """Once more where another process has added in that moment what we were about to add."""
        try:
            self._handle_once(tx, row)
        except Exception as error:
            if not (tx.rows.shared and was_taken(error)):
                raise
            self.handlers.forget()
            tx.people.forget()
            self._handle_once(tx, row)

    def _handle_once(self, tx: Transaction, row: Any) -> None:
        with tx.savepoint():
            event = tx.journal.read(row)
            with tx.origin.because(event.at, event.key):
                self.handlers.handle(tx, event)
