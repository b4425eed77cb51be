"""A payload of a platform under the reader's hands: its fields by path, of the type asked for."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Self

UNWRITABLE = re.compile("[\ud800-\udfff\0]")
MOST = 2**53


class Unreadable(ValueError):
    """What this says is missing, or of another kind than the platform's."""


class Slip:
    """Any part of a payload. Absent, and of another type than asked for, are the same."""

    __slots__ = ("data",)

    def __init__(self, data: object) -> None:
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}

    def __bool__(self) -> bool:
        return bool(self.data)

    def at(self, *path: str) -> Self:
        here: object = self.data
        for name in path:
            here = here.get(name) if isinstance(here, Mapping) else None
        return type(self)(here)

    def text(self, name: str) -> str:
        """Without what no database can hold."""
        found = self.data.get(name)
        if not isinstance(found, str):
            return ""
        return found if found.isascii() and "\0" not in found else UNWRITABLE.sub("\ufffd", found)

    def flag(self, name: str) -> bool:
        return self.data.get(name) is True

    def number(self, name: str) -> float:
        found = self.data.get(name)
        return found if isinstance(found, int | float) and abs(found) < MOST else 0

    def all(self, name: str) -> list[Self]:
        found = self.data.get(name)
        return [type(self)(each) for each in found] if isinstance(found, list) else []

    def texts(self, name: str) -> list[str]:
        found = self.data.get(name)
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def print_of(payload: object) -> str:
    """The same payload has the same; for what a platform gives no id of its own."""
    text = json.dumps(payload, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
