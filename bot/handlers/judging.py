"""Does a new message answer what somebody owes, and does it ask something itself.

Policy 2.2.1-reply: who is asked answers in time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.events import MessagePosted, conversation
from bot.handlers import deeds
from bot.policy import judge
from bot.policy.duties import Duty
from bot.policy.importance import Said, first_rule
from bot.policy.judge import OpenAsk, Utterance
from bot.policy.people import Directory
from bot.policy.rulebook import Rule, Rulebook
from bot.store import Transaction


def hear(
    tx: Transaction, event: MessagePosted, new: Utterance, window: Sequence[Utterance]
) -> None:
    """Settle what the message answers; then open what it asks."""
    here = [
        (duty, seq)
        for duty, seq in tx.duties.here(conversation(event.message.place))
        if duty.kind == "reply" and duty.about is not None
    ]
    book = tx.policies.current()
    if here:
        _answer(tx, new, window, here, book)
    ask = judge.asks(new, window)
    if ask is not None or new.mentions:
        Asking(tx, event, new, book, tx.people.snapshot().directory).open(ask, window)


def _answer(
    tx: Transaction,
    new: Utterance,
    window: Sequence[Utterance],
    here: Sequence[tuple[Duty, int]],
    book: Rulebook,
) -> None:
    owed = {(duty.about.id, duty.owed_by): duty for duty, _ in here if duty.about}
    asks = [_open_ask(duty, seq) for duty, seq in here]
    for answer in judge.answers(new, window, asks):
        duty = owed.get((answer.ask, answer.of))
        if duty is not None and answer.confidence >= book.answers.sure:
            deeds.settle(tx, duty, "done", f"answered:{answer.reasons[0]}", new.id)


def _open_ask(duty: Duty, seq: int) -> OpenAsk:
    assert duty.about is not None
    return OpenAsk(
        id=duty.about.id,
        seq=seq,
        asker=duty.owed_to or "",
        of=duty.owed_by,
        thread=duty.about.place.thread,
    )


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
        ]

    def _same_burst(self, person: str | None, window: Sequence[Utterance]) -> bool:
        """The asker goes on asking before who owes it has said a word: one ask, one duty."""
        open_before = [
            seq
            for duty, seq in self.tx.duties.here(conversation(self.event.message.place))
            if duty.owed_by == person
            and duty.owed_to == self.new.author
            and duty.about
            and duty.about.place.thread == self.new.thread
        ]
        if not open_before:
            return False
        since = max(open_before)
        return not any(each.seq > since and each.author == person for each in window)

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
