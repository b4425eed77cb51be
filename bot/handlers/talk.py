"""What is said in rooms: kept as evidence, and watched for asks and answers.

Policy 3.3.2 (everything is kept), 2.2.1-reply and 2.1.2-followup (asks are answered).
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.effects import Whisper
from bot.events import (
    Account,
    FileShared,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
    ReactionChanged,
    account_key,
    bare_emoji,
    conversation,
)
from bot.handlers import classes, deeds, followups, judging, marking, releases, screening
from bot.policy.duties import ANSWERED
from bot.policy.judge import Utterance
from bot.policy.people import Person
from bot.policy.rulebook import Rule
from bot.store import Transaction
from bot.store.records import Kind, Saying

WINDOW = 60  # messages of a conversation the judge looks back on
NOBODY = "unknown"  # whose a message was that is gone, and was not kept
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

    def catch_up(self, tx: Transaction, place: str) -> None:
        """Records followed that are no messages: the classes it was given."""
        if place in self.heads:
            self.heads[place] = tx.records.head(place)[0]


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
        "direct": event.direct,
        "everyone": event.everyone,
        "groups": tuple(group.id for group in event.groups),
        "members": _members(tx, event),
    }
    seq = _keep(tx, event, "post", body)
    window = memory.window(tx, place, seq)
    new = _utterance(event.message.id, seq, event, body)
    if event.direct or event.automatic:
        memory.hear(place, new)
        return
    message = _message(tx, event, new)
    rule = judging.hear(message, tuple(window))
    memory.hear(place, new)
    _look(message, rule, memory)


def _look(message: judging.Message, rule: Rule | None, memory: Memory) -> None:
    """What class it is of, whether it may stand there, and what in it. Policy 3.1, 3.2, 4.2"""
    given = rule is not None and classes.by_rule(message, rule)
    if releases.look(message) or given:
        memory.catch_up(message.tx, conversation(message.place))
    screening.look(message)


def _message(tx: Transaction, event: MessagePosted, new: Utterance) -> judging.Message:
    return judging.Message(
        tx=tx,
        key=event.key,
        at=event.at,
        author=event.author,
        ref=event.message,
        class_name=class_of(tx, event.message.place),
        said=new,
        members=_members(tx, event),
        gone=_gone(tx, event.mentions),
        priority=event.priority,
    )


def _members(tx: Transaction, event: MessagePosted) -> tuple[str, ...]:
    """Of the groups it mentions; more than would be asked are not looked at one by one."""
    grouped = dict.fromkeys(each for group in event.groups for each in group.members)
    return identities(tx, grouped)


def _gone(tx: Transaction, accounts: Iterable[Account]) -> tuple[Person, ...]:
    """Whose accounts these were: people who have left."""
    directory = tx.people.snapshot().directory
    owners = (directory.people.get(directory.accounts.get(each, "")) for each in accounts)
    return tuple(each for each in owners if each is not None and not each.active)


def changed(tx: Transaction, event: MessageChanged, memory: Memory) -> None:
    """The first version stays; the edit or deletion is a record after it.

    Whose it was is kept with the message alone: what asked for the reporting channel never was.
    """
    place = conversation(event.message.place)
    if event.text is None and tx.records.belonging(place, event.message.id) is None:
        event = replace(event, author=replace(event.author, id=NOBODY))
    who = identity(tx, event.author)
    kind: Kind = "deletion" if event.text is None else "edit"
    seq = _keep(tx, event, kind, {"who": who, "text": event.text})
    memory.skip(place, seq)
    if event.text is None:
        judging.deleted(tx, event.message, event.at)
        screening.deleted(tx, event.message, who)
    elif found := tx.records.message(place, event.message.id):
        _judge_anew(tx, event, memory, *found)


def _judge_anew(
    tx: Transaction, event: MessageChanged, memory: Memory, row: Any, first: Mapping[str, Any]
) -> None:
    """What an edited message asks and answers now, as if it had been said so where it stands."""
    if first["automatic"] or first.get("direct") or row.author != account_key(event.author):
        return
    body = {
        **first,
        "text": event.text,
        "mentions": identities(tx, event.mentions),
        "names": _names(tx, event.mentions),
    }
    place = conversation(event.message.place)
    message = judging.Message(
        tx=tx,
        key=event.key,
        at=event.at,
        author=event.author,
        ref=MessageRef(replace(event.message.place, thread=row.thread), event.message.id),
        class_name=row.class_name,
        said=_heard(row, body),
        members=tuple(first.get("members", ())),
        gone=_gone(tx, event.mentions),
    )
    rule = judging.edited(
        message, lambda: [_heard(*each) for each in tx.records.latest(place, WINDOW, row.seq)]
    )
    _look(message, rule, memory)


def reacted(tx: Transaction, event: ReactionChanged, memory: Memory) -> None:
    """An agreed reaction settles what its giver owes; a mark makes a message important."""
    person = tx.people.snapshot().directory.behind(event.actor)
    if answers(tx, event) or _marks(tx, event):
        _hang(tx, Hung("reaction", event.actor, event.message, event.at), memory, _gesture(event))
    if not event.added or person is None:
        return
    if answers(tx, event):
        directory = tx.people.snapshot().directory
        own = {person.id, *directory.stands_in_for(person.id, event.at)}
        for duty in tx.duties.of_message(conversation(event.message.place), event.message.id):
            if duty.live and duty.owed_by in own and duty.kind in ANSWERED:
                deeds.settle(tx, duty, "done", deeds.Ending("reaction", event.at))
        followups.reacted(tx, event, person.id)
    elif _marks(tx, event):
        card = marking.mark(tx, event.message, person)
        tx.outbox.add(Whisper(event.actor, event.message.place, card), f"{event.key}/0")


@dataclass(frozen=True, slots=True)
class Hung:
    """What belongs to a message beside its words: a reaction that counts, files."""

    kind: Kind
    who: Account
    message: MessageRef
    at: datetime


def shared(tx: Transaction, event: FileShared, memory: Memory) -> None:
    """Files in a message are kept by reference: what they are called, and where they lie."""
    files = tuple((each.name, each.id, each.size) for each in event.files)
    if files and not event.brought:
        hung = Hung("file", event.actor, event.message, event.at)
        _hang(tx, hung, memory, {"files": files})


def _hang(tx: Transaction, hung: Hung, memory: Memory, body: Mapping[str, Any]) -> None:
    place, here = hung.message.place, conversation(hung.message.place)
    own = tx.records.belonging(here, hung.message.id)
    saying = Saying(
        kind=hung.kind,
        conversation=here,
        thread=place.thread,
        message=hung.message.id,
        author=account_key(hung.who),
        class_name=(own and own.class_name) or class_of(tx, place),
        at=hung.at,
        body={"who": identity(tx, hung.who), **body},
        important=bool(own and own.important),
    )
    memory.skip(here, tx.records.add(saying))


def _gesture(event: ReactionChanged) -> dict[str, Any]:
    return {"emoji": event.emoji, "added": event.added}


def _marks(tx: Transaction, event: ReactionChanged) -> bool:
    marks = tx.policies.current().marks.emoji
    return bare_emoji(event.emoji) in map(bare_emoji, marks)


def answers(tx: Transaction, event: ReactionChanged) -> bool:
    """It is one of those that are agreed to be an answer."""
    agreed = tx.policies.current().answers.emoji
    return bare_emoji(event.emoji) in map(bare_emoji, agreed)


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
    place, own = event.message.place, None
    if kind != "post":  # what becomes of a message is of the class it has by now
        own = tx.records.belonging(conversation(place), event.message.id)
    saying = Saying(
        kind=kind,
        conversation=conversation(place),
        thread=place.thread,
        message=event.message.id,
        author=account_key(event.author),
        class_name=(own and own.class_name) or class_of(tx, place),
        at=event.at,
        body=body,
        important=bool(own and own.important),
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
        everyone=body.get("everyone", False),
        groups=tuple(body.get("groups", ())),
    )


def _heard(row: Any, body: Mapping[str, Any]) -> Utterance:
    return _utterance(row.message, row.seq, row, body)
