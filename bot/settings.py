"""What an operator sets: a TOML file, and over it environment variables.

`DULY_CONFIG` names the file (else ./duly.toml where there is one).
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.logs import Told
from bot.seal import key_at, parse_key

PORT = 8646
ROOT = Path(__file__).resolve().parent.parent


class Unusable(Told):
    """Something an operator set, or a folder they named, cannot be used: says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data: Path = ROOT / ".duly"
    database: str = field(default="", repr=False)  # a URL; empty: SQLite in `data`
    keys: str = field(default="", repr=False)  # a URL of where the keys lie; empty: SQLite beside
    company: str = "main"
    host: str = "127.0.0.1"
    port: int = PORT
    policy: Path | None = None
    checkpoints: Path | None = None  # a file to which they are written, outside the database
    key_file: Path | None = None  # empty: `data`/duly.key
    mark: Path | None = None  # empty: `data`/duly.mark
    pool: int = 16  # connections to PostgreSQL that a process holds at most
    metrics_host: str = "127.0.0.1"  # who watches us comes to another door than people do …
    metrics_port: int | None = None  # … if there is one
    log: Literal["text", "json"] = "text"
    tick: float = 5.0  # seconds between two looks at what fell due
    platforms: str = ""  # by name, with commas; empty: whatever has its tokens set
    url: str = ""  # where people reach the pages; empty: at `host` and `port`
    oidc_issuer: str = ""  # of the company's OpenID Connect provider; empty: one-time links alone
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_client_secret_file: Path | None = None
    oidc_claim: str = "email"  # by which the provider's people are found in the directory
    slack: tuple[Mapping[str, object], ...] = field(default=(), repr=False)  # sections [[slack]]
    matrix: tuple[Mapping[str, object], ...] = field(default=(), repr=False)  # … [[matrix]]

    @property
    def sqlite(self) -> bool:
        return not self.database or self.database.startswith("sqlite")


ENVIRONMENT = {
    "DULY_DATA": "data",
    "DULY_KEYS_URL": "keys",
    "DULY_COMPANY": "company",
    "DULY_HOST": "host",
    "DULY_PORT": "port",
    "DULY_POLICY": "policy",
    "DULY_KEY_FILE": "key_file",
    "DULY_CHECKPOINTS": "checkpoints",
    "DULY_MARK": "mark",
    "DULY_POOL": "pool",
    "DULY_TICK": "tick",
    "DULY_METRICS_HOST": "metrics_host",
    "DULY_METRICS_PORT": "metrics_port",
    "DULY_LOG": "log",
    "DULY_PLATFORMS": "platforms",
    "DULY_URL": "url",
    "DULY_OIDC_ISSUER": "oidc_issuer",
    "DULY_OIDC_CLIENT_ID": "oidc_client_id",
    "DULY_OIDC_CLIENT_SECRET": "oidc_client_secret",
    "DULY_OIDC_CLIENT_SECRET_FILE": "oidc_client_secret_file",
    "DULY_OIDC_CLAIM": "oidc_claim",
}


def _count(text: str) -> int:
    """Raises ValueError."""
    if (found := int(text)) < 1:
        raise ValueError(text)
    return found


def _url(text: str) -> str:
    """An address of pages, as people may write it. Raises ValueError."""
    parts = urlsplit(text.strip())
    odd = parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or odd:
        raise ValueError(text)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _form(text: str) -> str:
    """Raises ValueError."""
    if text not in ("text", "json"):
        raise ValueError(text)
    return text


READ: Mapping[str, Callable[[str], object]] = {
    "data": Path,
    "policy": Path,
    "key_file": Path,
    "checkpoints": Path,
    "mark": Path,
    "oidc_client_secret_file": Path,
    "port": int,
    "pool": _count,
    "metrics_port": int,
    "log": _form,
    "tick": float,
    "url": _url,
}


WRONG = {  # without what was written: there may be a password in it
    "url": "DULY_URL must be an address such as https://duly.example: no name or password, no ?."
}
SECTIONS = {"slack": "workspace", "matrix": "account"}  # a list of tables each, one for each…


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises Unusable, saying which setting is wrong."""
    values = _file(environment)
    for name, key in ENVIRONMENT.items():
        if environment.get(name):
            values[key] = environment[name]
    database = environment.get("DULY_DATABASE_URL") or environment.get("DATABASE_URL")
    if database:
        values["database"] = database
    if environment.get("PORT"):
        values["port"] = environment["PORT"]
    return _settings(values)


def _file(environment: Mapping[str, str]) -> dict[str, object]:
    named = environment.get("DULY_CONFIG")
    file = Path(named or "duly.toml")
    if not named and not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Unusable(f"The configuration {file} cannot be read: {error}.") from None


@dataclass(frozen=True, slots=True)
class OpenId:
    """The company's sign-in. `claim`: what it vouches for, by which somebody is found here."""

    issuer: str
    client: str
    secret: str = field(repr=False)  # empty: a public client, which PKCE alone protects
    claim: str


def openid(settings: Settings) -> OpenId | None:
    """None where people sign in by one-time links alone. Raises Unusable."""
    issuer = settings.oidc_issuer
    if not issuer:
        return None
    if not (issuer.startswith("https://") or loopback(issuer)):
        raise Unusable("DULY_OIDC_ISSUER must begin with https://.")
    if not settings.oidc_client_id:
        raise Unusable("DULY_OIDC_ISSUER is set: set DULY_OIDC_CLIENT_ID too.")
    if not (settings.url.startswith("https://") or loopback(settings.url)):
        raise Unusable(
            "Signing in at your provider needs DULY_URL, an https address: people are sent back "
            "there."
        )
    return OpenId(issuer, settings.oidc_client_id, _client_secret(settings), settings.oidc_claim)


def _client_secret(settings: Settings) -> str:
    file = settings.oidc_client_secret_file
    if file is None:
        return settings.oidc_client_secret
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise Unusable(f"DULY_OIDC_CLIENT_SECRET_FILE {file} cannot be read: {reason}.") from None


def in_the_open(words: str) -> bool:
    """A database's URL with its password in it, as it is written or nearly so."""
    return re.search(r"//[^/@\s]*:[^@\s]*@|[?&](?:ssl)?password=", words) is not None


def loopback(url: str) -> bool:
    """An address on this machine, which nobody else hears."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _settings(values: Mapping[str, object]) -> Settings:
    known = set(Settings.__slots__)
    made = Settings()
    for key, value in values.items():
        if key not in known:
            raise Unusable(f"There is no setting {key}. Known: {', '.join(sorted(known))}.")
        if key in SECTIONS:
            made = replace(made, **{key: _tables(key, value)})  # type: ignore[arg-type]
            continue
        try:
            made = replace(made, **{key: READ.get(key, str)(str(value))})  # type: ignore[arg-type]
        except ValueError:
            raise Unusable(WRONG.get(key, f"The setting {key} cannot be {value!r}.")) from None
    return made


def _tables(key: str, value: object) -> tuple[Mapping[str, object], ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unusable(f"Write a section [[{key}]] for each {SECTIONS[key]}, with two brackets.")
    return tuple(value)


def key(settings: Settings, random: Callable[[int], bytes]) -> bytes:
    """The company's key: DULY_KEY (64 hex digits), else the key file, made at the first start."""
    given = os.environ.get("DULY_KEY")
    file = settings.key_file or settings.data / "duly.key"
    try:
        return parse_key(given) if given else key_at(file, random)
    except ValueError as error:
        where = "DULY_KEY" if given else str(file)
        raise Unusable(f"{where} holds no key of 64 hex digits: {error}.") from None
    except OSError as error:
        raise Unusable(f"The key file {file} cannot be used: {error.strerror}.") from None


def folder(settings: Settings) -> Path:
    """The data folder, made where it is missing, readable by its owner alone."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (settings.data / ".write").touch()
        (settings.data / ".write").unlink()
    except OSError as error:
        raise Unusable(
            f"The data folder {settings.data} cannot be used: {error.strerror}. "
            "Name another with --data DIR."
        ) from None
    return settings.data
