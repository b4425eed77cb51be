"""Who reads a report and who never does, and the way of a case. Policy 5.1.3."""

import base64
import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.policy.people import Directory, Person
from bot.words import Say, say

State = Literal["received", "assessed", "investigating", "closed"]
Outcome = Literal["", "substantiated", "partly", "unsubstantiated", "elsewhere"]
Half = Literal["", "a", "b"]
INVESTIGATOR = "investigator"
FEWEST = 2  # investigators with keys: one alone could be the one it is about, or be away
LONGEST = 20_000  # characters of a report or an answer
PARTS = 8  # files beside one message
SLACK_LONGEST = 3000  # what a modal's field takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who can open cases. `outside`: only where no investigator may."""

    id: str  # of the key
    person: str
    name: str
    public: bytes
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who has a half of the recovery key. `person`: where the directory knows them."""

    name: str
    person: str | None


@dataclass(frozen=True, slots=True)
class Routing:
    """Who can read a report. None of them: only the two with the halves of the recovery key."""

    to: tuple[Holder, ...]
    beyond: bool = False  # no investigator may: it goes to who is named for that


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How reports can be made now: to whom they are sealed, and who is near to whom."""

    company: str
    holders: tuple[Holder, ...] = ()
    recovery: Holder | None = None
    keepers: tuple[Keeper, ...] = ()
    directory: Directory = field(default_factory=Directory)
    address: str | None = None  # of the page where anybody can report
    elsewhere: str = ""  # where else to turn, in the company's own words
    file_bytes: int = 0
    per_hour: int = 0

    @property
    def investigators(self) -> tuple[Holder, ...]:
        return tuple(each for each in self.holders if not each.outside)

    @property
    def open(self) -> bool:
        return len(self.investigators) >= FEWEST and self.recovery is not None

    @property
    def print(self) -> str:
        """Another one when other people can read, or by other keys."""
        all_keys = [*self.holders, *([self.recovery] if self.recovery else [])]
        said = "|".join(f"{each.id}:{each.public.hex()}:{each.outside}" for each in all_keys)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def near(self, named: Iterable[Person]) -> frozenset[str]:
        """The keys of who must not read what concerns these people."""
        people = self.directory.people
        return frozenset(
            holder.id
            for one in named
            for holder in self.holders
            if is_near(self.directory, people[holder.person], one)
        )

    def to_be_told(self, named: Collection[Person]) -> tuple[str, ...]:
        """Keepers who may hear that a case waits which only both of them together can open."""
        people = self.directory.people
        known = [people[each.person] for each in self.keepers if each.person]
        return tuple(
            each.id for each in known if not any(is_near(self.directory, each, x) for x in named)
        )

    def routing(self, out: Collection[str]) -> Routing:
        """`out`: the keys that must not be able to open it."""
        within = tuple(each for each in self.investigators if each.id not in out)
        if within:
            return Routing(within)
        return Routing(tuple(x for x in self.holders if x.outside and x.id not in out), beyond=True)


def is_near(directory: Directory, reader: Person, named: Person) -> bool:
    """They are the same, or one stands above the other in the line of managers."""
    if reader.id == named.id:
        return True
    above = any(boss.id == reader.id for boss in directory.above(named))
    return above or any(boss.id == named.id for boss in directory.above(reader))


def halves(count: int) -> tuple[Half, ...]:
    """Which half of the key to an identity each of so many gets: no one of them has both.

    Of one alone the other half lies under the recovery key.
    """
    return tuple("ab"[place % 2] for place in range(count))  # type: ignore[misc]


NEXT: Mapping[State, Sequence[State]] = {
    "received": ("assessed", "closed"),
    "assessed": ("investigating", "closed"),
    "investigating": ("closed",),
    "closed": (),
}
STATES: Mapping[State, Say] = {
    "received": say("Received"),
    "assessed": say("Assessed"),
    "investigating": say("Being investigated"),
    "closed": say("Brought to an end"),
}
OUTCOMES: Mapping[Outcome, Say] = {
    "substantiated": say("It was so"),
    "partly": say("It was partly so"),
    "unsubstantiated": say("It could not be shown"),
    "elsewhere": say("It is a matter for somebody else"),
}


def why_no_step(state: State, to: str, outcome: str) -> Say | None:
    """Why a case cannot go there now; None where it can."""
    if to not in NEXT[state]:
        return say("This case has moved on meanwhile. Load the page anew.")
    if (to == "closed") != (outcome in OUTCOMES):
        return say("Choose what came of it.")
    return None


def spelt(name: str) -> str:
    """As names are compared: whatever their case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).lower().split())


def tag(company: str, name: str) -> str:
    """What stands for a name on a page that anybody can load, so that it lists nobody."""
    digest = hashlib.sha256(f"duly near 1|{company}|{spelt(name)}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:12]).decode()


def tags(channel: Channel) -> Mapping[str, Sequence[str]]:
    """By the tags of names: the keys, and the keepers by their places, of who is near to them."""
    directory, found = channel.directory, dict[str, set[str]]()
    readers = {each.id: each.person for each in channel.holders}
    readers |= {f"keeper {n}": x.person for n, x in enumerate(channel.keepers) if x.person}
    over = {id: _over(directory, person) for id, person in readers.items()}
    for person in directory.people.values():
        ups = _over(directory, person.id)
        near = {id for id, who in readers.items() if who in ups or person.id in over[id]}
        for name in (person.name, person.email, person.id) if near else ():
            if name:
                found.setdefault(tag(channel.company, name), set()).update(near)
    return {name: sorted(near) for name, near in found.items()}


def _over(directory: Directory, person: str) -> frozenset[str]:
    """They, and everybody above them."""
    known = directory.people.get(person)
    return frozenset({person, *(each.id for each in directory.above(known))} if known else ())
