"""Goes through what was kept, behind those who keep it, so that it can be found. Policy 3.3.2."""

import logging
from dataclasses import dataclass

from bot.clock import fault_point
from bot.policy.lookup.grams import fold
from bot.policy.lookup.texts import keys, words_of
from bot.store import Store, Transaction
from bot.store.search import Entry, Opened

log = logging.getLogger(__name__)

BATCH = 50  # records in one transaction: who must acknowledge an event waits no longer than that


@dataclass(frozen=True, slots=True)
class Indexer:
    store: Store

    def work(self, batch: int = BATCH) -> int:
        """One batch, or one step of wiping out what was disposed of; returns how much that was."""
        with self.store.reading() as tx:
            ids = tx.search.pending(batch)
            found = tx.search.opened(ids) if ids else {}
            entries = [_entry(id, found.get(id)) for id in ids]
            moved = [one for one in found.values() if one.row.kind == "class"]
        if not ids:
            return self._wipe()
        with self.store.transaction() as tx:
            tx.search.enter(entries, ids[-1])
            for one in moved:
                _anew(tx, one)
        fault_point("records were made to be found")
        return len(ids)

    def rebuild(self) -> int:
        """All of it anew; returns how many records were gone through."""
        with self.store.transaction() as tx:
            tx.search.clear()
        done = 0
        while count := self.work(20 * BATCH):
            done += count
        return done

    def _wipe(self) -> int:
        with self.store.transaction() as tx:
            return int(tx.search.wipe())


def _entry(id: str, one: Opened | None, class_name: str = "") -> Entry:
    """Nothing leads to what could not be opened."""
    if one is None:
        return Entry(id, None, ())
    row, body = one.row, one.body
    authors = {row.author, str(body.get("who") or row.author)}
    known = keys(row.kind, row.conversation, authors, class_name or row.class_name)
    words = fold(words_of(row.kind, body)).grams if known else ()
    return Entry(id, row.at, (*words, *known))


def _anew(tx: Transaction, one: Opened) -> None:
    """A message was given another class: all that is kept of it is found by that."""
    place, message = one.row.conversation, one.row.message
    current = tx.records.class_of(place, message) or one.row.class_name
    found = tx.search.opened(tx.search.of_message(place, message))
    tx.search.anew([_entry(id, each, current) for id, each in found.items()])
