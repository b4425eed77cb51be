"""Does a new message answer what somebody owes, and does it ask something itself.

Policy 2.2.1-reply: who is asked answers in time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.events import MessagePosted, conversation
from bot.handlers import deeds
from bot.policy import judge
from bot.policy.importance import Said, first_rule
from bot.policy.judge import OpenAsk, Utterance
from bot.policy.people import Directory
from bot.policy.rulebook import Rule, Rulebook
from bot.store import Transaction
from bot.store.duties import Near


def hear(
    tx: Transaction, event: MessagePosted, new: Utterance, window: Sequence[Utterance]
) -> None:
    """Settle what the message answers; then open what it asks."""
    book, directory = tx.policies.current(), tx.people.snapshot().directory
    _answer(tx, event, new, window)
    ask = judge.asks(new, window)
    if ask is not None or new.mentions:
        Asking(tx, event, new, book, directory).open(ask, window)


def _answer(
    tx: Transaction, event: MessagePosted, new: Utterance, window: Sequence[Utterance]
) -> None:
    """Whoever stands in for somebody answers for them too."""
    directory = tx.people.snapshot().directory
    owing = {new.author, *directory.stands_in_for(new.author, event.at)}
    near = Near(
        since=new.seq - len(window) - 1,
        thread=new.thread,
        quotes=new.quotes,
        owed_by=sorted(owing),
    )
    asked = tx.duties.asks(conversation(event.message.place), near)
    if not asked:
        return
    owed = {(row.message, row.owed_by and new.author): row.id for row in asked}
    sure = tx.policies.current().answers.sure
    for answer in judge.answers(new, window, [_open_ask(row, new.author) for row in asked]):
        duty = tx.duties.get(owed[answer.ask, answer.of])
        if duty is not None and answer.confidence >= sure:
            ending = deeds.Ending(f"answered:{answer.reasons[0]}", event.at, new.id)
            deeds.settle(tx, duty, "done", ending)


def _open_ask(row: Any, author: str) -> OpenAsk:
    return OpenAsk(
        id=row.message,
        seq=row.seq,
        asker=row.owed_to or "",
        of=row.owed_by and author,
        thread=row.thread,
    )


MOST = 50  # people who owe an answer to one message; more are not asked but told


@dataclass(frozen=True, slots=True)
class Asking:
    tx: Transaction
    event: MessagePosted
    new: Utterance
    book: Rulebook
    directory: Directory

    def open(self, ask: judge.Ask | None, window: Sequence[Utterance]) -> None:
        asker = self.directory.people.get(self.new.author)
        if asker is None or (ask is not None and ask.confidence < self.book.answers.asks_sure):
            return
        owing = self._owing(ask.of if ask else self.new.mentions)
        said = Said(
            text=self.new.text,
            ask=ask,
            addressed=bool(owing),
            channel=self.tx.people.place_name(self.event.message.place),
            roles=asker.roles,
            partner=asker.partner,
        )
        rule = first_rule(said, self.book)
        if rule is None:
            return
        room: list[str | None] = [None] if not rule.addressed and ask and not ask.of else []
        for person in owing or room:
            if not (self.book.bursts and self._same_burst(person, window)):
                self._open_one(rule, person)

    def _owing(self, named: Sequence[str]) -> list[str]:
        """Of those named, who can owe an answer: staff, present in the directory, not the asker."""
        people = [self.directory.people.get(id) for id in named]
        return [
            each.id
            for each in people
            if each and each.active and not each.partner and each.id != self.new.author
        ][:MOST]

    def _same_burst(self, person: str | None, window: Sequence[Utterance]) -> bool:
        """The asker goes on asking before who owes it has said a word: one ask, one duty."""
        place = conversation(self.event.message.place)
        before = [
            seq
            for duty, seq in self.tx.duties.asked_by(place, self.new.author, person)
            if duty.about and duty.about.place.thread == self.new.thread
        ]
        return bool(before) and not any(
            each.seq > max(before) and each.author == person for each in window
        )

    def _open_one(self, rule: Rule, person: str | None) -> None:
        opening = deeds.Opening(
            kind="reply",
            owed_by=person,
            owed_to=self.new.author,
            level=self.book.levels[rule.level],
            clause=rule.clause,
            rule=rule.id,
            start=self.event.at,
            about=self.event.message,
            seq=self.new.seq,
        )
        deeds.open_duty(self.tx, opening)
