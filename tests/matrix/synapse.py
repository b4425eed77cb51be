"""A real homeserver on this machine, of a test session's own: Synapse, in its own environment.

    with synapse(need("synapse")) as server:
        ann = server.register("ann")

It knows no other homeserver, keeps everything in memory, and knows no limits but those asked for.
"""

import fcntl
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import randbelow, token_hex
from typing import Any

import httpx

SERVER_NAME = "corp.example"
PATIENCE = 60.0  # seconds for a start
LAUNCH = Path(__file__).with_name("homeserver.py")
FREE = {"per_second": 1_000_000, "burst_count": 1_000_000}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Registered:
    """An account, and the device that its registration made."""

    name: str
    user_id: str
    password: str
    token: str
    device_id: str


@dataclass(eq=False)
class Synapse:
    python: str
    folder: Path
    strict: bool = False  # messages are limited as an admin finds it who changed nothing
    max_upload_size: str = "50M"
    background: Json = field(default_factory=dict)
    started_in: float = field(default=0.0, init=False)  # seconds

    def __post_init__(self) -> None:
        self.port = _silent_port()
        self._secret = token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=self.url, timeout=30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "homeserver.db"

    def register(
        self, name: str, *, admin: bool = False, displayname: str | None = None
    ) -> Registered:
        """By the secret that the server shares with its admin."""
        path, password = "/_synapse/admin/v1/register", token_hex(8)
        nonce = self._http.get(path).json()["nonce"]
        words = [nonce, name, password, "admin" if admin else "notadmin"]
        mac = hmac.new(self._secret.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        if displayname is not None:
            body["displayname"] = displayname
        answer = self._http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        return Registered(name, made["user_id"], password, made["access_token"], made["device_id"])

    def start(self) -> None:
        """At the same address and with the same data as before; a no-op where it runs."""
        if self._process is not None:
            return
        began = time.monotonic()
        config = self._configure()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.python, str(LAUNCH), str(self.folder), str(config)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        try:
            self._wait(self._process)
        except BaseException:
            self.stop()
            raise
        self.started_in = time.monotonic() - began

    def stop(self) -> None:
        """The data stays; until `start` nobody answers."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        finally:
            assert process.stdin is not None
            process.stdin.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop for good and leave nothing behind."""
        self.stop()
        self._http.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def logs(self) -> str:
        """What it complained of."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until:
            try:
                if self._http.get("/_matrix/client/versions").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise RuntimeError(f"Synapse did not start: {self.logs()[-3000:]}")

    def _configure(self) -> Path:
        """JSON is YAML as well."""
        logging, config = self.folder / "log.yaml", self.folder / "homeserver.yaml"
        handlers = {"out": {"class": "logging.StreamHandler", "formatter": "line"}}
        line = {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}}
        root = {"level": "WARNING", "handlers": list(handlers)}
        said = {"version": 1, "formatters": line, "handlers": handlers, "root": root}
        logging.write_text(json.dumps({**said, "disable_existing_loggers": False}))
        config.write_text(json.dumps(self._settings(logging)))
        return config

    def _settings(self, logging: Path) -> Json:
        resources = [{"names": ["client"], "compress": False}]
        listener = {"port": self.port, "type": "http", "bind_addresses": ["127.0.0.1"]}
        return {
            "server_name": SERVER_NAME,
            "public_baseurl": f"{self.url}/",
            "listeners": [{**listener, "tls": False, "resources": resources}],
            "database": {"name": "sqlite3", "args": {"database": str(self.database)}},
            "log_config": str(logging),
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "registration_shared_secret": self._secret,
            "macaroon_secret_key": self._secret,
            "form_secret": self._secret,
            "report_stats": False,
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "send_federation": False,
            "presence": {"enabled": False},
            "url_preview_enabled": False,
            "bcrypt_rounds": 4,
            "max_upload_size": self.max_upload_size,
            "user_directory": {"search_all_users": True},
            "background_updates": self.background,
            **_limits(self.strict),
        }


@contextmanager
def synapse(python: str, **settings: Any) -> Iterator[Synapse]:
    """A server that runs, with nobody and nothing in it; `settings` as Synapse's own fields."""
    made = Synapse(python, _folder(), **settings)
    try:
        shutil.copyfile(_template(python), made.database)
        made.start()
        yield made
    finally:
        made.close()


def _template(python: str) -> Path:
    """A database with every table: made once on a machine, by whoever comes first."""
    kept = Path(tempfile.gettempdir()) / f"duly-synapse-of-{os.getuid()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    template = kept / f"{_version(python)}.db"
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            _make_template(python, template)
    return template


def _make_template(python: str, template: Path) -> None:
    made = Synapse(python, _folder(), background={"sleep_enabled": False})
    try:
        made.start()
        _settle(made)
        made.stop()
        with closing(sqlite3.connect(made.database)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        half = template.with_suffix(".half")
        shutil.copyfile(made.database, half)
        half.replace(template)
    finally:
        made.close()


def _settle(made: Synapse) -> None:
    """Until it has done what a new database needs, or it would do that in every test."""
    with closing(sqlite3.connect(f"file:{made.database}?mode=ro", uri=True)) as db:
        until = time.monotonic() + PATIENCE
        while db.execute("SELECT count(*) FROM background_updates").fetchone() != (0,):
            assert time.monotonic() < until, "the background updates did not end"
            time.sleep(0.05)


def _version(python: str) -> str:
    ask = "from importlib.metadata import version; print(version('matrix-synapse'))"
    asked = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def _folder() -> Path:
    memory = "/dev/shm"
    return Path(
        tempfile.mkdtemp("", "duly-synapse-", memory if os.access(memory, os.W_OK) else None)
    )


def _silent_port() -> int:
    """Where nobody listens, and where no outgoing connection settles while the server is down."""
    while True:
        port = 20_000 + randbelow(12_000)
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) != 0:
                return port


def _limits(strict: bool) -> Json:
    single = (
        "message registration admin_redaction joins_per_room room_creation media_create "
        "key_requests reports user_directory profile delayed_event_mgmt 3pid_validation"
    )
    several = {
        "login": ("address", "account", "failed_attempts"),
        "joins": ("local", "remote"),
        "invites": ("per_room", "per_user", "per_issuer"),
        "presence": ("per_user",),
    }
    limits: Json = {f"rc_{name}": FREE for name in single.split()}
    limits |= {f"rc_{name}": dict.fromkeys(parts, FREE) for name, parts in several.items()}
    if strict:
        del limits["rc_message"]
    return limits
