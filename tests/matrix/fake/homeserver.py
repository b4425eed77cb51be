"""The server as its clients know it: which calls there are, and what it says to wrong ones."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.matrix.fake import accounts, deeds, keys, reading, syncing
from tests.matrix.fake.call import Asked, Call, parsed
from tests.matrix.fake.things import Device, Json, No
from tests.matrix.fake.world import World

Answer = tuple[int, Json | bytes]
Deed = Callable[[Call], Json | bytes]

V1, V3 = "/_matrix/client/v1", "/_matrix/client/v3"
ROOM = f"{V3}/rooms/{{room}}"
USER = f"{V3}/user/{{user}}"
ROUTES: tuple[tuple[str, str, Deed], ...] = (
    ("GET", f"{V3}/account/whoami", accounts.whoami),
    ("GET", f"{V3}/profile/{{user}}", accounts.profile),
    ("PUT", f"{V3}/profile/{{user}}/displayname", accounts.rename),
    ("GET", f"{USER}/account_data/{{type}}", accounts.get_data),
    ("PUT", f"{USER}/account_data/{{type}}", accounts.put_data),
    ("GET", f"{V1}/media/config", accounts.media_config),
    ("GET", f"{V1}/media/download/{{server}}/{{id}}", accounts.download),
    ("POST", "/_matrix/media/v3/upload", accounts.upload),
    ("POST", f"{V3}/createRoom", deeds.create),
    ("POST", f"{V3}/join/{{room}}", deeds.join),
    ("POST", f"{ROOM}/join", deeds.join),
    ("POST", f"{ROOM}/leave", deeds.leave),
    ("POST", f"{ROOM}/invite", deeds.invite),
    ("POST", f"{ROOM}/kick", deeds.kick),
    ("POST", f"{ROOM}/ban", deeds.ban),
    ("POST", f"{ROOM}/upgrade", deeds.upgrade),
    ("PUT", f"{ROOM}/send/{{type}}/{{transaction}}", deeds.send),
    ("PUT", f"{ROOM}/redact/{{event}}/{{transaction}}", deeds.redact),
    ("GET", f"{ROOM}/state/{{type}}", deeds.get_state),
    ("PUT", f"{ROOM}/state/{{type}}", deeds.put_state),
    ("GET", f"{ROOM}/state/{{type}}/{{key}}", deeds.get_state),
    ("PUT", f"{ROOM}/state/{{type}}/{{key}}", deeds.put_state),
    ("GET", f"{ROOM}/messages", reading.messages),
    ("GET", f"{ROOM}/event/{{event}}", reading.event),
    ("GET", f"{ROOM}/members", reading.members),
    ("GET", f"{ROOM}/joined_members", reading.joined_members),
    ("POST", f"{ROOM}/receipt/{{type}}/{{event}}", reading.receipt),
    ("GET", f"{V1}/rooms/{{room}}/relations/{{event}}/{{relation}}/{{type}}", reading.relations),
    ("POST", f"{V3}/keys/upload", keys.upload),
    ("POST", f"{V3}/keys/query", keys.query),
    ("POST", f"{V3}/keys/claim", keys.claim),
    ("POST", f"{V3}/keys/device_signing/upload", keys.cross_sign),
    ("POST", f"{V3}/keys/signatures/upload", keys.sign),
    ("PUT", f"{V3}/sendToDevice/{{type}}/{{transaction}}", keys.to_device),
)
SYNC = f"{V3}/sync"
LOGIN = f"{V3}/login"
VERSIONS = "/_matrix/client/versions"
RAW = ("/_matrix/media/v3/upload",)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line of the log of refusals. `fault`: nobody should have asked so."""

    user: str
    asked: str
    code: str
    at: float
    fault: bool


@dataclass(eq=False)
class Homeserver:
    world: World
    refusals: list[Refusal] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        """What is said to everything but a sync, which waits."""
        try:
            return 200, self._answered(asked)
        except No as no:
            return self.refuse(asked, no)

    def refuse(self, asked: Asked, no: No) -> Answer:
        device = self.world.devices.get(asked.token)
        code = str(no.answer.get("errcode", ""))
        line = f"{asked.method} {asked.path}"
        user = device.user if device else ""
        self.refusals.append(Refusal(user, line, code, self.world.now(), no.fault))
        return no.status, no.answer

    def faults(self) -> list[str]:
        """What no client may do, and one did."""
        return [f"{each.asked}: {each.code}" for each in self.refusals if each.fault]

    def device(self, asked: Asked) -> Device:
        """Raises No."""
        if not asked.token:
            raise No(401, "M_MISSING_TOKEN", "Missing access token", fault=True)
        found = self.world.devices.get(asked.token)
        if found is None:
            why = "Invalid access token passed."
            raise No(401, "M_UNKNOWN_TOKEN", why, soft_logout=False)
        return found

    def sync(self, asked: Asked) -> tuple[Call, int | None]:
        """Who asks for it, and since when. Raises No."""
        call = Call(self.world, asked, {}, self.device(asked), {})
        call.number("timeout", 0)
        return call, call.position("since")

    def told(self, call: Call, since: int | None) -> syncing.Told:
        """Raises No."""
        return syncing.told(call, since)

    def _answered(self, asked: Asked) -> Json | bytes:
        match asked.method, asked.path:
            case "GET", path if path == VERSIONS:
                return accounts.versions()
            case "GET", path if path == LOGIN:
                return accounts.flows()
            case "POST", path if path == LOGIN:
                return accounts.log_in(self.world, asked)
            case _:
                deed, parts = _route(asked)
                device = self.device(asked)
                raw = asked.path in RAW or asked.method == "GET"
                body = {} if raw else parsed(asked.body or b"{}")
                return deed(Call(self.world, asked, parts, device, body))


def _route(asked: Asked) -> tuple[Deed, Mapping[str, str]]:
    """Raises No."""
    elsewhere = asked.path in (SYNC, LOGIN, VERSIONS)
    for method, form, deed in _FORMS:
        if found := form.fullmatch(asked.path):
            if method == asked.method:
                return deed, {name: unquote(part) for name, part in found.groupdict().items()}
            elsewhere = True
    status = 405 if elsewhere else 404
    raise No(status, "M_UNRECOGNIZED", "Unrecognized request", fault=True)


def _form(path: str) -> re.Pattern[str]:
    """A part is there; only the key of a state may be empty."""
    parts = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path.replace("{key}", "(?P<key>[^/]*)"))
    return re.compile(parts)


_FORMS: list[tuple[str, re.Pattern[str], Deed]] = [(m, _form(p), d) for m, p, d in ROUTES]


def known(told: Any) -> Json:
    """An answer that is an object."""
    assert isinstance(told, dict)
    return told
