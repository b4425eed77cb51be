"""What is said in rooms: kept as evidence, and watched for asks and answers.

Policy 3.3.2 (everything is kept), 2.2.1-reply and 2.1.2-followup (asks are answered).
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.effects import Whisper
from bot.events import (
    Account,
    MessageChanged,
    MessagePosted,
    Place,
    ReactionChanged,
    account_key,
    conversation,
)
from bot.handlers import deeds, judging, marking
from bot.policy.judge import Utterance
from bot.store import Transaction
from bot.store.records import Kind, Saying

WINDOW = 60  # messages of a conversation the judge looks back on
CONVERSATIONS = 2000  # kept in memory at a time


@dataclass(slots=True)
class Memory:
    """The last messages of the liveliest conversations; anything missing is read from the store."""

    windows: OrderedDict[str, deque[Utterance]] = field(default_factory=OrderedDict)
    heads: dict[str, int] = field(default_factory=dict)

    def clear(self) -> None:
        self.windows.clear()
        self.heads.clear()

    def window(self, tx: Transaction, place: str, seq: int) -> deque[Utterance]:
        """What was said before position `seq`."""
        if self.heads.get(place) != seq - 1:
            before = tx.records.latest(place, WINDOW, before=seq)
            self.windows[place] = deque((_heard(*each) for each in before), WINDOW)
        self.windows.move_to_end(place)
        if len(self.windows) > CONVERSATIONS:
            gone, _ = self.windows.popitem(last=False)
            self.heads.pop(gone, None)
        return self.windows[place]

    def hear(self, place: str, new: Utterance) -> None:
        self.windows[place].append(new)
        self.heads[place] = new.seq

    def skip(self, place: str, seq: int) -> None:
        """A record that is no message of its own: an edit, a deletion."""
        if self.heads.get(place) == seq - 1:
            self.heads[place] = seq


def posted(tx: Transaction, event: MessagePosted, memory: Memory) -> None:
    tx.people.see(event.author)
    place = conversation(event.message.place)
    body = {
        "who": identity(tx, event.author),
        "text": event.text,
        "mentions": identities(tx, event.mentions),
        "names": _names(tx, event.mentions),
        "quotes": event.quotes,
        "automatic": event.automatic,
    }
    seq = _keep(tx, event, "post", body)
    window = memory.window(tx, place, seq)
    new = _utterance(event.message.id, seq, event, body)
    if not event.direct and not event.automatic:
        judging.hear(tx, event, new, tuple(window))
    memory.hear(place, new)


def changed(tx: Transaction, event: MessageChanged, memory: Memory) -> None:
    """The first version stays; the edit or deletion is a record after it."""
    place, who = conversation(event.message.place), identity(tx, event.author)
    kind: Kind = "deletion" if event.text is None else "edit"
    seq = _keep(tx, event, kind, {"who": who, "text": event.text})
    memory.skip(place, seq)
    if event.text is None:
        for duty in tx.duties.of_message(place, event.message.id):
            if duty.live:
                deeds.settle(tx, duty, "dropped", deeds.Ending("deleted", event.at))


def reacted(tx: Transaction, event: ReactionChanged) -> None:
    """An agreed reaction settles what its giver owes; a mark makes a message important."""
    book, person = tx.policies.current(), tx.people.snapshot().directory.behind(event.actor)
    if not event.added or person is None:
        return
    if event.emoji in book.answers.emoji:
        for duty in tx.duties.of_message(conversation(event.message.place), event.message.id):
            if duty.live and duty.owed_by == person.id and duty.kind == "reply":
                deeds.settle(tx, duty, "done", deeds.Ending("reaction", event.at))
    elif event.emoji in book.marks.emoji:
        card = marking.mark(tx, event.message, person)
        tx.outbox.add(Whisper(event.actor, event.message.place, card), f"{event.key}/0")


def identity(tx: Transaction, account: Account) -> str:
    """The person behind an account, by whichever they speak; a stranger is their account."""
    person = tx.people.snapshot().directory.behind(account)
    return person.id if person else account_key(account)


def identities(tx: Transaction, accounts: Iterable[Account]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(identity(tx, each) for each in accounts))


def _names(tx: Transaction, accounts: Iterable[Account]) -> tuple[str, ...]:
    """How those mentioned may be called in the text, longest first."""
    shot, found = tx.people.snapshot(), set()
    for account in accounts:
        person, login = shot.directory.behind(account), shot.logins.get(account)
        called = [account.id, login.name if login else "", person.name if person else ""]
        found |= {*called, *(name.partition(" ")[0] for name in called)}
    return tuple(sorted(found - {""}, key=lambda name: (-len(name), name)))


def class_of(tx: Transaction, place: Place) -> str:
    """The class of what is said in a place, by its channel. Policy 3.1."""
    return tx.policies.current().channel(tx.people.place_name(place)).class_name


def _keep(
    tx: Transaction, event: MessagePosted | MessageChanged, kind: Kind, body: Mapping[str, Any]
) -> int:
    place = event.message.place
    saying = Saying(
        kind=kind,
        conversation=conversation(place),
        thread=place.thread,
        message=event.message.id,
        author=account_key(event.author),
        class_name=class_of(tx, place),
        at=event.at,
        body=body,
    )
    return tx.records.add(saying)


def _utterance(id: str, seq: int, row: Any, body: Mapping[str, Any]) -> Utterance:
    thread = row.message.place.thread if isinstance(row, MessagePosted) else row.thread
    return Utterance(
        id=id,
        seq=seq,
        at=row.at,
        author=body["who"],
        text=body["text"],
        mentions=tuple(body["mentions"]),
        names=tuple(body["names"]),
        thread=thread,
        quotes=body["quotes"],
        is_bot=body["automatic"],
    )


def _heard(row: Any, body: Mapping[str, Any]) -> Utterance:
    return _utterance(row.message, row.seq, row, body)
