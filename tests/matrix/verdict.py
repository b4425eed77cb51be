"""What people see on their screens, held against what stands in the store, when all is quiet."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bot.clock import wall
from bot.store.schema import journal, listeners, outbox, records
from tests.kill.killing import opened
from tests.matrix.talk import Talk

SILENT = ("Amend", "Mark", "Withdraw")  # they make no message of their own


@dataclass
class Outcome:
    kills: int
    said: int
    taken: int = 0
    answers: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.unreadable, *self.broken]

    def __str__(self) -> str:
        return (
            f"kills={self.kills} said={self.said} taken={self.taken} answers={self.answers} "
            f"lost={len(self.lost)} doubled={len(self.doubled)} "
            f"unreadable={len(self.unreadable)} broken={len(self.broken)}"
        )


@dataclass(frozen=True)
class Verdict:
    """On what was said in `talk`, by the files of the bot in `data`."""

    talk: Talk
    data: Path

    def is_quiet(self) -> bool:
        """Everything is taken, handled and told; nobody waits for a key."""
        with rows(self.data) as read:
            unsent = outbox.c.state.in_(["ready", "doubtful"]), outbox.c.not_before <= wall()
            waiting = journal.c.settled_at.is_(None), journal.c.error.is_(None)
            heard = set(read.scalars(sa.select(journal.c.key)))
            return not (
                any(not self._keys(each) & heard for each in self.talk.said)
                or read.execute(sa.select(journal.c.key).where(*waiting)).first()
                or read.execute(sa.select(outbox.c.key).where(*unsent)).first()
                or list(_sealed(read))
                or list(self.talk.unreadable())
            )

    def given(self, kills: int) -> Outcome:
        found = Outcome(kills, said=len(self.talk.said))
        with rows(self.data) as read:
            found.lost += [*self._untaken(read, found), *self._unanswered(read, found)]
            found.doubled += self._doubled(read)
            found.unreadable += [*self.talk.unreadable(), *_sealed(read)]
            found.broken += [*self.talk.several(), *_broken(read)]
        found.broken += _chains(self.data)
        return found

    def _keys(self, event: str) -> set[str]:
        """Under which it may stand in the journal."""
        key = f"matrix/{self.talk.realm}/event/{event}"
        return {key, f"{key}/command"}

    def _untaken(self, read: sa.Connection, found: Outcome) -> Iterator[str]:
        heard = set(read.scalars(sa.select(journal.c.key)))
        kept = _kept(read)
        for each in self.talk.said:
            if not self._keys(each) & heard or (each in self.talk.posts and not kept[each]):
                yield f"{each} was never taken"
            else:
                found.taken += 1

    def _unanswered(self, read: sa.Connection, found: Outcome) -> Iterator[str]:
        seen = {key for _, key, _ in self.talk.cards()}
        sent = list(read.execute(sa.select(outbox).where(outbox.c.state == "arrived")))
        answered = {row.key.rpartition("/")[0] for row in sent if row.key in seen}
        for each in self.talk.commands:
            if answered & self._keys(each):
                found.answers += 1
            else:
                yield f"{each} was never answered"
        for row in sent:
            if row.message and row.kind not in SILENT and row.key not in seen:
                yield f"{row.key} ({row.kind}) arrived, and nobody sees it"

    def _doubled(self, read: sa.Connection) -> Iterator[str]:
        shown = Counter((key, part) for _, key, part in self.talk.cards())
        yield from (f"{key} stands there {times}×" for key, times in shown.items() if times > 1)
        kept = _kept(read)
        yield from (f"{each} is on record {times}×" for each, times in kept.items() if times > 1)


@contextmanager
def rows(data: Path) -> Iterator[sa.Connection]:
    with opened(data) as store, closing(store.db.connect()) as conn:
        yield conn


def _kept(read: sa.Connection) -> Counter[str]:
    """How often each message is on record."""
    posts = sa.select(records.c.message).where(records.c.kind == "post")
    return Counter(read.scalars(posts))


def _sealed(read: sa.Connection) -> Iterator[str]:
    which = listeners.c.name.like("matrix/%/sealed/%"), listeners.c.cursor != ""
    for name in read.scalars(sa.select(listeners.c.name).where(*which)):
        yield f"Duly cannot read {name}"


def _broken(read: sa.Connection) -> Iterator[str]:
    for row in read.execute(sa.select(journal)):
        if row.error is not None or row.settled_at is None:
            yield f"{row.key} is {'not settled' if row.error is None else 'parked'}"
    for row in read.execute(sa.select(outbox)):
        if row.state in ("ready", "doubtful") and row.not_before <= wall():
            yield f"{row.key} ({row.kind}) is still {row.state}"
        if row.state == "undeliverable" and row.kind != "OpenForm":
            yield f"{row.key} ({row.kind}) was given up"


def _chains(data: Path) -> Iterator[str]:
    with opened(data) as store, store.reading() as tx:
        for step in tx.records.verify():
            if not isinstance(step, int):
                yield f"the chain of {step.conversation} breaks at {step.seq}"
