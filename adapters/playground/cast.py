"""The people and channels of the playground, and how the core is told of them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.events import (
    Account,
    AccountChanged,
    Happening,
    MembershipChanged,
    Place,
    PlaceChanged,
    Platform,
)
from bot.words import Reader

PLATFORM = Platform("playground")
REALM = "demo"
BOT = "duly"  # the author of what Duly says
DIRECT = "dm:"  # before an account's id: that person's chat with Duly


@dataclass(frozen=True, slots=True)
class Person:
    id: str  # the account's: letters and digits that can be typed after an "@"
    name: str
    title: str = ""  # only shown
    language: str = "en"
    zone: str = "UTC"

    @property
    def reader(self) -> Reader:
        return Reader(self.language, self.zone)


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    purpose: str = ""  # only shown
    members: tuple[str, ...] = ()  # accounts


@dataclass(frozen=True, slots=True)
class Team:
    """People who are mentioned together, by a name that can be typed after an "@"."""

    id: str
    name: str
    members: tuple[str, ...]  # accounts


@dataclass(frozen=True, slots=True)
class Example:
    """Accounts, in the guide: who asks whom in which channel, and who takes it over."""

    asker: str
    other: str
    helper: str
    channel: str


@dataclass(frozen=True, slots=True)
class Office:
    """Accounts, in the guide through records: who writes in which channel, and who looks after it.

    The stranger is an account that is nobody's.
    """

    writer: str
    head: str
    it: str
    hr: str
    auditor: str
    investigator: str
    stranger: str
    channel: str


@dataclass(frozen=True, slots=True)
class Cast:
    people: tuple[Person, ...]
    channels: tuple[Channel, ...]
    teams: tuple[Team, ...] = ()
    examples: tuple[Example, ...] = ()  # one is enough; better one for each language
    office: Office | None = None

    def person(self, id: str) -> Person | None:
        return next((each for each in self.people if each.id == id), None)

    def members(self, place: str) -> tuple[str, ...]:
        """Whoever can read a place: the accounts of a channel; nobody's where there is none."""
        return next((each.members for each in self.channels if each.id == place), ())

    def present(self, team: Team, place: str) -> tuple[str, ...]:
        """The members of a team who see what is said in a place."""
        here = self.members(place)
        return tuple(each for each in team.members if each in here)

    def channels_of(self, id: str) -> tuple[Channel, ...]:
        return tuple(each for each in self.channels if id in each.members)

    def places_of(self, id: str) -> tuple[str, ...]:
        """Every place whose lines this person may see."""
        return (*(each.id for each in self.channels_of(id)), direct(id))

    def has_place(self, id: str) -> bool:
        channels = {each.id for each in self.channels}
        return id in channels or id in {direct(each.id) for each in self.people}

    @property
    def fingerprint(self) -> str:
        facts = repr((self.people, self.channels))
        return hashlib.sha256(facts.encode()).hexdigest()


def account(id: str) -> Account:
    return Account(PLATFORM, REALM, id)


def place(id: str, thread: str | None = None) -> Place:
    return Place(PLATFORM, REALM, id, thread)


def direct(account_id: str) -> str:
    return f"{DIRECT}{account_id}"


def introductions(cast: Cast, at: datetime) -> tuple[Happening, ...]:
    """The same cast gives the same keys: introduced again, nothing happens."""
    return (*_people(cast, at), *_places(cast, at))


def _people(cast: Cast, at: datetime) -> Iterator[Happening]:
    for person in cast.people:
        yield AccountChanged(
            key=_key("account", person.id, person.name, person.language, person.zone),
            at=at,
            account=account(person.id),
            name=person.name,
            language=person.language,
            zone=person.zone,
        )


def _places(cast: Cast, at: datetime) -> Iterator[Happening]:
    for channel in cast.channels:
        key = _key("place", channel.id, channel.name)
        yield PlaceChanged(key=key, at=at, place=place(channel.id), name=channel.name)
        for member in channel.members:
            yield _joined(channel.id, member, at)
    for person in cast.people:
        here = direct(person.id)
        key = _key("place", here, person.name)
        yield PlaceChanged(key=key, at=at, place=place(here), name=person.name, kind="direct")
        yield _joined(here, person.id, at)


def _joined(where: str, who: str, at: datetime) -> Happening:
    key = _key("member", where, who)
    return MembershipChanged(key=key, at=at, account=account(who), place=place(where), joined=True)


def _key(*facts: str) -> str:
    """A client's delivery id has no "/", so it can never be one of these."""
    digest = hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]
    return f"{PLATFORM}/{REALM}/cast/{facts[0]}/{digest}"
