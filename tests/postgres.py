"""A throwaway PostgreSQL for the tests that must see a real one.

    server = postgres.server()                  # started once a process, at the first call
    server.create("scene")
    engine = create_engine(server.url("scene"))

It is the server of DULY_TEST_PG_URL, or one of its own from the installed programs: on a Unix
socket in a temporary folder, without a network port, gone when the process ends.
"""

import atexit
import contextlib
import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TypedDict

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.needs import need

PATIENCE = 60.0  # seconds for a start or a stop


class Server:
    """A running server and its databases."""

    def __init__(self, admin: URL, prefix: str = "") -> None:
        self._admin = admin.set(drivername="postgresql+psycopg")
        self._prefix = prefix  # tells our databases from others on a server that is not ours

    def url(self, database: str) -> str:
        """For SQLAlchemy."""
        url = self._admin.set(database=self._prefix + database)
        return url.render_as_string(hide_password=False)

    def create(self, name: str) -> None:
        self._do("CREATE DATABASE {}", name)

    def create_from_template(self, name: str, template: str) -> None:
        """A copy of a database that nobody is connected to."""
        self._do("CREATE DATABASE {} TEMPLATE {}", name, template)

    def drop(self, name: str) -> None:
        """Whoever is still connected is cut off; a database that is not there is no error."""
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def stop(self, immediate: bool = False) -> None:
        """Cut all connections and end; at once and without a checkpoint if immediate."""
        pytest.skip("DULY_TEST_PG_URL names a server that the tests may not stop")

    def restart(self) -> None:
        """Come back with the same data at the same URL."""
        pytest.skip("DULY_TEST_PG_URL names a server that the tests may not restart")

    def close(self) -> None:
        """Stop for good and leave nothing behind."""

    def _do(self, statement: str, *names: str) -> None:
        databases = [sql.Identifier(self._prefix + name) for name in names]
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*databases))

    def _connect(self) -> psycopg.Connection:
        address = self._admin.set(drivername="postgresql")
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


class Drop(TypedDict, total=False):
    """How a subprocess stops being root, which PostgreSQL refuses to be."""

    user: int
    group: int
    extra_groups: list[int]


class LocalServer(Server):
    """A server of our own, started from the programs in a folder."""

    def __init__(self, programs: Path, *, fsync: bool = True) -> None:
        self._programs = programs
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="duly-pg-"))
        address = URL.create(
            "postgresql", username="duly", database="postgres", query={"host": str(self._folder)}
        )
        super().__init__(address)
        try:
            self._make()
            self.restart()
        except BaseException:
            self.close()
            raise

    def stop(self, immediate: bool = False) -> None:
        process, self._process = self._process, None
        if process is None:
            return

        process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        process.wait(PATIENCE)

    def restart(self) -> None:
        self.stop()
        switch = "on" if self._fsync else "off"
        options = [f"{name}={switch}" for name in ("fsync", "synchronous_commit")]
        options += [f"full_page_writes={switch}", "listen_addresses=", "timezone=UTC"]
        options += ["autovacuum=off"]  # no test lives so long, and rows stay where they were put
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self._folder)]
        command += [word for option in options for word in ("-c", option)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **_not_root(),
            )
        self._wait(self._process)

    def close(self) -> None:
        self.stop(immediate=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _make(self) -> None:
        not_root = _not_root()
        if not_root:
            os.chown(self._folder, not_root["user"], not_root["group"])
        command = [str(self._programs / "initdb"), "-D", str(self._data), "-U", "duly"]
        options = ["-A", "trust", "-E", "UTF8", f"--locale={_locale()}", "--no-sync"]
        made = subprocess.run(
            [*command, *options],
            check=False,
            capture_output=True,
            text=True,
            cwd=self._folder,
            **not_root,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr.strip()}")

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError), self._connect():
                return
            time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text()[-2000:]}")


def start(*, fsync: bool = True) -> Server:
    """A server for the caller to close, or a skip (a failure in CI) if there is none to be had."""
    place = need("postgresql")
    if "://" in place:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        return Server(make_url(place), prefix=f"duly_test_{worker}_")
    return LocalServer(Path(place), fsync=fsync)


@functools.cache
def server() -> Server:
    """The one server of this process (under xdist of this worker), started at the first call.

    It does not wait for the disk: a process that is killed loses nothing by that, only a machine.
    """
    started = start(fsync=False)
    atexit.register(started.close)
    return started


def _not_root() -> Drop:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _locale() -> str:
    return "C.UTF-8" if os.uname().sysname == "Linux" else "C"
