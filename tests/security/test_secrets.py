"""Secrets stand in no log, command line, traceback or answer, whatever fails."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings, Unusable, in_the_open, load, openid
from bot.store.connecting import connect
from bot.store.keystore import connect_keys
from tests.needs import ROOT
from tests.postgres import server

PATIENCE = 60.0  # seconds, on a machine with much else to do
CANARIES = {  # what an operator keeps to themselves, under the names by which it is set
    "DULY_KEY": "c0ffee" * 10 + "beef",
    "SLACK_BOT_TOKEN": "xoxb-canary-bot",
    "SLACK_APP_TOKEN": "xapp-canary-app",
    "SLACK_SIGNING_SECRET": "decade" * 5 + "42",
    "MATRIX_ACCESS_TOKEN": "syt_canary_access",
    "MATRIX_PASSWORD": "canary-matrix-password",
    "MATRIX_STORE_KEY": "facade" * 10 + "feed",
    "MATRIX_ADMIN_TOKEN": "syt_canary_admin",
    "MATRIX_BACKUP_KEY": "canary-backup-key",
    "DULY_OIDC_CLIENT_SECRET": "canary-oidc-secret",
}
PASSWORD = "canary-p:w/d"
NOBODY = "http://127.0.0.1:9"  # nobody listens there
PLACES = {
    "SLACK_API_URL": f"{NOBODY}/api/",
    "MATRIX_HOMESERVER": NOBODY,
    "MATRIX_USER_ID": "@duly:corp.example",
    "DULY_OIDC_ISSUER": f"{NOBODY}/realm",
    "DULY_OIDC_CLIENT_ID": "duly",
}
WORDS = (*CANARIES.values(), PASSWORD, "canary")
Said = dict[str, str]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing that is set on this machine."""
    kept = {each: os.environ[each] for each in ("PATH", "HOME", "LANG") if each in os.environ}
    here = {"DULY_DATA": str(folder), "PYTHONASYNCIODEBUG": "1", "MATRIX_STORE": str(folder / "m")}
    return {**kept, **here, **PLACES, **CANARIES, **more}


def duly(words: list[str], told: Mapping[str, str]) -> Said:
    """A command to its end, and everything it said."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "bot", *words],
        **{"cwd": ROOT, "env": {**told}, "check": False, "capture_output": True, "text": True},
        timeout=PATIENCE,
    )
    return {"stdout": done.stdout, "stderr": done.stderr, "code": str(done.returncode)}


def silent(said: Mapping[str, str], about: str) -> None:
    for where, text in said.items():
        found = [word for word in WORDS if word in text]
        assert not found, f"{about}: {found} in {where}: {text[-2000:]}"


MISTAKES = {  # everything that an operator may get wrong
    "another database password": {"DULY_DATABASE_URL": f"postgresql://u:{PASSWORD}@127.0.0.1:9/d"},
    "an @ in the password": {"DULY_DATABASE_URL": "postgresql://u:x@canary@127.0.0.1:9/d"},
    "a port that is none": {"DULY_DATABASE_URL": f"postgresql://u:{PASSWORD}@127.0.0.1:x/d"},
    "no URL": {"DULY_DATABASE_URL": f"u:{PASSWORD}"},
    "an @ in that password": {"DULY_KEYS_URL": "postgresql://u:x@canary@127.0.0.1:9/keys"},
    "half a key": {"DULY_KEY": "canary"},
    "a password in the address": {"DULY_URL": "https://u:canary@duly.example"},
    "a password at the issuer": {"DULY_OIDC_ISSUER": "http://u:canary@id.example"},
    "half a token": {"SLACK_BOT_TOKEN": "canary-xoxb"},
    "a secret cut short": {"SLACK_SIGNING_SECRET": "canary"},
    "half a store key": {"MATRIX_STORE_KEY": "canary"},
    "a port that is a token": {"DULY_PORT": "70000"},
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_set_wrongly_is_said_without_the_secret(tmp_path: Path, mistake: str) -> None:
    said = duly(["serve"], environment(tmp_path, **MISTAKES[mistake]))

    assert said["code"] == "2", said
    assert said["stderr"].strip()
    assert "Traceback" not in said["stderr"]
    silent(said, mistake)


def test_a_configuration_with_secrets_in_it_is_refused_without_them(tmp_path: Path) -> None:
    file = tmp_path / "duly.toml"
    for text in (
        'database = "postgresql://u:canary@127.0.0.1:9/d"\nport = "canary"',
        '[[slack]]\nbot_token = "xoxb-canary"',
        '[[slack]]\ncanary = "canary"\nbot_token_env = "canary-token"',
        '[[matrix]]\npassword = "canary"',
        'slack = "canary"',
        'database = "canary',
    ):
        file.write_text(text)
        said = duly(["serve"], environment(tmp_path, DULY_CONFIG=str(file), DULY_PORT=""))
        assert said["code"] == "2"
        shown = said["stderr"].replace("The setting port cannot be 'canary'", "")
        silent({"stderr": shown}, text)


def test_what_cannot_be_reached_is_looked_for_without_naming_a_secret(tmp_path: Path) -> None:
    told = environment(tmp_path)
    with running(tmp_path, told) as (address, process):
        for path in ("/healthz", "/mine", "/enter", "/slack/events", "/sign-in/x"):
            said = {path: httpx.get(f"{address}{path}", timeout=PATIENCE).text}
            silent(said, "a page")
        broken = httpx.post(f"{address}/slack/events", content=b"{", timeout=PATIENCE)
        assert broken.status_code == 401
        time.sleep(3)  # platforms fail, and are tried again
        lines = list(command_lines(process.pid))
        assert lines
        silent(dict(enumerate_(lines)), "command lines")
        looked = duly(["doctor"], told)
        assert "127.0.0.1:9" in looked["stdout"] or "reach" in looked["stdout"]
        silent(looked, "doctor")
        kept = duly(["backup", str(tmp_path / "b.duly")], told)
        assert kept["code"] == "0", kept
        silent(kept, "backup")
    header = (tmp_path / "b.duly").read_bytes()[:5000].decode("latin-1")
    silent({"header": header, "log": (tmp_path / "log").read_text()}, "what is left behind")
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.name != "duly.key":
            silent({str(file): file.read_bytes().decode("latin-1")}, "files")


def test_an_error_in_a_handler_tells_no_secret(tmp_path: Path) -> None:
    """What is broken by a folder that goes, and a signal, leaves a traceback at most."""
    told = environment(tmp_path)
    with running(tmp_path, told) as (address, process):
        (tmp_path / "duly-keys.db").rename(tmp_path / "gone.db")
        httpx.get(f"{address}/healthz", timeout=PATIENCE)
        time.sleep(2)
        process.send_signal(signal.SIGABRT)  # where faults are told, with every frame
        process.wait(PATIENCE)
    silent({"log": (tmp_path / "log").read_text()}, "a crash")


@contextmanager
def running(folder: Path, told: Mapping[str, str]) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-X", "dev", "-m", "bot", "serve", "--port", str(port)],
            **{"cwd": ROOT, "env": {**told}, "stdout": log, "stderr": log, "text": True},
        )
    try:
        _wait(folder / "log", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(log: Path, process: "subprocess.Popen[str]") -> None:
    began = time.monotonic()
    while "Duly is running" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() - began < PATIENCE, log.read_text()
        time.sleep(0.1)


def command_lines(pid: int) -> Iterator[str]:
    """Of a process and its children, as everybody on the machine can read them."""
    if not Path("/proc").is_dir():
        pytest.skip("there is no /proc here")
    yield Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from command_lines(int(child))


def enumerate_(lines: list[str]) -> Iterator[tuple[str, str]]:
    return ((f"line {number}", line) for number, line in enumerate(lines))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{PASSWORD}@host/name",
        "postgresql://u:canary@host:5432/name",
        "postgresql://u:a@b@host/name",
        "postgres://:canary@host/name",
        "postgresql://host/name?user=u&password=canary",
    ],
)
def test_a_password_in_a_command_is_refused_without_being_told(tmp_path: Path, url: str) -> None:
    for command in (["serve"], ["migrate"], ["doctor"], ["backup", "x"], ["verify"]):
        said = duly([*command, "--database", url], environment(tmp_path))
        assert said["code"] == "2"
        assert "DULY_DATABASE_URL" in said["stderr"]
        silent({**said, "url": ""}, "the refusal")
        if command == ["migrate"]:
            break  # the others ask the same function


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://host/name", "postgresql://user@host:5432/name", "sqlite:///a/b.db"),
        *("postgresql:///name?host=/run", "postgresql://[::1]:5432/name", ""),
    ],
)
def test_a_url_without_a_password_may_stand_in_a_command(url: str) -> None:
    assert not in_the_open(url)


def test_settings_that_are_printed_hold_no_secret() -> None:
    told = {
        **{"DULY_DATABASE_URL": f"postgresql://u:{PASSWORD}@h/d", "DULY_CONFIG": os.devnull},
        **{"DULY_KEYS_URL": f"postgresql://u:{PASSWORD}@h/k", **CANARIES, **PLACES},
    }
    made = load(told)

    silent({"settings": repr(made), "openid": repr(openid(made))}, "repr")
    assert PASSWORD in made.database
    silent({"sections": repr(Settings(slack=({"bot_token": "canary"},)))}, "repr")


def test_an_error_of_the_database_names_no_part_of_the_password() -> None:
    """A real server, to which the password is wrong, and hosts that are not there."""
    real = server().url("postgres").replace("postgresql+psycopg://", "postgresql://", 1)
    for url in (f"postgresql://u:{PASSWORD}@127.0.0.1:9/d", real.replace("://", "://u:canary@", 1)):
        db = connect(url)
        with pytest.raises(SQLAlchemyError) as raised, db.connect():
            pass
        silent({"error": f"{raised.value!r} {raised.value} {db!r} {db.url!r}"}, url)
        db.dispose()
    for make in (connect, connect_keys):
        with pytest.raises(ValueError, match="host") as refused:
            make("postgresql://u:x@canary@127.0.0.1:9/d")
        silent({"error": str(refused.value)}, "an @")


def test_the_canaries_would_be_found(tmp_path: Path) -> None:
    """That this page can fail: a process that prints its surroundings is found out."""
    told = environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(dict(os.environ))"],
        **{"env": told, "check": True, "capture_output": True, "text": True},
    )
    with pytest.raises(AssertionError, match="xoxb-canary-bot"):
        silent({"stdout": done.stdout}, "planted")


def test_unusable_is_what_a_password_raises() -> None:
    with pytest.raises(Unusable):
        openid(Settings(oidc_issuer="http://u:canary@id.example"))
