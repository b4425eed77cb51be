"""Processes of a running Duly, each in a place of its own in which it is started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx

from tests.needs import ROOT

Role = Literal["serve", "web", "worker"]
OURS = ("DULY_", "DATABASE_", "PORT", "MATRIX_", "SLACK_")
ENDING = 15  # seconds for one that was told to stop


def plain() -> dict[str, str]:
    """Nothing of whoever runs the tests reaches the bot."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def spent(pid: int) -> float:
    """Seconds of the processor that a process has had, by the clock that Linux keeps of it."""
    return time.clock_gettime((~pid << 3) | 2)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Slot:
    role: Role
    variables: Mapping[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0

    def start(self, **more: str) -> None:
        words = [] if self.role == "worker" else ["--port", str(self.port)]
        self.process = started({**self.variables, **more}, self.log, self.role, *words)
        self.born = time.monotonic()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def age(self) -> float:
        return time.monotonic() - self.born

    @property
    def spent(self) -> float:
        return spent(self.pid)

    @property
    def answers(self) -> bool:
        """Whether it serves pages by now."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1).is_success
        return False

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGKILL) -> int | None:
        """What it ended with; one that does not do as it is told is killed."""
        if self.process is None:
            return None
        self.send(number)
        try:
            return self.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


def started(variables: Mapping[str, str], log: Path, *words: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "bot", *words],
            cwd=log.parent,
            stdout=out,
            stderr=out,
            env=plain() | {"PYTHONPATH": str(ROOT)} | dict(variables),
        )
