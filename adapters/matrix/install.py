"""How one account on a homeserver is reached: by variables, or by a section each."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from adapters.secrets import file as read_file
from adapters.secrets import secret, variable
from bot.seal import parse_key
from bot.settings import Unusable

Trust = Literal["all", "signed"]

SECRETS = {
    "access_token": "MATRIX_ACCESS_TOKEN",
    "password": "MATRIX_PASSWORD",
    "store_key": "MATRIX_STORE_KEY",
    "admin_token": "MATRIX_ADMIN_TOKEN",
}
PLAIN = {
    "homeserver": "MATRIX_HOMESERVER",
    "user_id": "MATRIX_USER_ID",
    "store": "MATRIX_STORE",
    "encryption": "MATRIX_ENCRYPTION",
    "trust": "MATRIX_TRUST",
    "rate": "MATRIX_RATE",
    "allow_http": "MATRIX_ALLOW_HTTP",
}
RATE = 600.0
USER = re.compile(r"@[!-9;-~]+:[A-Za-z0-9.:\[\]-]+")
NAME = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")  # of a server
LONGEST = 255  # bytes of a Matrix id
NEAR = ("localhost", "127.0.0.1", "::1")  # whose wires nobody else can read
MAKE_KEY = "openssl rand -hex 32"
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """A token of a device that is ours alone, or a password with which we make ourselves one."""

    homeserver: str = ""  # its URL or the server's name; empty: the server of the user id
    user_id: str = ""
    access_token: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    store_key: str = field(default="", repr=False)  # 64 hex digits, for what lies in `store`
    store: Path = Path()  # the folder of our device: its keys, its secrets, whom it trusts
    encryption: bool = True  # False: encrypted rooms are neither read nor written
    trust: Trust = "signed"  # whose devices count: all, or those that their owner has signed
    admin_token: str = field(default="", repr=False)  # of a server administrator; may be missing
    rate: float = RATE  # messages a minute that are never exceeded
    allow_http: bool = False  # to a homeserver elsewhere than on this machine
    where: str = "the variables MATRIX_…"  # it was set, for messages

    @property
    def realm(self) -> str:
        """The server's name, as in every id of its people."""
        return self.user_id.partition(":")[2]


Sections = Sequence[Mapping[str, object]]


def configured(sections: Sections, environment: Mapping[str, str]) -> bool:
    return bool(sections) or _is_set(environment)


def installs(
    sections: Sections, data: Path, environment: Mapping[str, str] = os.environ
) -> list[Install]:
    """Every account there is. Raises Unusable, saying what is missing and how to set it."""
    found = as_set(sections, data, environment)
    users: dict[str, Install] = {}
    realms: dict[str, Install] = {}
    stores: dict[Path, Install] = {}
    for each in found:
        check(each)
        same = users.setdefault(each.user_id, each)
        if same is not each:
            raise Unusable(
                f"Matrix: {each.user_id} is set in {same.where} and in {each.where}. One account "
                "is set once: take one of them out."
            )
        first = realms.setdefault(each.realm, each)
        if first is not each:
            raise Unusable(
                f"Matrix: {first.user_id} and {each.user_id} are accounts of one homeserver. Duly "
                "is one account on each: take one of them out."
            )
        other = stores.setdefault(each.store.resolve(), each)
        if other is not each:
            raise Unusable(
                f"Matrix: {other.where} and {each.where} share the store {each.store}. Each "
                "account needs a folder of its own."
            )
    return found


def as_set(
    sections: Sections, data: Path, environment: Mapping[str, str] = os.environ
) -> list[Install]:
    """Every account, whether it can work or not. Raises Unusable for what cannot be read."""
    found = [
        _placed(_section(each, environment, f"section {number} of [[matrix]]"), data)
        for number, each in enumerate(sections, 1)
    ]
    if _is_set(environment):
        found.insert(0, _placed(_variables(environment), data))
    return found


def check(made: Install) -> None:
    """Raises Unusable, with the next step."""
    for what in wrong(made):
        raise Unusable(f"Matrix: {what} ({made.where}).")


def wrong(made: Install) -> Iterator[str]:
    """What is missing or cannot be, each without its full stop: the place follows."""
    if not made.user_id:
        yield (
            "MATRIX_USER_ID is missing: the whole id of the account made for Duly, such as "
            "@duly:corp.example"
        )
    elif not USER.fullmatch(made.user_id) or len(made.user_id.encode()) > LONGEST:
        yield (
            f"MATRIX_USER_ID cannot be {made.user_id!r}: write the whole id, such as "
            "@duly:corp.example"
        )
    if not made.access_token and not made.password:
        yield (
            "neither MATRIX_PASSWORD nor MATRIX_ACCESS_TOKEN is set: with the password of the "
            "account Duly logs in once by itself, and ./duly matrix register tries it"
        )
    yield from _wrong_key(made.store_key)
    yield from _wrong_address(made)


def _wrong_key(key: str) -> Iterator[str]:
    if not key:
        yield (
            "MATRIX_STORE_KEY is missing: the key under which this device keeps its secrets. Make "
            f"one with {MAKE_KEY} and keep a copy where you keep passwords"
        )
        return
    try:
        parse_key(key)
    except ValueError:
        yield f"MATRIX_STORE_KEY is no key of 64 hex digits: make one with {MAKE_KEY}"


def _wrong_address(made: Install) -> Iterator[str]:
    if "://" not in made.homeserver:
        if made.homeserver and not NAME.fullmatch(made.homeserver):
            yield (
                f"MATRIX_HOMESERVER cannot be {made.homeserver!r}: write https://matrix.corp."
                "example, or the server's name alone"
            )
        return
    parts = urlsplit(made.homeserver)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.username:
        yield (
            f"MATRIX_HOMESERVER cannot be {made.homeserver!r}: write an address such as "
            "https://matrix.corp.example"
        )
    elif parts.scheme == "http" and parts.hostname not in NEAR and not made.allow_http:
        yield (
            f"MATRIX_HOMESERVER begins with http://, so that everybody between here and "
            f"{parts.hostname} could read Duly's token: write https://, or allow it with "
            "MATRIX_ALLOW_HTTP=1"
        )


def _placed(made: Install, data: Path) -> Install:
    """Where no folder is named, one of our data folder, by the account's name."""
    if made.store != Path():
        return made
    plain = made.user_id.removeprefix("@").replace(":", "_", 1)
    name = re.sub(r"[^A-Za-z0-9._=-]", "-", plain)
    if name != plain or name in ("", ".", ".."):
        name += "-" + hashlib.sha256(made.user_id.encode()).hexdigest()[:8]
    return replace(made, store=data / "matrix" / name)


def _is_set(environment: Mapping[str, str]) -> bool:
    named = (*SECRETS.values(), *PLAIN.values())
    return any(environment.get(each) or environment.get(f"{each}_FILE") for each in named)


def _variables(environment: Mapping[str, str]) -> Install:
    made = Install()
    for key, name in PLAIN.items():
        if environment.get(name):
            made = _plain(made, key, environment[name].strip(), name)
    for key, name in SECRETS.items():
        made = _with(made, key, secret(environment, name))
    return made


def _section(section: Mapping[str, object], environment: Mapping[str, str], where: str) -> Install:
    """Secrets are named by their variable or file, and never stand in the section itself."""
    made = Install(where=where)
    for key, value in section.items():
        name, _, how = key.rpartition("_")
        if key in PLAIN:
            made = _plain(made, key, value, f"{key} in {where}")
        elif name in SECRETS and how == "env":
            made = _with(made, name, variable(environment, str(value), where))
        elif name in SECRETS and how == "file":
            made = _with(made, name, read_file(Path(str(value)), where))
        elif key in SECRETS:
            raise Unusable(
                f"In {where} {key} stands in the open. Name its variable with {key}_env, "
                f"or its file with {key}_file."
            )
        else:
            known = [f"{each}_{way}" for each in SECRETS for way in ("env", "file")]
            raise Unusable(
                f"In {where} {key} is nothing I know. Known: {', '.join([*PLAIN, *known])}."
            )
    return made


def _plain(made: Install, key: str, value: object, name: str) -> Install:
    """Raises Unusable for what such a setting cannot be."""
    text = str(value).strip()
    match key:
        case "store":
            return replace(made, store=Path(text))
        case "encryption" | "allow_http":
            return _with(made, key, _switch(text, name))
        case "trust" if text in get_args(Trust):
            return _with(made, key, text)
        case "trust":
            raise Unusable(
                f"{name} cannot be {text!r}: write all (every device counts) or signed (only "
                "devices that their owner has verified)."
            )
        case "rate":
            return replace(made, rate=_rate(text, name))
        case "homeserver":
            return replace(made, homeserver=text.rstrip("/"))
        case _:
            return _with(made, key, text)


def _switch(text: str, name: str) -> bool:
    if text.lower() not in YES + NO:
        raise Unusable(f"{name} cannot be {text!r}: write 1 or 0.")
    return text.lower() in YES


def _rate(text: str, name: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0
    if not 0 < rate < float("inf"):
        raise Unusable(f"{name} cannot be {text!r}: write how many messages a minute, such as 60.")
    return rate


def _with(made: Install, name: str, value: object) -> Install:
    return replace(made, **{name: value})  # type: ignore[arg-type]  # by its name
