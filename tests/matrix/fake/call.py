"""One call to the server, as a client made it: its words are checked as they are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.fake.things import Device, Json, No
from tests.matrix.fake.world import World

TOKENS = ("s", "t")  # of a sync, of a page


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str  # decoded nowhere
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    token: str = field(default="", repr=False)
    kind: str = ""  # of the body


@dataclass(frozen=True, slots=True)
class Call:
    world: World
    asked: Asked
    parts: Mapping[str, str]  # of the path, decoded
    device: Device
    json: Json

    @property
    def user(self) -> str:
        return self.device.user

    def __getitem__(self, name: str) -> str:
        """A part of the path."""
        return self.parts[name]

    def must(self, name: str, kind: type = str) -> Any:
        """A field of the body. Raises No."""
        if name not in self.json:
            raise No(400, "M_MISSING_PARAM", f"Missing param: {name}", fault=True)
        found = self.json[name]
        if not isinstance(found, kind):
            raise No(400, "M_INVALID_PARAM", f"{name} is of a wrong type", fault=True)
        return found

    def number(self, name: str, default: int) -> int:
        """Of the query. Raises No."""
        given = self.asked.query.get(name)
        if given is None:
            return default
        if not given.isdigit():
            why = f"Query parameter {name} must be an integer"
            raise No(400, "M_INVALID_PARAM", why, fault=True)
        return int(given)

    def position(self, name: str) -> int | None:
        """A token of ours in the query. Raises No."""
        given = self.asked.query.get(name)
        if given is None:
            return None
        if given[:1] not in TOKENS or not given[1:].isdigit():
            raise No(400, "M_UNKNOWN", "Invalid stream token", fault=True)
        return int(given[1:])


def parsed(body: bytes) -> Json:
    """Raises No."""
    try:
        found = json.loads(body)
    except ValueError:
        raise No(400, "M_NOT_JSON", "Content not JSON.", fault=True) from None
    if not isinstance(found, dict):
        raise No(400, "M_BAD_JSON", "Content must be a JSON object.", fault=True)
    return found
