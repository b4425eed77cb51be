"""A small language for shapes of JSON: each check notes what is wrong, and where."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from tests.slack.fake.wire import Json

Surface = Literal["message", "modal", "home"]
Check = Callable[["Inspection", Any, str], None]


@dataclass(slots=True)
class Inspection:
    """One look at one payload: what was found wrong, and what must be unique or counted in it."""

    surface: Surface
    scopes: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    inputs: int = 0
    focused: int = 0
    markdown: int = 0  # characters of all markdown blocks
    cells: int = 0  # characters of all table cells

    def wrong(self, rule: str, path: str) -> None:
        self.problems.append(f"{rule} [json-pointer:{path}]")


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: what it must have, what it may have, and nothing else."""

    needs: Mapping[str, Check]
    may: Mapping[str, Check] = field(default_factory=dict)
    also: Check | None = None  # what concerns several fields

    def __call__(self, look: Inspection, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            look.wrong("This must be an object.", path)
            return
        for key in self.needs.keys() - value.keys():
            look.wrong(f"The field `{key}` is required here.", path)
        known = {**self.needs, **self.may}
        for key, each in value.items():
            if key in known:
                known[key](look, each, f"{path}/{key}")
            elif key != "type":
                look.wrong(f"The field `{key}` does not belong here.", path)
        if self.also is not None:
            self.also(look, value, path)


def nothing(look: Inspection, value: Any, path: str) -> None:
    """Anything will do."""


def string(most: int, what: str = "This text", least: int = 0) -> Check:
    def check(look: Inspection, value: Any, path: str) -> None:
        if not isinstance(value, str):
            look.wrong(f"{what} must be a string.", path)
        elif not least <= len(value) <= most:
            bounds = f"{least} to {most}" if least else f"at most {most}"
            look.wrong(f"{what} has {bounds} characters; {len(value)} were given.", path)

    return check


def flag(look: Inspection, value: Any, path: str) -> None:
    if not isinstance(value, bool):
        look.wrong("This must be true or false.", path)


def whole(least: int, most: int) -> Check:
    def check(look: Inspection, value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            look.wrong(f"This must be a whole number from {least} to {most}.", path)

    return check


def one_of(*allowed: Any) -> Check:
    def check(look: Inspection, value: Any, path: str) -> None:
        if value not in allowed:
            look.wrong(f"This must be one of {', '.join(map(str, allowed))}.", path)

    return check


def items(check_each: Check, most: int, least: int = 1, what: str = "This list") -> Check:
    def check(look: Inspection, value: Any, path: str) -> None:
        if not isinstance(value, list):
            look.wrong(f"{what} must be a list.", path)
            return
        if not least <= len(value) <= most:
            look.wrong(f"{what} has {least} to {most} items; {len(value)} were given.", path)
        for number, each in enumerate(value):
            check_each(look, each, f"{path}/{number}")

    return check


def matching(pattern: str, rule: str) -> Check:
    compiled = re.compile(pattern)

    def check(look: Inspection, value: Any, path: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            look.wrong(rule, path)

    return check


def url(look: Inspection, value: Any, path: str) -> None:
    string(3000, "A URL")(look, value, path)
    if isinstance(value, str) and not re.match(r"(?:https?|mailto|slack|tel):\S+$", value):
        look.wrong("This must be a URL with its scheme.", path)


def day(look: Inspection, value: Any, path: str) -> None:
    try:
        good = re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value)
    except (TypeError, ValueError):
        good = None
    if not good:
        look.wrong("A date is written YYYY-MM-DD and stands in the calendar.", path)


def kinds(shapes: Mapping[str, Check], what: str) -> Check:
    """An object of one of several types, told apart by its `type`."""

    def check(look: Inspection, value: Any, path: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        shape = shapes.get(kind) if isinstance(kind, str) else None
        if shape is None:
            look.wrong(f"There is no {what} of the type {kind!r} here.", path)
        else:
            shape(look, value, path)

    return check


def only_in(surfaces: Sequence[Surface], what: str, check: Check) -> Check:
    """What stands on some surfaces only."""

    def checked(look: Inspection, value: Any, path: str) -> None:
        if look.surface not in surfaces:
            look.wrong(f"{what} stand in {' and '.join(surfaces)} only.", path)
        check(look, value, path)

    return checked


def exactly_one(*names: str) -> Check:
    def check(look: Inspection, value: Json, path: str) -> None:
        if sum(name in value for name in names) != 1:
            look.wrong(f"Exactly one of {' and '.join(f'`{x}`' for x in names)} must stand.", path)

    return check


def at_least_one(*names: str) -> Check:
    def check(look: Inspection, value: Json, path: str) -> None:
        if not any(value.get(name) for name in names):
            look.wrong(f"One of {' and '.join(f'`{x}`' for x in names)} must stand.", path)

    return check


def every(checks: Sequence[Check]) -> Check:
    def check(look: Inspection, value: Any, path: str) -> None:
        for each in checks:
            each(look, value, path)

    return check
