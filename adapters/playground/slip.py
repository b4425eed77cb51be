"""One payload under the reader's hands: its fields, checked, and whom and what they refer to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.playground.cast import (
    DIRECT,
    PLATFORM,
    REALM,
    Cast,
    Person,
    Team,
    account,
    place,
)
from adapters.playground.lines import Line
from adapters.playground.mentions import Everybody, mentions
from bot.events import Account, Group, MessageRef, Place
from bot.words import Code, Quoted, Say, say

LONGEST = 8000  # characters of one text
DELIVERY = re.compile(r"[A-Za-z0-9_.:~+=-]{1,128}")
LINK = re.compile(r"(?:https?://[^\s#]*)?#msg-([0-9a-f]{32})")
SURROGATES = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):
    """The payload lacks something; `why` says what, in a sentence."""

    status = 400

    def __init__(self, why: Say) -> None:
        super().__init__(why.sentence)
        self.why = why


class Forbidden(Unreadable):
    """Readable, but not for this person to do."""

    status = 403


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the platform adds when something arrives for the first time."""

    at: datetime
    message: str  # the id of the line it makes, if it makes one


class Known(Protocol):
    """What there is to refer to."""

    @property
    def cast(self) -> Cast: ...

    def line(self, id: str) -> Line | None: ...


def delivery_id(payload: Mapping[str, object]) -> str:
    id = payload.get("id")
    if not isinstance(id, str) or not DELIVERY.fullmatch(id):
        raise Unreadable(
            say(
                "The field {field} is missing: up to 128 letters and digits, new every time.",
                field=Code("id"),
            )
        )
    return id


@dataclass(frozen=True, slots=True)
class Slip:
    payload: Mapping[str, object]
    stamp: Stamp
    known: Known

    @property
    def key(self) -> str:
        return f"{PLATFORM}/{REALM}/{delivery_id(self.payload)}"

    @property
    def person(self) -> Person:
        found = self.known.cast.person(self.text("as"))
        if found is None:
            raise Unreadable(
                say("Nobody here has the account {account}.", account=Quoted(self.text("as")))
            )
        return found

    @property
    def actor(self) -> Account:
        return account(self.person.id)

    def text(self, name: str) -> str:
        found = self.maybe(name)
        if found is None:
            raise Unreadable(say("The field {field} is missing.", field=Code(name)))
        return found

    def maybe(self, name: str) -> str | None:
        """None where it is absent or blank."""
        found = self.payload.get(name)
        if found is None:
            return None
        return checked(name, found) or None

    def flag(self, name: str, *, absent: bool = False) -> bool:
        found = self.payload.get(name, absent)
        if not isinstance(found, bool):
            raise Unreadable(say("The field {field} must be true or false.", field=Code(name)))
        return found

    def place(self) -> Place:
        person, id = self.person, self.maybe("place") or ""
        if not id:
            raise Unreadable(say("The field {field} is missing.", field=Code("place")))
        if id not in self.known.cast.places_of(person.id):
            raise Forbidden(say("{name} is not in that place.", name=Quoted(person.name)))
        return place(id, self._root(id))

    def _root(self, place_id: str) -> str | None:
        if self.maybe("thread") is None:
            return None
        root = self.line("thread")
        if root.place != place_id or root.only_for is not None:
            raise Unreadable(say("That message cannot be answered here."))
        return root.thread or root.id

    def line(self, name: str) -> Line:
        """The line a field names, which the actor must be able to see."""
        found = self.known.line(self.text(name))
        if found is None or not sees(self.known.cast, self.person, found):
            raise Unreadable(say("There is no such message."))
        return found

    def own(self) -> Line:
        found = self.line("message")
        if found.author != self.person.id or found.place.startswith(DIRECT):
            raise Forbidden(say("Only what you said in a channel yourself can be changed."))
        return found

    def mentioned(self, text: str) -> tuple[Account, ...]:
        return tuple(dict.fromkeys(who for _, who in self.people(text)))

    def people(self, text: str) -> tuple[tuple[str, Account], ...]:
        """What stands in the text, and whom it means."""
        return tuple(
            (text[each.start : each.end], account(each.whom.id))
            for each in mentions(text, self.known.cast)
            if isinstance(each.whom, Person)
        )

    def groups(self, text: str, where: Place) -> tuple[Group, ...]:
        """The teams it names, as far as they can read it there."""
        cast = self.known.cast
        named = dict.fromkeys(each.whom for each in mentions(text, cast))
        return tuple(
            Group(each.id, each.name, tuple(map(account, cast.present(each, where.id))))
            for each in named
            if isinstance(each, Team)
        )

    def everyone(self, text: str) -> bool:
        return any(isinstance(each.whom, Everybody) for each in mentions(text, self.known.cast))

    def links(self, text: str) -> tuple[tuple[str, MessageRef], ...]:
        found = ((each.group(0), self.known.line(each.group(1))) for each in LINK.finditer(text))
        return tuple(
            (token, line.ref)
            for token, line in found
            if line is not None and sees(self.known.cast, self.person, line)
        )


def checked(name: str, found: object) -> str:
    """A text of bearable length, with nothing in it that cannot be written down."""
    if not isinstance(found, str):
        raise Unreadable(say("The field {field} must be a text.", field=Quoted(name)))
    if len(found) > LONGEST:
        raise Unreadable(
            say(
                "The field {field} is too long; {most} characters are the most.",
                field=Quoted(name),
                most=LONGEST,
            )
        )
    return SURROGATES.sub("\ufffd", found).strip()


def sees(cast: Cast, person: Person, line: Line) -> bool:
    return line.only_for in (None, person.id) and line.place in cast.places_of(person.id)
