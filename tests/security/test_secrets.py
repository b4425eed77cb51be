"""Secrets stand in no log, command line, traceback or answer, whatever fails."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from adapters.matrix.install import installs as of_matrix
from adapters.slack.install import installs as of_slack
from bot.__main__ import main
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
    "DULY_URL": "http://127.0.0.1:8646",
}
WORDS = (*CANARIES.values(), PASSWORD, "canary")
Said = dict[str, str]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing that is set on this machine."""
    kept = {each: os.environ[each] for each in ("PATH", "HOME", "LANG") if each in os.environ}
    own = {"DULY_DATA": str(folder), "MATRIX_STORE": str(folder / "m")}
    return {**kept, **own, **PLACES, **CANARIES, **more}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what an operator sets; nothing that is wrong gets as far as serving."""

    def served(*_: object) -> int:
        raise AssertionError("it was served")

    def given(**more: str) -> None:
        for name in list(os.environ):
            if name.startswith(("DULY_", "SLACK_", "MATRIX_", "DATABASE_URL", "PORT")):
                monkeypatch.delenv(name)
        for name, value in environment(tmp_path, **more).items():
            monkeypatch.setenv(name, value)

    monkeypatch.setattr("bot.serving.serve", served)
    return given


def duly(*words: str) -> int:
    """A command to its end, in this process."""
    return main(list(words))


def process(told: Mapping[str, str], *words: str) -> Said:
    """A command to its end, and everything it said."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={**told},
        check=False,
        capture_output=True,
        text=True,
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
    "no store of keys there": {"DULY_KEYS_URL": f"postgresql://u:{PASSWORD}@127.0.0.1:9/keys"},
    "an @ in that password": {"DULY_KEYS_URL": "postgresql://u:x@canary@127.0.0.1:9/keys"},
    "half a key": {"DULY_KEY": "canary"},
    "a password in the address": {"DULY_URL": "https://u:canary@duly.example"},
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_set_wrongly_is_said_without_the_secret(
    here: Callable[..., None], capfd: pytest.CaptureFixture[str], mistake: str
) -> None:
    here(**MISTAKES[mistake])

    assert duly("serve", "--port", "0") == 2
    said = capfd.readouterr()
    assert said.err.strip()
    assert "Traceback" not in said.err
    silent({"stdout": said.out, "stderr": said.err}, mistake)


def test_where_nobody_has_the_keys_it_is_said_what_to_do(
    here: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    here(DULY_KEYS_URL="postgresql://u@127.0.0.1:9/keys")

    assert duly("serve", "--port", "0") == 2
    said = capfd.readouterr().err
    assert "DULY_KEYS_URL names cannot be reached" in said
    assert "Start it, or mend the URL" in said


@pytest.mark.parametrize("make", [connect, connect_keys])
def test_a_machine_that_does_not_answer_is_not_waited_for_for_ever(
    make: Callable[[str], sa.Engine],
) -> None:
    asked: list[dict[str, object]] = []

    def noted(*given: object) -> None:
        asked.append(cast("dict[str, object]", given[-1]))
        raise OSError("nobody is called")

    for url in ("postgresql://u@10.0.0.1/d", "postgresql://u@10.0.0.1/d?connect_timeout=3"):
        db = make(url)
        sa.event.listen(db, "do_connect", noted)
        with pytest.raises(OSError, match="nobody is called"):
            db.connect()
    assert [each["connect_timeout"] for each in asked] == [10, "3"]
    assert all({"keepalives_idle", "keepalives_count"} <= each.keys() for each in asked)


@pytest.mark.parametrize(
    "text",
    [
        'database = "postgresql://u:canary@127.0.0.1:9/d"',
        '[[slack]]\nbot_token = "xoxb-canary"',
        '[[slack]]\ncanary = "canary"\nbot_token_env = "canary-token"',
        '[[matrix]]\npassword = "canary"',
        'slack = "canary"',
        'database = "canary',
    ],
)
def test_a_configuration_with_secrets_in_it_is_refused_without_them(
    here: Callable[..., None], tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "duly.toml"
    file.write_text(text)
    here(DULY_CONFIG=str(file))

    if not text.startswith("["):
        assert duly("serve", "--port", "0") == 2
        said = capfd.readouterr()
        silent({"stdout": said.out, "stderr": said.err}, text)
        return

    made = load()  # what platforms are set by is read where they are wired
    read = partial(of_slack, made.slack) if made.slack else partial(of_matrix, made.matrix, file)
    with pytest.raises(Unusable) as refused:
        read(environment={})
    silent({"refusal": str(refused.value).replace(" canary is nothing I know", "")}, text)


@pytest.mark.thorough
def test_what_cannot_be_reached_is_looked_for_without_naming_a_secret(tmp_path: Path) -> None:
    told = environment(tmp_path)
    with running(tmp_path, told) as (address, serving):
        for path in ("/healthz", "/mine", "/enter", "/slack/events", "/sign-in/x"):
            silent({path: httpx.get(f"{address}{path}", timeout=PATIENCE).text}, "a page")
        broken = httpx.post(f"{address}/slack/events", content=b"{", timeout=PATIENCE)
        assert broken.status_code == 401
        lines = {f"line {number}": line for number, line in enumerate(command_lines(serving.pid))}
        assert lines
        silent(lines, "command lines")
        looked = process(told, "doctor")
        assert looked["stdout"].strip()
        silent(looked, "doctor")
        kept = process(told, "backup", str(tmp_path / "b.duly"))
        assert kept["code"] == "0", kept
        silent(kept, "backup")
        serving.send_signal(signal.SIGABRT)  # where faults are told, with every frame
        serving.wait(PATIENCE)
    for file in tmp_path.rglob("*"):  # its log, what it keeps, and the backup
        if file.is_file() and file.name != "duly.key":
            silent({str(file): file.read_bytes().decode("latin-1")}, "files")


@contextmanager
def running(folder: Path, told: Mapping[str, str]) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "bot", "serve", "--port", str(port)],
            cwd=ROOT,
            env={**told},
            stdout=log,
            stderr=log,
            text=True,
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
def test_a_password_in_a_command_is_refused_without_being_told(
    here: Callable[..., None], capfd: pytest.CaptureFixture[str], url: str
) -> None:
    here()
    for words in (["serve"], ["migrate"], ["doctor"], ["backup", "x"], ["verify"], ["worker"]):
        assert duly(*words, "--database", url) == 2
        said = capfd.readouterr()
        assert "DULY_DATABASE_URL" in said.err
        silent({"stdout": said.out, "stderr": said.err}, "the refusal")


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
    real = make_url(server().url("postgres")).set(username="nobody", password=PASSWORD)
    away = f"postgresql://u:{PASSWORD}@127.0.0.1:9/d"
    for url in (away, real.render_as_string(hide_password=False)):
        db = connect(url)
        with pytest.raises(SQLAlchemyError) as raised, db.connect():
            pass
        silent({"error": f"{raised.value!r} {raised.value} {db!r} {db.url!r}"}, url)
        db.dispose()
    for make in (connect, connect_keys):
        with pytest.raises(ValueError, match="host") as refused:
            make("postgresql://u:x@canary@127.0.0.1:9/d")
        silent({"error": str(refused.value)}, "an @")


def test_the_canaries_would_be_found() -> None:
    """That this page can fail."""
    with pytest.raises(AssertionError, match="xoxb-canary-bot"):
        silent({"stdout": f"token {CANARIES['SLACK_BOT_TOKEN']}"}, "planted")


def test_the_address_of_the_provider_is_not_repeated() -> None:
    with pytest.raises(Unusable) as refused:
        openid(Settings(oidc_issuer="http://u:canary@id.example"))
    silent({"refusal": str(refused.value)}, "the issuer")
