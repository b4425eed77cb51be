"""The secrets of our device: closed, whole or not at all, and open to nobody else."""

import os
import stat
from dataclasses import fields, replace
from pathlib import Path

import pytest

from adapters.matrix.seen import FILE, Seen
from adapters.matrix.vault import SECRETS, Damaged, Sealed, Secrets, Vault, WrongKey
from bot.settings import Unusable

KEY, OTHER = "ab" * 32, "cd" * 32
DULY = "@duly:corp.example"
WELL = Secrets(
    user_id=DULY, device_id="DULYA", access_token="syt_x", master="01" * 32, backup_key=KEY
)


def test_what_was_kept_is_there_again_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "store"

    Vault(folder, KEY, DULY).save(WELL)

    assert Vault(folder, KEY, DULY).load() == WELL
    assert Vault(tmp_path / "other", KEY, DULY).load() is None
    lying = (folder / SECRETS).read_bytes()
    assert b"syt_x" not in lying
    assert b"DULYA" not in lying
    assert stat.S_IMODE((folder / SECRETS).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir()] == [SECRETS]


def test_a_wrong_key_says_that_it_is_wrong(tmp_path: Path) -> None:
    Vault(tmp_path, KEY, DULY).save(WELL)

    with pytest.raises(WrongKey, match="not the key with which") as told:
        Vault(tmp_path, OTHER, DULY).load()
    assert OTHER not in str(told.value)


@pytest.mark.parametrize("place", [0, 5, 20, 40, -1])
def test_a_changed_byte_is_found(tmp_path: Path, place: int) -> None:
    Vault(tmp_path, KEY, DULY).save(WELL)
    body = bytearray((tmp_path / SECRETS).read_bytes())
    body[place] ^= 1
    (tmp_path / SECRETS).write_bytes(body)

    with pytest.raises((Damaged, WrongKey)):
        Vault(tmp_path, KEY, DULY).load()


def test_the_file_of_another_account_or_purpose_is_none_of_ours(tmp_path: Path) -> None:
    Vault(tmp_path, KEY, "@eve:corp.example").save(replace(WELL, user_id="@eve:corp.example"))
    with pytest.raises(Damaged):
        Vault(tmp_path, KEY, DULY).load()

    Sealed(tmp_path / "people", KEY, DULY).write(b"{}")
    (tmp_path / SECRETS).write_bytes((tmp_path / "people").read_bytes())
    with pytest.raises(WrongKey):
        Vault(tmp_path, KEY, DULY).load()


def test_secrets_of_a_newer_duly_are_not_guessed_at(tmp_path: Path) -> None:
    Sealed(tmp_path / SECRETS, KEY, DULY).write(b'{"user_id": "x", "news": 1}')

    with pytest.raises(Unusable, match="newer"):
        Vault(tmp_path, KEY, DULY).load()


def test_a_write_that_breaks_off_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Vault(tmp_path, KEY, DULY).save(WELL)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Unusable, match="No space left"):
        Vault(tmp_path, KEY, DULY).save(replace(WELL, device_id="DULYB"))
    monkeypatch.undo()

    assert Vault(tmp_path, KEY, DULY).load() == WELL
    assert [file.name for file in tmp_path.iterdir()] == [SECRETS]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()  # a file stands where the folder should be, for root too

    with pytest.raises(Unusable, match="cannot be written"):
        Vault(tmp_path / "taken", KEY, DULY).save(WELL)


def test_no_secret_is_in_what_is_printed() -> None:
    told = repr(Secrets(**{each.name: f"<{each.name}>" for each in fields(Secrets)}))

    assert "<user_id>" in told
    for name in ("access_token", "master", "self_signing", "user_signing", "backup_key"):
        assert f"<{name}>" not in told


def test_a_place_in_a_session_belongs_to_one_event_for_good(tmp_path: Path) -> None:
    seen = Seen(tmp_path, bytes(32))
    assert seen.first("session", 3, "$a")
    assert seen.first("session", 3, "$a")
    assert not seen.first("session", 3, "$b")
    assert seen.first("session", 4, "$b")
    assert seen.first("other", 3, "$b")
    seen.close()

    again = Seen(tmp_path, bytes(32))
    assert not again.first("session", 3, "$b")
    again.close()
    assert b"session" not in (tmp_path / FILE).read_bytes().replace(b"session blob", b"").replace(
        b"(session, place)", b""
    )


def test_a_restored_session_is_fresh_from_where_its_owner_shared_it_again(tmp_path: Path) -> None:
    seen = Seen(tmp_path, bytes(32))
    seen.heard("unknown", 0)
    assert not seen.is_restored("unknown", 0)
    seen.restore(["one", "two"])
    assert seen.is_restored("one", 7)

    seen.heard("one", 5)
    seen.heard("one", 8)

    assert seen.is_restored("one", 4)
    assert not seen.is_restored("one", 5)
    assert seen.is_restored("two", 5)
    seen.close()
