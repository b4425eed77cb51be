"""From an account to a device that others know, on the terminal; and after the disk is lost."""

import base64
import hashlib
import hmac
import json
import stat
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from adapters.matrix.install import PLAIN, SECRETS
from adapters.matrix.reading import Opened
from adapters.matrix.trust import Why
from bot import __main__ as duly
from bot.cli.common import newest, open_store
from bot.settings import load
from tests.matrix.cipher import SecretHuman
from tests.matrix.ours import KEY, install, ours, run
from tests.matrix.people import People
from tests.matrix.synapse import Registered

Terminal = Callable[..., str]


@pytest.fixture
def account(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Registered:
    """Made for Duly, and set in the variables."""
    made = people.account("duly")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DULY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MATRIX_HOMESERVER", people.server.url)
    monkeypatch.setenv("MATRIX_USER_ID", made.user_id)
    monkeypatch.setenv("MATRIX_PASSWORD", made.password)
    monkeypatch.setenv("MATRIX_STORE_KEY", KEY)
    return made


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    def typed(*words: str, ends: int = 0) -> str:
        assert duly.main(["matrix", *words]) == ends, capsys.readouterr()
        said = capsys.readouterr()
        return said.err if ends else said.out

    return typed


def backup_key(told: str) -> str:
    return next(word for word in told.split() if len(word) == 64)


def folder(account: Registered, tmp_path: Path) -> Path:
    return tmp_path / "data" / "matrix" / account.user_id[1:].replace(":", "_")


def test_registering_makes_a_device_that_others_know_and_again_changes_nothing(
    people: People, account: Registered, terminal: Terminal, tmp_path: Path
) -> None:
    store = folder(account, tmp_path)

    first = terminal("register")
    before = {file.name: file.read_bytes() for file in (store / "secrets",)}
    shown = people.secret("ann").person(account.user_id)
    again = terminal("register")

    [device] = [each for each in shown.devices if each.id.startswith("DULY")]
    assert device.vouched
    assert len(backup_key(first)) == 64
    assert not [word for word in again.split() if len(word) == 64]
    assert backup_key(terminal("register", "--show-key")) == backup_key(first)
    assert before["secrets"] == (store / "secrets").read_bytes()
    assert people.secret("bob").person(account.user_id).devices == shown.devices
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    for file in (*store.iterdir(), *store.parent.glob("*.backup*")):
        assert file.is_dir() or not stat.S_IMODE(file.stat().st_mode) & 0o077, file


def test_nothing_of_the_secrets_lies_open_in_the_store(
    account: Registered, terminal: Terminal, tmp_path: Path
) -> None:
    terminal("register")

    lying = b"".join(file.read_bytes() for file in folder(account, tmp_path).iterdir())
    assert account.password.encode() not in lying
    assert b"syt_" not in lying  # how tokens of Synapse begin
    assert KEY.encode() not in lying
    assert bytes.fromhex(KEY) not in lying


def test_after_a_lost_disk_a_new_device_has_the_same_identity_and_reads_what_was_said(
    people: People,
    account: Registered,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    ann = people.secret("ann", exclude_insecure=True)
    key = backup_key(terminal("register"))
    store, file = folder(account, tmp_path), tmp_path / "away"
    made = install(people, account, store)
    said: dict[str, Any] = {}

    async def before() -> None:
        async with ours(made) as lost:
            said["room"] = ann.direct(account.user_id, encrypted=True)
            await lost.turn()
            await lost.turn()
            ann.say(said["room"], "!done 7")
            said["event"] = await lost.until(said["room"], "m.room.encrypted")

    run(before())
    known = ann.person(account.user_id)
    terminal("backup", str(file))
    store.rename(tmp_path / "lost")
    wrong = terminal("restore", str(file), ends=2)
    monkeypatch.setenv("MATRIX_BACKUP_KEY", key)
    told = terminal("restore", str(file))

    async def after() -> None:
        async with ours(made) as new:
            await new.turn()
            new.events.clear()
            opened = new.device.decrypt(said["room"], said["event"])
            assert isinstance(opened, Opened)
            assert opened.event["content"]["body"] == "!done 7"
            assert opened.why is Why.RESTORED
            ann.say(said["room"], "!done 8")
            event = await new.until(said["room"], "m.room.encrypted")
            assert isinstance(opened := new.device.decrypt(said["room"], event), Opened)
            assert (opened.event["content"]["body"], opened.why) == ("!done 8", None)
            await new.say(said["room"], "noted")
            assert ann.sees(said["room"], "noted").secret

    run(after())
    assert "64 hex digits" in wrong
    assert "came with it: 1." in told
    shown = ann.person(account.user_id)
    assert shown.master == known.master
    assert sum(each.vouched for each in shown.devices) == 2


def test_the_room_keys_of_a_backup_are_a_file_as_element_exports_it(
    people: People, account: Registered, terminal: Terminal, tmp_path: Path
) -> None:
    ann = people.secret("ann")
    key = backup_key(terminal("register"))
    made = install(people, account, folder(account, tmp_path))

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.direct(account.user_id, encrypted=True)
            await duly.turn()
            await duly.turn()
            ann.say(room, "Good morning")
            await duly.until(room, "m.room.encrypted")

    run(scene())
    terminal("backup", str(tmp_path / "away"))
    [session] = exported((tmp_path / "away.keys").read_text(), key)
    assert session["algorithm"] == "m.megolm.v1.aes-sha2"
    assert session["sender_key"] == ann.machine.curve25519


def exported(text: str, passphrase: str) -> list[dict[str, Any]]:
    """Read by what the specification says of it."""
    lines = text.strip().splitlines()
    assert lines[0] == "-----BEGIN MEGOLM SESSION DATA-----"
    assert lines[-1] == "-----END MEGOLM SESSION DATA-----"
    packed = "".join(lines[1:-1])
    whole = base64.b64decode(packed + "=" * (-len(packed) % 4))
    body, mac = whole[:-32], whole[-32:]
    assert body[0] == 1
    rounds = int.from_bytes(body[33:37])
    keys = hashlib.pbkdf2_hmac("sha512", passphrase.encode(), body[1:17], rounds, 64)
    assert hmac.digest(keys[32:], body, "sha256") == mac
    opened = Cipher(AES(keys[:32]), CTR(body[17:33])).decryptor().update(body[37:])
    found: list[dict[str, Any]] = json.loads(opened)
    return found


def test_an_identity_that_somebody_else_made_is_replaced_only_when_told(
    people: People, account: Registered, terminal: Terminal
) -> None:
    with SecretHuman(people.server.url, account) as person:
        theirs = person.person(account.user_id).master
        told = terminal("register", ends=2)
        kept = person.person(account.user_id).master
        terminal("register", "--new-identity")
        ours_now = person.person(account.user_id).master

    assert kept == theirs != ours_now
    assert "--new-identity" in told
    assert "restore FILE" in told


WRONG = {
    ("MATRIX_PASSWORD", "wrong"): "set it anew",
    ("MATRIX_HOMESERVER", "http://127.0.0.1:9"): "does not answer",
    ("MATRIX_STORE_KEY", "abc"): "openssl rand -hex 32",
    ("MATRIX_USER_ID", "duly"): "@duly:corp.example",
}


@pytest.mark.usefixtures("account")
def test_what_is_set_wrongly_is_said_with_what_to_do(terminal: Terminal) -> None:
    for (name, value), says in WRONG.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(name, value)
            assert says in terminal("register", ends=2)


class Page(BaseHTTPRequestHandler):
    """The company's pages, as they answer to everything."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome</html>")

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


def test_an_address_at_which_there_is_something_else_is_said_to_be_wrong(
    people: People, account: Registered, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATRIX_HOMESERVER", f"{people.server.url}/app")
    assert "/app there is no Matrix homeserver" in terminal("register", ends=2)

    with HTTPServer(("127.0.0.1", 0), Page) as pages:
        Thread(target=pages.serve_forever, daemon=True).start()
        monkeypatch.setenv("MATRIX_HOMESERVER", f"http://127.0.0.1:{pages.server_port}")
        by_password = terminal("register", ends=2)
        monkeypatch.setenv(SECRETS["access_token"], account.token)
        by_token = terminal("register", ends=2)
        pages.shutdown()

    for told in (by_password, by_token):
        assert "there is no Matrix homeserver" in told


def test_the_token_of_somebody_else_and_a_dead_one_are_refused(
    people: People,
    account: Registered,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SECRETS["access_token"], people.account("eve").token)
    anothers = terminal("register", ends=2)
    monkeypatch.setenv(SECRETS["access_token"], "syt_dead")
    monkeypatch.delenv("MATRIX_PASSWORD")
    dead = terminal("register", ends=2)

    assert "Set the two of one account" in anothers
    assert "MATRIX_PASSWORD" in dead
    assert account.token not in anothers + dead


@pytest.mark.thorough
def test_the_doctor_of_the_terminal_looks_at_matrix_too(
    account: Registered, terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal("register")
    settings = load()
    store = open_store(settings, new=True)
    newest(store, settings)
    store.db.dispose()

    assert duly.main(["doctor"]) == 1  # it is in no room

    told = capsys.readouterr().out
    assert f"Matrix: {account.user_id} at http://127.0.0.1" in told
    assert f"Matrix, {account.user_id}: I am in no room" in told


def test_without_an_account_or_with_several_it_asks_which(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*PLAIN.values(), *SECRETS.values()):
        monkeypatch.delenv(name, raising=False)
    none = terminal("trust", ends=2)
    section = (
        '[[matrix]]\nuser_id = "@duly:{}.example"\npassword_env = "PW"\nstore_key_env = "KEY"\n'
    )
    (tmp_path / "duly.toml").write_text(section.format("corp") + section.format("globex"))
    monkeypatch.setenv("PW", "x")
    monkeypatch.setenv("KEY", KEY)
    several = terminal("trust", ends=2)
    one = terminal("trust", "--account", "@duly:globex.example", "--data", str(tmp_path))
    backed_up = terminal("backup", str(tmp_path / "b"), "--account", "@duly:corp.example", ends=2)

    assert "No account of Matrix is set" in none
    assert "--account: @duly:corp.example, @duly:globex.example" in several
    assert "Nobody" in one
    assert "Register first" in backed_up


@pytest.mark.usefixtures("account")
def test_accepting_a_new_identity_needs_one_that_has_changed(terminal: Terminal) -> None:
    terminal("register")

    assert "Nobody" in terminal("trust")
    assert "has not changed" in terminal("trust", "@ann:corp.example", ends=2)
