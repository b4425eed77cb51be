"""What was changed in a period: the policy key by key, roles, leave after the fact. Policy 5.2.

Targets, weights, calendars and rules that move before a period ends are told beside its figures.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.policy.reading import LISTS, default_text, laid_over

LONGEST = 240  # characters of a value that are shown
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the policy that changed. None: it was not there."""

    key: str
    old: str | None
    new: str | None

    @property
    def area(self) -> str:
        """The table of the policy file it stands in."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A version of the policy that came into force, and what it changed of the one before.

    `adopter`: who took it into force, as the machine knew them; "" where nobody noted it.
    """

    version: int
    at: datetime
    settings: tuple[Setting, ...]
    adopter: str = ""


@dataclass(frozen=True, slots=True)
class RoleChange:
    at: datetime
    person: str
    role: str
    granted: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """`made_at`: when it was written down."""

    made_at: datetime
    person: str
    start: datetime
    end: datetime

    def late(self, zone: str) -> bool:
        """It was written down on a later day than it began."""
        return _day(self.made_at, zone) > _day(self.start, zone)


@dataclass(frozen=True, slots=True)
class Changes:
    """Of a period, as far as its reader may see them."""

    policies: tuple[Adopted, ...] = ()
    roles: tuple[RoleChange, ...] = ()
    leaves: tuple[Leave, ...] = ()


def compare(old: str, new: str) -> tuple[Setting, ...]:
    """Two policy files, each laid over today's default; in the order of their keys."""
    before, after = _flat(old), _flat(new)
    return tuple(
        Setting(".".join(key), before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    )


def _flat(text: str) -> dict[Path, str]:
    whole = laid_over(tomllib.loads(default_text()), tomllib.loads(text))
    return dict(_leaves((), whole))


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    """What has an id is called by it; another list is one value."""
    if len(path) == 1 and path[0] in LISTS and isinstance(value, list):
        value = {str(each.get("id")): each for each in value}
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves((*path, key), inner)
    else:
        yield path, _shown(value)


def _shown(value: Any) -> str:
    whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
