"""What a test needs from the machine, and how much of a heavy proof it runs.

A missing thing skips the test with the line that installs it; with DULY_TEST_STRICT=1, as in CI,
it fails the test, so that nothing goes unproved there.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeVar

import pytest

Need = Literal[
    "audit",
    "axe",
    "chromium",
    "postgresql",
    "libreoffice",
    "pdftotext",
    "synapse",
    "element",
    "emulate",
    "shared",
    "systemd",
]

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
SEED = 20261123


def need(what: Need) -> str:
    """Where it is: a program, PostgreSQL's folder of programs or its URL, or a folder."""
    find, remedy = NEEDS[what]
    found = find()
    if found is not None:
        return found

    if os.environ.get("DULY_TEST_STRICT") == "1":
        pytest.fail(remedy, pytrace=False)
    pytest.skip(remedy)


def share(full: int) -> int:
    """How many of a heavy proof's cases to run: all of them only when asked (--full)."""
    if os.environ.get("DULY_TEST_FULL") == "1":
        return full
    part = 20 if os.environ.get("CI") == "true" else 200
    return max(1, full // part)


def some(of: Sequence[T], least: int = 1) -> Sequence[T]:
    """All of them in CI and in the full run; else a few, drawn by the seed."""
    if os.environ.get("CI") == "true" or os.environ.get("DULY_TEST_FULL") == "1":
        return of
    return Random(seed()).sample(of, min(len(of), least))


def stories(first: int, count: int) -> list[Any]:
    """As many stories, to parametrize with. Of ten of a kind one is measured for coverage.

    The others run through what it did, and to measure costs half of the time where it is done.
    """
    again = pytest.mark.no_cover
    return [n if n % 10 == 0 else pytest.param(n, marks=again) for n in range(first, first + count)]


def seed() -> int:
    """The seed of every random scene; a test names it when it fails."""
    return int(os.environ.get("DULY_TEST_SEED", SEED))


def _program(*names: str) -> str | None:
    return next((path for path in map(shutil.which, names) if path), None)


def _chromium() -> str | None:
    return _program("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _libreoffice() -> str | None:
    return _program("soffice", "libreoffice")


def _postgresql() -> str | None:
    """DULY_TEST_PG_URL, else the newest local server's folder of programs."""
    if url := os.environ.get("DULY_TEST_PG_URL"):
        return url
    packaged = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    newest_first = sorted(packaged, key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = [Path(program).parent for program in (shutil.which("initdb"),) if program]
    for folder in (*newest_first, Path("/usr/local/bin"), *on_path):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return str(folder)
    return None


def _synapse() -> str | None:
    """A Python that can import Synapse: it has its own environment and its own licence (AGPL)."""
    own = ROOT / ".venv-synapse" / "bin" / "python"
    for python in (os.environ.get("DULY_TEST_SYNAPSE"), str(own), sys.executable):
        if python and Path(python).exists() and _imports(python, "synapse.app.homeserver"):
            return python
    return None


def _audit() -> str | None:
    """A Python that can import openxml-audit: its own environment, for it brings lxml along."""
    own = ROOT / ".venv-audit" / "bin" / "python"
    for python in (os.environ.get("DULY_TEST_AUDIT"), str(own)):
        if python and Path(python).exists() and _imports(python, "openxml_audit"):
            return python
    return None


def _imports(python: str, module: str) -> bool:
    look = f"import importlib.util; raise SystemExit(not importlib.util.find_spec({module!r}))"
    return subprocess.run([python, "-c", look], check=False, capture_output=True).returncode == 0


def _element() -> str | None:
    """The folder whose node_modules have matrix-js-sdk; Node.js runs it."""
    places = (os.environ.get("DULY_TEST_ELEMENT"), str(ROOT / ".venv-element"))
    for folder in places if _program("node") else ():
        if folder and (Path(folder) / "node_modules" / "matrix-js-sdk" / "lib").is_dir():
            return folder
    return None


def _emulate() -> str | None:
    """The folder whose node_modules have the emulator; Node.js runs it."""
    places = (os.environ.get("DULY_TEST_EMULATE"), str(ROOT / ".venv-emulate"))
    for folder in places if _program("node") else ():
        if folder and (Path(folder) / "node_modules" / "emulate" / "dist").is_dir():
            return folder
    return None


def _axe() -> str | None:
    """The script that finds what shuts people out of a page."""
    for folder in (os.environ.get("DULY_TEST_AXE"), str(ROOT / ".venv-axe")):
        script = Path(folder or "") / "node_modules" / "axe-core" / "axe.min.js"
        if folder and script.exists():
            return str(script)
    return None


def _shared() -> str | None:
    folder = ROOT.parent / "shared"
    return str(folder) if folder.is_dir() else None


NEEDS: dict[Need, tuple[Callable[[], str | None], str]] = {
    "chromium": (_chromium, "Chromium is missing: sudo apt-get install chromium"),
    "postgresql": (
        _postgresql,
        "PostgreSQL is missing: sudo apt-get install postgresql (or set DULY_TEST_PG_URL)",
    ),
    "audit": (
        _audit,
        "The check of the schema is missing: python3 -m venv .venv-audit && "
        ".venv-audit/bin/pip install openxml-audit==0.8.0",
    ),
    "libreoffice": (_libreoffice, "LibreOffice is missing: sudo apt-get install libreoffice-calc"),
    "pdftotext": (
        lambda: _program("pdftotext"),
        "pdftotext is missing: sudo apt-get install poppler-utils",
    ),
    "synapse": (
        _synapse,
        "Synapse is missing: python3 -m venv .venv-synapse && "
        ".venv-synapse/bin/pip install matrix-synapse==1.163.0",
    ),
    "element": (
        _element,
        "The encryption of Element is missing: npm install --prefix .venv-element --no-audit "
        "--no-fund --ignore-scripts matrix-js-sdk@43.0.0",
    ),
    "emulate": (
        _emulate,
        "The emulator of Slack is missing: npm install --prefix .venv-emulate --no-audit "
        "--no-fund --ignore-scripts emulate@0.12.2",
    ),
    "axe": (
        _axe,
        "The check for screen readers is missing: npm install --prefix .venv-axe --no-audit "
        "--no-fund --ignore-scripts axe-core@4.14.1",
    ),
    "systemd": (
        lambda: _program("systemd-analyze"),
        "systemd-analyze is missing: sudo apt-get install systemd",
    ),
    "shared": (_shared, "The folder ../shared is missing: it stands beside the repository in CI"),
}
