"""What every sentence about a duty's life needs: who is told, and what was kept of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.events import MessageRef, conversation
from bot.handlers.deeds import BACK, excerpt, person_named
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store.lives import Lives
from bot.words import Quoted, Say, Value, say

WORDS = 160  # characters of a message that are shown

Event = tuple[datetime, Say]


@dataclass(frozen=True)
class Telling:
    """Of `duty` to `reader`, a person; None: to who looks after the bot, and reads no words."""

    tx: Transaction
    duty: Duty
    reader: str | None

    @cached_property
    def lives(self) -> Lives:
        return Lives(self.tx.rows)

    @cached_property
    def children(self) -> list[Duty]:
        return self.lives.children(self.duty)

    @cached_property
    def promises(self) -> list[Any]:
        """The ledger, in order."""
        return list(self.tx.duties.promises(self.duty.id))

    @cached_property
    def nudges(self) -> list[Any]:
        return sorted(self.tx.nudges.of(self.duty.id), key=lambda row: (row.at, row.step))

    def moves(self, made: Any) -> bool:
        """The due time moved to this promise: it was the first, and made in time."""
        first = made.number == 1 and made.made_at <= self.duty.first_due
        return first or bool(made.until == self.duty.due)

    def who(self, person: str | None) -> Value:
        return say("somebody") if person is None else person_named(self.tx, person)

    def author(self, message: str) -> Value:
        """Who wrote a message of the place where it arose."""
        about = self.duty.about
        found = self.tx.records.message(conversation(about.place), message) if about else None
        return self.who(found[1]["who"] if found else self.duty.owed_by)

    @cached_property
    def _concerned(self) -> bool:
        """They owe it, wait for it, or stand in; a manager hears who and when, not the words."""
        if self.reader is None:
            return False
        directory, now = self.tx.people.snapshot().directory, self.tx.clock.now()
        own = {self.reader, *directory.stands_in_for(self.reader, now)}
        return bool(own & {self.duty.owed_by, self.duty.owed_to})

    def message(self, id: str) -> Say:
        """Its words for who may read them; for who looks after the bot, where it is."""
        about = self.duty.about
        if about is not None and self.reader is None:
            return say("message {id}", id=Quoted(f"{conversation(about.place)}/{id}"))
        ref = about and MessageRef(about.place, id)
        words = excerpt(self.tx, ref, self.reader) if self._concerned else ""
        if not words:
            return say("a message that is gone, or not for you to read")
        return say("“{words}”", words=Quoted(words, WORDS))


def is_back(duty: Duty) -> bool:
    """It is owed for something that was asked back."""
    return duty.subject.startswith(BACK)
