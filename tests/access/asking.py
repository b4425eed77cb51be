"""Everybody asks everything of one company, and nothing of it stays: each ask is undone."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from bot.events import Account, CommandInvoked
from bot.store import Transaction
from bot.store.schema import outbox
from tests.access.company import Company
from tests.desk import account

ID = re.compile(r"\b[0-9a-f]{32}\b")
NOTHING = 99999  # the number of nothing


@dataclass(frozen=True, slots=True)
class Answer:
    """What everybody would read: who, and the whole effect with all its values."""

    told: tuple[tuple[str, str], ...]

    def about(self, number: int) -> "Answer":
        """The same with no number in it, to compare."""
        mask = re.compile(rf"(?<![\d.]){number}(?!\d)")
        return Answer(tuple((who, mask.sub("N", ID.sub("ID", text))) for who, text in self.told))


@dataclass(slots=True)
class Asking:
    company: Company
    tx: Transaction
    keys: Iterator[int]
    before: str  # the newest of what was said already

    def says(self, who: str, line: str) -> Answer:
        desk, tx = self.company.desk, self.tx
        shelf = desk.store._shelf
        last = shelf.last
        part = tx.rows.conn.begin_nested()
        try:
            event = desk.command(who, line, f"asked/{next(self.keys)}")
            with tx.savepoint(), tx.origin.because(event.at, event.key):
                desk.bot.engine.handlers.handle(tx, event)
            rows = tx.rows.all(outbox, outbox.c.id > self.before)
            effects = [tx.rows.open(outbox.c.body, row.id, row.body) for row in rows]
        finally:
            part.rollback()
            if shelf.last is not last:
                shelf.last = last
        return Answer(tuple((reader(each), repr(each)) for each in effects))


def reader(effect) -> str:
    to = effect.to
    return to.id if isinstance(to, Account) else f"room:{to.id}"


@contextmanager
def asking(company: Company) -> Iterator[Asking]:
    store = company.desk.store
    with store.transaction() as tx:
        part = tx.rows.conn.begin_nested()
        yield Asking(company, tx, count(), max(row.id for row in tx.rows.all(outbox)))
        part.rollback()
        tx.people.forget()
