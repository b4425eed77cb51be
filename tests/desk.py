"""A whole bot on a desk: fixed clock, memory database, a paper platform, people with names."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import sqlalchemy as sa

from bot.card import Card
from bot.clock import Clock
from bot.effects import (
    Amend,
    Deliverable,
    Mark,
    OpenForm,
    Publish,
    Send,
    ShowHome,
    Upload,
    Whisper,
    Withdraw,
)
from bot.events import (
    Account,
    Attachment,
    ButtonPressed,
    CommandInvoked,
    FileShared,
    FormSubmitted,
    Happening,
    MessagePosted,
    MessageRef,
    Place,
    PlaceChanged,
    Platform,
    ReactionChanged,
)
from bot.policy.duties import Duty
from bot.policy.people import Department, Person
from bot.port import Ability, Door, Inbox
from bot.seal import Seal
from bot.store import Store, connecting
from bot.store.connecting import MEMORY, in_memory
from bot.store.schema import policies
from bot.wiring import assemble
from bot.words import Reader, Say, Value, render
from tests.simulation.loops import run

PAPER = Platform("paper")
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 09:00 in Shanghai
LOBBY = Place(PAPER, "home", "lobby")
STAFF = {  # name: department, manager, roles, language
    "ann": ("sales", "sam", "", "en"),
    "sam": ("sales", "grace", "department_head", "en"),
    "bob": ("tech", "mei", "", "en"),
    "wei": ("tech", "mei", "", "zh_Hans"),
    "mei": ("tech", "grace", "department_head", "zh_Hans"),
    "hana": ("office", "grace", "hr", "en"),
    "grace": ("office", None, "executive", "en"),
    "eve": ("sales", "sam", "", "en"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something a reader was shown: under which key, where, to whom, in which words."""

    key: str
    ref: MessageRef
    to: str
    text: str
    card: Card | None


class Paper:
    """A chat platform in memory, with everything a platform can have."""

    platform = PAPER
    abilities: Ability = ~Ability.NONE
    doors: Sequence[Door] = ()

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.forms: list[OpenForm] = []
        self.published: list[Publish] = []
        self.gone: set[MessageRef] = set()  # lines that were withdrawn; kept, to tell what was said

    async def listen(self, inbox: Inbox) -> None:
        await asyncio.Event().wait()

    def hang_up(self) -> None:
        pass

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        match effect:
            case Send(to=to, card=card) | Whisper(to=to, card=card) | Upload(to=to, card=card):
                return self._print(to, key, card, reader)
            case Amend(message=ref, card=card):
                words = text_of(card, reader)
                self.lines = [
                    replace(x, text=words, card=card) if x.ref == ref else x for x in self.lines
                ]
                return ref
            case OpenForm():
                self.forms.append(effect)
            case Withdraw(message=ref):
                self.gone.add(ref)
            case Publish():
                self.published.append(effect)
            case ShowHome() | Mark():
                pass
        return None

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        return next((line.ref for line in self.lines if line.key == key), None)

    def seen_by(self, who: str) -> list[Line]:
        """What stands before a reader."""
        return [line for line in self.lines if line.to == who and line.ref not in self.gone]

    def _print(self, to: Place | Account, key: str, card: Card, reader: Reader) -> MessageRef:
        place = Place(to.platform, to.realm, f"dm:{to.id}" if isinstance(to, Account) else to.id)
        ref = MessageRef(place, f"c{len(self.lines)}")
        self.lines.append(Line(key, ref, to.id, text_of(card, reader), card))
        return ref


def text_of(card: Card, reader: Reader) -> str:
    def words(text: Say | Value) -> str:
        return render(text, reader, lambda quoted: f"«{quoted}»")

    parts = [words(card.title), *map(words, card.body)]
    parts += [f"{words(label)}: {words(value)}" for label, value in card.facts]
    return "\n".join(parts)


def account(name: str) -> Account:
    return Account(PAPER, "home", name)


MANY = 40  # companies as they are at first that are kept, of 1 MB each
_FOUNDED: dict[Any, tuple[sqlite3.Connection, int, Any]] = {}


def _empty(db: sa.Engine) -> bool:
    with db.connect() as conn:
        return conn.execute(sa.select(sa.func.count()).select_from(policies)).scalar_one() == 0


def _bare(conn: sa.Connection) -> sqlite3.Connection:
    bare = conn.connection.driver_connection
    assert isinstance(bare, sqlite3.Connection)
    return bare


@dataclass
class Desk:
    chance: Random = field(default_factory=lambda: Random(1))
    paper: Paper = field(default_factory=Paper)
    now: datetime = MONDAY
    policy: str = ""
    abilities: Ability = ~Ability.NONE
    db: sa.Engine | None = None
    key: bytes = bytes(32)
    company: str = "acme"
    names: frozenset[str] = frozenset(STAFF)  # whom an @ can mean

    def __post_init__(self) -> None:
        self.paper.abilities = self.abilities
        self.clock = Clock(lease=lambda: self.now, random=self.chance.randbytes)
        db = self.db if self.db is not None else in_memory()
        self.store = Store(db, self.company, Seal(self.key, self.clock.random), self.clock)
        self._keys = (f"key {number}" for number in count())
        self._ids = (f"m{number}" for number in count(1))
        self._found()
        self.restart()

    def _found(self) -> None:
        """The company as it is at first. To build it takes longer than most scenes: it is copied.

        Whatever is kept, and whatever chance and the clock say next, is the same either way.
        """
        db, known = self.store.db, (self.company, self.policy, self.now, self.key)
        if str(db.url) != MEMORY or not _empty(db):
            self._build()
            return
        first = (connecting._pattern()[0], *known, self.chance.getstate())
        if first in _FOUNDED:
            kept, last, state = _FOUNDED[first]
            with db.connect() as conn:
                kept.backup(_bare(conn))
            self.clock._last = last
            self.chance.setstate(state)
            return
        self._build()
        if len(_FOUNDED) < MANY:
            kept = sqlite3.connect(":memory:", check_same_thread=False)
            with db.connect() as conn:
                _bare(conn).backup(kept)
            _FOUNDED[first] = (kept, self.clock._last, self.chance.getstate())

    def _build(self) -> None:
        with self.store.transaction() as tx:
            tx.policies.adopt(self.policy)
            tx.people.save(person(name) for name in STAFF)
            names = {each[0] for each in STAFF.values()}
            heads = {"sales": "sam", "tech": "mei", "office": "grace"}
            tx.people.save_departments(
                Department(id=name, name=name.title(), head=heads[name]) for name in sorted(names)
            )
            for name in STAFF:
                tx.people.link(account(name), name)
            tx.people.settle_in(PlaceChanged(key="", at=self.now, place=LOBBY, name="lobby"))

    def restart(self) -> None:
        self.bot = assemble(self.store, [self.paper])

    def close(self) -> None:
        self.store.db.dispose()

    def posts(self, who: str, text: str, *, reply_to: str | None = None) -> str:
        """`who` says `text` in the lobby, in reply_to's thread if given; the message's id."""
        id = next(self._ids)
        self.take(self.message(who, text, id, reply_to))
        return id

    def message(self, who: str, text: str, id: str, thread: str | None = None) -> MessagePosted:
        names = [word.strip("@,.?!，。？！:：") for word in text.split() if word.startswith("@")]
        return MessagePosted(
            key=f"paper/{id}",
            at=self.now,
            author=account(who),
            message=MessageRef(replace(LOBBY, thread=thread), id),
            text=text,
            mentions=tuple(account(name) for name in names if name in self.names),
        )

    def reacts(self, who: str, emoji: str, message: str | MessageRef) -> list[str]:
        ref = MessageRef(LOBBY, message) if isinstance(message, str) else message
        key = next(self._keys)
        return self.hears(
            ReactionChanged(
                key=key, at=self.now, actor=account(who), message=ref, emoji=emoji, added=True
            )
        )

    def says(self, who: str, text: str, *, key: str | None = None) -> list[str]:
        """`who` types /duly `text`; returns what everybody then reads, as 'name: text'."""
        return self.hears(self.command(who, text, key or next(self._keys)))

    def answers(self, who: str, text: str) -> list[str]:
        """`who` says bare words in their own chat with us."""
        said = self.command(who, text, next(self._keys))
        here = Place(PAPER, "home", f"dm:{who}")
        return self.hears(replace(said, place=here, bare=True))

    def brings(self, who: str, *files: str, refused: Say | None = None) -> list[str]:
        """`who` posts files there, of which the adapter kept those."""
        key, here = next(self._keys), Place(PAPER, "home", f"dm:{who}")
        shared = FileShared(
            key=key,
            at=self.now,
            actor=account(who),
            message=MessageRef(here, key),
            files=tuple(Attachment(file, file, 1) for file in files),
            brought=files,
            refused=refused,
        )
        return self.hears(shared)

    def command(self, who: str, text: str, key: str) -> CommandInvoked:
        people = tuple(
            (word, account(word[1:]))
            for word in text.split()
            if word[0] == "@" and word[1:] in self.names
        )
        links = tuple(
            (word, MessageRef(LOBBY, word[4:])) for word in text.split() if word.startswith("msg:")
        )
        return CommandInvoked(
            key=key,
            at=self.now,
            actor=account(who),
            place=LOBBY,
            text=text,
            people=people,
            links=links,
            reply_handle="window",
        )

    def presses(self, who: str, label: str) -> list[str]:
        """`who` presses the button called `label` on the last card they were sent that has it."""
        for line in reversed(self.paper.seen_by(who)):
            for button in line.card.buttons if line.card else ():
                if label in (button.emoji, button.label.sentence):
                    press = ButtonPressed(
                        key=next(self._keys),
                        at=self.now,
                        actor=account(who),
                        message=line.ref,
                        action=button.action,
                        reply_handle="window",
                    )
                    return self.hears(press)
        raise AssertionError(f"{who} has no button {label}")

    def submits(self, who: str, **fields: str) -> list[str]:
        """`who` fills in the form last opened for them."""
        form = next(each.form for each in reversed(self.paper.forms) if each.to.id == who)
        return self.hears(
            FormSubmitted(
                key=next(self._keys),
                at=self.now,
                actor=account(who),
                place=LOBBY,
                form=form.command,
                fields=tuple(fields.items()),
                people=tuple((v, account(v[1:])) for v in fields.values() if v[1:] in STAFF),
            )
        )

    def hears(self, *events: Happening) -> list[str]:
        seen = len(self.paper.lines)
        self.take(*events)
        return self.read(seen)

    def take(self, *events: Happening) -> None:
        run(self._hear(events))

    async def _hear(self, events: tuple[Happening, ...]) -> None:
        await self.bot.inbox.take(events)
        while await self.bot.turn():
            pass

    def read(self, seen: int = 0) -> list[str]:
        return [f"{line.to}: {line.text}" for line in self.paper.lines[seen:]]

    def wait(self, span: timedelta) -> list[str]:
        """Time goes by at once; returns what was sent at the end of it."""
        seen = len(self.paper.lines)
        self.now += span
        run(self._turns())
        return self.read(seen)

    def until(self, at: datetime) -> list[str]:
        """Time goes by from one moment at which something is to happen to the next."""
        said: list[str] = []
        while self.now < at:
            said += self.wait(min(self._next(), at) - self.now)
        return said

    def _next(self) -> datetime:
        """When something falls due, or may be sent; a minute from now at the earliest."""
        with self.store.transaction() as tx:
            due, unsent = tx.dues.next(), tx.outbox.next()
        soon = self.now + timedelta(minutes=1)
        return max(
            soon, min(each for each in (due, unsent, datetime.max.replace(tzinfo=UTC)) if each)
        )

    async def _turns(self) -> None:
        while await self.bot.turn():
            pass

    def duty(self, number: int) -> Duty:
        with self.store.transaction() as tx:
            found = tx.duties.find(number)
        assert found is not None
        return found

    def titles(self, said: list[str]) -> list[str]:
        return [each.split("\n")[0] for each in said]


def person(name: str) -> Person:
    department, manager, roles, language = STAFF[name]
    return Person(
        id=name,
        name=name.title(),
        email=f"{name}@acme.example",
        department=department,
        manager=manager,
        roles=frozenset(roles.split()),
        language=language,
        zone="Asia/Shanghai",
    )
