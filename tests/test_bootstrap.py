"""./duly makes its own environment, or says in one sentence what stands in the way."""

import ast
import errno
import fcntl
import os
import re
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
RUNTIME, POSTGRES, OIDC, DEVELOPMENT = (
    "requirements.lock",
    "requirements-postgres.lock",
    "requirements-oidc.lock",
    "requirements-dev.lock",
)
LOCKS = (RUNTIME, POSTGRES, OIDC, DEVELOPMENT)
NOWHERE = "http://127.0.0.1:9/simple"

ANY_PYTHON = """#!/bin/sh
# A Debian Python 3.11 without python3-venv: no pip, no ensurepip.
case "$*" in
*_base_executable*) printf '3.11\\n%s\\n' "$0" ;;
*"venv --clear --without-pip"*)
    for folder in "$@"; do :; done
    mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
*--version*) [ "$1" = --version ] || { echo 'No module named pip' >&2; exit 1; } ;;
*) echo 'No module named ensurepip' >&2; exit 1 ;;
esac
"""
OLD_PYTHON = "#!/bin/sh\nprintf '3.9\\n/usr/bin/python3.9\\n'\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the checkout as a new machine has it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("duly", *LOCKS):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def duly(tree: Path) -> ModuleType:
    """The bootstrap of that copy, as a module."""
    loader = SourceFileLoader("duly_bootstrap", str(tree / "duly"))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def start(tree: Path, path: Path, *words: str, **environment: str) -> tuple[int, list[str]]:
    """Run ./duly as a Python 3.9 would; the exit code and the lines it said."""
    as_old = (
        "import runpy, sys; sys.version_info = (3, 9, 2); sys.argv = sys.argv[1:]; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", as_old, str(tree / "duly"), *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": str(path), "HOME": str(tree), "PYTHONIOENCODING": "utf-8", **environment},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, (done.stdout + done.stderr).splitlines()


def install(duly: ModuleType, lock: str) -> None:
    """As if this lock had been installed."""
    python = Path(duly.PYTHON)
    if not python.exists():
        program(python.parent, python.name, "")
    Path(duly.STAMP).write_text(duly.digest(lock))


# --- what it says ---------------------------------------------------------------------------


def test_python_3_8_can_read_the_file() -> None:
    ast.parse((ROOT / "duly").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_too_old_a_python_is_named_with_what_is_needed(tree: Path) -> None:
    for name in ("python3.12", "python3", "python"):
        program(tree / "path", name, OLD_PYTHON)

    code, said = start(tree, tree / "path", "version")

    assert code == 2
    assert len(said) == 1
    assert "needs Python 3.11 or newer and the newest found is 3.9" in said[0]
    assert not (tree / ".venv").exists()


def test_a_broken_python_on_the_path_is_passed_over(duly: ModuleType, tree: Path) -> None:
    shim = program(
        tree / "path", "python3.12", "#!/bin/sh\necho 'pyenv: not found' >&2\nexit 127\n"
    )

    assert duly.ask(str(shim)) == ((0, 0), "")
    assert duly.ask(sys.executable)[0] == sys.version_info[:2]


def test_no_pip_at_all_names_the_debian_package(tree: Path) -> None:
    program(tree / "path", "python3.11", ANY_PYTHON)
    for tool in ("mkdir", "cp"):
        (tree / "path" / tool).symlink_to(shutil.which(tool) or "")

    code, said = start(tree, tree / "path", "version")

    assert code == 2
    assert said[0].startswith("Setting up Duly's Python environment (first start only")
    assert "`sudo apt-get install python3-venv`" in said[1]
    assert len(said) == 2


@pytest.mark.thorough
def test_no_network_is_said_soon(tree: Path) -> None:
    program(tree / "path", "python3.11", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    path = tree / "path"
    if uv := shutil.which("uv"):
        program(path, "uv", f'#!/bin/sh\nexec "{uv}" "$@"\n')

    code, said = start(
        tree,
        Path(f"{path}{os.pathsep}{os.environ['PATH']}"),
        "version",
        UV_DEFAULT_INDEX=NOWHERE,
        UV_NO_CONFIG="1",
        UV_CACHE_DIR=str(tree / "cache"),
        UV_HTTP_RETRIES="0",
        PIP_INDEX_URL=NOWHERE,
        PIP_CONFIG_FILE=os.devnull,
        PIP_NO_CACHE_DIR="1",
        PIP_RETRIES="0",
    )

    assert code == 2
    assert "check the network" in said[1]
    assert len(said) == 2
    assert (tree / ".venv.log").read_text()  # what the installers said
    assert not (tree / ".venv" / "duly-stamp").exists()


def test_a_file_in_place_of_the_environment_is_left_alone(tree: Path) -> None:
    (tree / ".venv").write_text("mine")

    code, said = start(tree, tree, "version")

    assert code == 2
    assert said == [f"{tree}/.venv is not a folder: remove or rename it and start Duly again."]
    assert (tree / ".venv").read_text() == "mine"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (errno.EACCES, "writable"),
        (errno.EROFS, "writable"),
        (errno.ENOSPC, "The disk is full"),
    ],
)
def test_a_folder_that_cannot_be_written_is_said(
    duly: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reason: int,
    words: str,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(duly, "hold", refuse)

    assert duly.main(["version"]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("error: failed to write: No space left on device (os error 28)", "disk is full"),
        ("ERROR: Could not install packages due to an OSError: Permission denied", "writable"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES from the requirements file", "locked to"),
        ("error sending request: invalid peer certificate: UnknownIssuer", "check the network"),
        ("/usr/bin/python3: No module named pip", "python3-venv"),
        ("a new kind of trouble", ".venv.log has what the installers said"),
    ],
)
def test_what_an_installer_said_becomes_one_sentence(
    duly: ModuleType, said: str, words: str
) -> None:
    assert words in duly.explain(said)
    assert Path(duly.SETUP_LOG).read_text().strip() == said


def test_an_interrupted_start_says_so_and_the_next_one_repairs(
    duly: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[bool] = []

    def interrupt(_base: str, _lock: str, broken: bool) -> None:
        asked.append(broken)
        if not broken:
            raise KeyboardInterrupt
        program(Path(duly.PYTHON).parent, "python", "")

    monkeypatch.setattr(duly, "with_uv", interrupt)

    assert duly.main(["version"]) == 1
    assert "Interrupted: start Duly again" in capsys.readouterr().err
    assert not duly.is_ready(RUNTIME)

    duly.make_ready(RUNTIME)

    assert asked == [False, True]
    assert duly.is_ready(RUNTIME)


# --- which lock -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "environment", "lock"),
    [
        (["demo"], {}, RUNTIME),
        (["test", "-x"], {}, DEVELOPMENT),
        (["check"], {}, DEVELOPMENT),
        (["serve", "--database", "sqlite:///a.db"], {}, RUNTIME),
        (["serve", "--database", "postgresql://db/duly"], {}, POSTGRES),
        (["serve", "--database=postgresql+psycopg://db/duly"], {}, POSTGRES),
        (["web"], {"DATABASE_URL": "postgres://db/duly"}, POSTGRES),
        (["web"], {"DULY_DATABASE_URL": "postgresql://db/duly"}, POSTGRES),
        (["web"], {"DULY_OIDC_ISSUER": "https://login.example"}, OIDC),
        (["test"], {"DULY_OIDC_ISSUER": "https://login.example"}, DEVELOPMENT),
        (["web"], {"DULY_DATABASE_URL": "sqlite://", "DATABASE_URL": "postgres://db"}, RUNTIME),
    ],
)
def test_a_command_gets_the_smallest_lock_that_serves_it(
    duly: ModuleType, arguments: list[str], environment: dict[str, str], lock: str
) -> None:
    assert duly.lock_for(arguments, environment) == lock


def test_a_new_checkout_is_not_ready(duly: ModuleType) -> None:
    assert not any(duly.is_ready(lock) for lock in LOCKS)


def test_an_installed_lock_serves_those_it_holds(duly: ModuleType) -> None:
    install(duly, POSTGRES)

    assert [duly.is_ready(lock) for lock in LOCKS] == [True, True, False, False]


def test_a_changed_lock_is_installed_again(duly: ModuleType, tree: Path) -> None:
    install(duly, DEVELOPMENT)
    assert duly.is_ready(RUNTIME)

    with (tree / DEVELOPMENT).open("a") as lock:
        lock.write("# changed\n")

    assert not duly.is_ready(RUNTIME)


def test_an_environment_whose_python_is_gone_is_not_ready(duly: ModuleType) -> None:
    install(duly, RUNTIME)
    Path(duly.PYTHON).unlink()

    assert not duly.is_ready(RUNTIME)


def test_a_second_start_waits_and_finds_the_work_done(
    duly: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(_lock: str, _broken: bool) -> None:
        pytest.fail("the first start has done it")

    def the_first_ends(_seconds: float) -> None:
        install(duly, RUNTIME)
        fcntl.flock(first, fcntl.LOCK_UN)

    monkeypatch.setattr(duly, "set_up", never)
    monkeypatch.setattr(duly.time, "sleep", the_first_ends)

    with Path(duly.SETTING_UP).open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        duly.make_ready(RUNTIME)

    assert "Waiting for another start of Duly" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "parallel"),
    [
        ([], True),
        (["tests/test_hours.py", "-k", "n"], True),
        (["--no-header"], True),
        (["-n0"], False),
        (["-n", "4"], False),
        (["-p", "no:xdist"], False),
        (["--pdb"], False),
    ],
)
def test_the_tests_run_on_two_workers_unless_told(
    duly: ModuleType, arguments: list[str], parallel: bool
) -> None:
    command = duly.pytest(arguments)

    assert (command[3:5] == ["-n", "2"]) is parallel
    assert command[-len(arguments) :] == arguments or not arguments


# --- the locks ------------------------------------------------------------------------------


def packages(lock: str) -> set[str]:
    """Each package with its version and marker, and each with its hashes."""
    joined = (ROOT / lock).read_text().replace("\\\n", " ")
    return {re.sub(r"\s+", " ", line).strip() for line in joined.splitlines() if line.strip()}


@pytest.mark.parametrize(
    ("smaller", "larger"), [(RUNTIME, POSTGRES), (POSTGRES, DEVELOPMENT)], ids=str
)
def test_a_larger_lock_holds_the_smaller_one(smaller: str, larger: str) -> None:
    assert packages(smaller) < packages(larger)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text()
    assert "--index-url" not in (ROOT / lock).read_text()
    assert all("==" in package and "--hash=sha256:" in package for package in packages(lock))
