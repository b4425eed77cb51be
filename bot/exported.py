"""What a chat platform's export holds, as an import reads it: people, places, and what was said."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from bot.events import AccountChanged, Happening, MembershipChanged, PlaceChanged

NAMED = 1_000  # faults kept with their names; of more there is only the number


@dataclass(frozen=True, slots=True)
class Member:
    """An account, and the address by which its person may be known."""

    event: AccountChanged
    email: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A place, and who is in it when it is exported."""

    event: PlaceChanged
    members: tuple[MembershipChanged, ...] = ()


@dataclass(slots=True)
class Tally:
    """What was met while reading: nothing is left out without being counted here."""

    read: int = 0  # entries
    size: int = 0  # bytes of them, unpacked
    ignored: Counter[str] = field(default_factory=Counter)  # by what they are: as it should be
    lost: Counter[str] = field(default_factory=Counter)  # by why: something is missing
    faults: list[str] = field(default_factory=list)  # sentences: which file, and what about it
    more: int = 0  # faults that are not named

    def blame(self, file: str, what: str) -> None:
        sentence = f"{file}: {what}."
        if len(self.faults) < NAMED:
            self.faults.append(sentence)
        else:
            self.more += 1

    @property
    def whole(self) -> bool:
        return not self.lost and not self.faults


class Export(Protocol):
    """Read once, from the front to the back. What it says of itself raises `Unusable`."""

    tally: Tally
    size: int  # bytes of all that is said, unpacked

    @property
    def team(self) -> str:
        """Whose it is: the realm of its accounts and places."""

    def members(self) -> Iterator[Member]: ...

    def rooms(self) -> Iterator[Room]: ...

    def steps(self) -> Iterator[tuple[Happening, ...]]:
        """What each entry tells; in the order of time, within a place and over all of them."""

    def close(self) -> None: ...
