"""A policy file as it is read: each value asked for by its key, each mistake told with its line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.policy.kinds import Kind
from bot.words import Code, Rows, Say, say

T = TypeVar("T")
Path = tuple[str, ...]
HEADER = re.compile(r"\s*(\[\[?)\s*([\w\s.\"'-]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"\s*([\w\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*=")
PART_OF = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s.]+")


@dataclass(frozen=True, slots=True)
class Mistake:
    line: int  # counted from 1; 0 where the file as a whole is meant
    what: Say


@dataclass(slots=True)
class Sheet:
    """Gives out the values of a policy file one by one, and remembers what was wrong with them."""

    values: Mapping[str, Any]
    lines: Mapping[Path, int]
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, path: Path, what: Say) -> None:
        line = next(
            (self.lines[p] for n in range(len(path)) if (p := path[: len(path) - n]) in self.lines),
            0,
        )
        self.mistakes.append(Mistake(line, what))

    def table(self, path: Path, known: tuple[str, ...] = ()) -> Mapping[str, Any]:
        value: Any = self.values
        for part in path:
            value = value.get(part, {}) if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.wrong(path, say("{key} must be a table.", key=dotted(path)))
            return {}
        return self.known(path, value, known)

    def known(
        self, path: Path, table: Mapping[str, Any], known: tuple[str, ...]
    ) -> Mapping[str, Any]:
        for key in table if known else ():
            if key not in known:
                options = Rows(tuple(Code(each) for each in known))
                self.wrong(
                    (*path, key),
                    say(
                        "A policy has no {key}. Known: {options}.",
                        key=dotted((*path, key)),
                        options=options,
                    ),
                )
        return table

    def tables(self, name: str) -> list[dict[str, Any]]:
        found = self.values.get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.wrong((name,), say("{key} must be a list of tables.", key=dotted((name,))))
            return []
        return found

    def one(self, path: Path, value: Any, kind: Kind[T]) -> T:
        try:
            return kind.read(value)
        except (ValueError, TypeError, KeyError, AttributeError):
            self.wrong(path, say("{key} must be {kind}.", key=dotted(path), kind=kind.name))
            return kind.instead


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of the file, whose keys are given out by name."""

    sheet: Sheet
    path: Path
    keys: tuple[str, ...]
    values: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.values is None:
            object.__setattr__(self, "values", self.sheet.table(self.path, self.keys))
        else:
            self.sheet.known(self.path, self.values, self.keys)

    def get(self, key: str, kind: Kind[T], absent: T | None = None) -> T:
        values = self.values or {}
        if key not in values and absent is not None:
            return absent
        return self.sheet.one((*self.path, key), values.get(key), kind)

    def maybe(self, key: str, kind: Kind[T]) -> T | None:
        return self.get(key, kind) if key in (self.values or {}) else None


def dotted(path: Path) -> Code:
    """As a key is written."""
    return Code(".".join(path))


def lines(text: str) -> dict[Path, int]:
    """On which line each table and key of a TOML text stands; [[x]] counts as x of its id."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            table = _parts(header[2])
            for depth in range(1, len(table) + 1):
                found.setdefault(table[:depth], number)
        elif key := KEY.match(line):
            name = _parts(key[1])
            if name == ("id",):
                table = (*table[:1], line.partition("=")[2].strip().partition("#")[0].strip(" \"'"))
                found.setdefault(table, number)
            found.setdefault((*table, *name), number)
    return found


def _parts(name: str) -> Path:
    """The names of a.b."c.d": what is quoted is one."""
    return tuple(part.strip("\"'") for part in PART_OF.findall(name))
