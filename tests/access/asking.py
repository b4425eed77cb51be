"""Everybody asks everything of one company, and nothing of it stays: each ask is undone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count

from bot.effects import Effect
from bot.events import Account, MessageRef
from bot.store import Transaction
from bot.store.schema import outbox
from tests.access.company import ACCOUNTS, TEAM, Company

ID = re.compile(r"\b[0-9a-f]{32}\b")
CANARY = re.compile(r"quokka[a-z]+")
NOTHING = "99999"  # the number of nothing, the id of no message


@dataclass(frozen=True, slots=True)
class Answer:
    """What everybody would read: who, and the whole effect with all its values."""

    told: tuple[tuple[str, str], ...]

    def about(self, named: str) -> "Answer":
        """The same without what was asked for, to compare."""
        mask = re.compile(rf"(?<![\w.]){named}(?!\w)")
        return Answer(tuple((who, mask.sub("N", ID.sub("ID", text))) for who, text in self.told))

    def canaries(self) -> Iterator[tuple[str, str]]:
        """Who would read which."""
        for who, text in self.told:
            for word in CANARY.findall(text):
                yield ACCOUNTS.get(who, who), word


@dataclass(slots=True)
class Asking:
    company: Company
    tx: Transaction
    keys: Iterator[int]
    before: str  # the newest of what was said already

    def says(self, who: str, line: str, actor: Account | None = None) -> Answer:
        """`actor`: the account, where it is not the one that is called like them."""
        desk, tx, shelf = self.company.desk, self.tx, self.company.desk.store._shelf
        last, part = shelf.last, tx.rows.conn.begin_nested()
        try:
            event = desk.command(who, line, f"asked/{next(self.keys)}")
            event = replace(event, actor=actor or event.actor)
            event = replace(event, links=tuple((w, MessageRef(TEAM, r.id)) for w, r in event.links))
            with tx.origin.because(event.at, event.key):
                desk.bot.engine.handlers.handle(tx, event)
            rows = tx.rows.all(outbox, outbox.c.id > self.before)
            effects = [tx.rows.open(outbox.c.body, row.id, row.body) for row in rows]
        finally:
            part.rollback()
            shelf.last = last
        return Answer(tuple((reader(each), repr(each)) for each in effects))


def reader(effect: Effect) -> str:
    return effect.to.id if isinstance(effect.to, Account) else f"room:{effect.to.id}"


@contextmanager
def asking(company: Company) -> Iterator[Asking]:
    with company.desk.store.transaction() as tx:
        part = tx.rows.conn.begin_nested()
        yield Asking(company, tx, count(), max(row.id for row in tx.rows.all(outbox)))
        part.rollback()
        tx.people.forget()
