"""How a command is declared. One file in `commands/` makes one `Command`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Generic, TypeVar

from bot.card import Card, Field, Form
from bot.effects import Effect, Send
from bot.events import Account, MessageRef, Place
from bot.policy.people import Directory, Person
from bot.policy.rulebook import Rulebook
from bot.store import Transaction
from bot.words import Quoted, Say, Who, say

A = TypeVar("A")


class Refusal(Exception):
    """A person asked for something we cannot do; they read `why`, in their language."""

    def __init__(self, why: Say) -> None:
        super().__init__(why.sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed behind a command's name, and what is needed to understand it."""

    text: str
    now: datetime
    zone: str
    people: tuple[tuple[str, Account], ...] = ()
    links: tuple[tuple[str, MessageRef], ...] = ()
    directory: Directory = field(default_factory=Directory)
    about: str = ""  # the words of the message it was used on, where it was used on one

    def person(self, words: str) -> Person:
        """Whom `words` mean. Raises Refusal where that is nobody, or not clear."""
        account = dict(self.people).get(words.strip())
        known = self.directory.behind(account) if account else None
        found = [known] if known else [] if account else self.directory.named(words)
        if not found:
            raise Refusal(
                say(
                    "I know nobody called {name}. Use their whole name, or mention them with @.",
                    name=Quoted(words),
                )
            )
        if len(found) > 1:
            raise Refusal(
                say(
                    "{count} people are called {name}. Mention the one you mean with @.",
                    count=len(found),
                    name=Quoted(words),
                )
            )
        return found[0]

    def link(self) -> MessageRef | None:
        return self.links[0][1] if self.links else None


@dataclass(slots=True)
class Call:
    """Everything a command may touch while it runs, inside one transaction."""

    tx: Transaction
    key: str  # of the event that caused it
    account: Account
    person: Person
    place: Place
    now: datetime
    directory: Directory
    book: Rulebook
    reply_handle: str | None = None
    card: MessageRef | None = None  # the card whose button was pressed
    subject: list[str] = field(default_factory=list)  # what the answer speaks of, to find its card
    _keys: Any = field(default_factory=count)

    def also(self, effect: Effect, subject: str = "") -> None:
        """A row under a key that stays the same if all this must be done again."""
        self.tx.outbox.add(effect, f"{self.key}/{next(self._keys)}", subject=subject)

    def tell(self, person: str | None, card: Card, subject: str = "") -> None:
        """A direct message, to the account they last used; who has none is not reached."""
        account = self.tx.people.reached_at(person) if person else None
        if account is not None:
            self.also(Send(account, card), subject)

    def who(self, person: str | None) -> Who:
        return name_of(self.directory, person)


def name_of(directory: Directory, person: str | None) -> Who:
    known = directory.people.get(person or "")
    return Who(known.id, known.name) if known else Who(person or "", person or "?")


@dataclass(frozen=True, slots=True)
class Command(Generic[A]):
    """`fields` is what a form asks for where the words are missing; `roles` who may use it."""

    name: str
    usage: str
    summary: Say
    examples: tuple[str, ...]
    parse: Callable[[Words], A]
    run: Callable[[Call, A], Card | Form]
    fields: tuple[Field, ...] = ()
    roles: frozenset[str] = frozenset()
    typed: bool = False  # for good: a reaction does not do it where it proves nothing

    def answer(self, call: Call, words: Words) -> Card | Form:
        return self.run(call, self.parse(words))

    def allows(self, person: Person) -> bool:
        return not self.roles or bool(self.roles & person.roles)


def number_in(text: str) -> int | None:
    """A short number as people write it: 7, #7, ＃７."""
    digits = text.strip().lstrip("#＃")
    return int(digits) if digits.isdecimal() and len(digits) < 10 else None  # noqa: PLR2004
