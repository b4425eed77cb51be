"""`./duly import slack`: what it prints, and the number it ends with."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot import __main__ as duly
from bot.clock import Clock
from bot.settings import Settings, key
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import upgrade
from tests.desk import MONDAY, Desk
from tests.slack.exports import USERS, Entry, packed, said, user
from tests.slack.test_importing import STORY, M

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DULY_DATA", "DULY_DATABASE_URL", "DATABASE_URL", "DULY_KEY", "LANG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def data(tmp_path: Path) -> str:
    """The folder of a company whose people are known."""
    folder = tmp_path / "data"
    folder.mkdir()
    file_key = key(Settings(data=folder), Clock().random)
    db = connect(sqlite_url(folder))
    upgrade(db)
    Desk(db=db, key=file_key, company="main").close()
    return str(folder)


def run(*words: str) -> int:
    return duly.main(["import", "slack", *words])


def test_all_of_it_is_in(tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(packed(tmp_path / "e.zip", {"lobby": STORY}))

    assert run(file, "--data", data) == 0

    told = capsys.readouterr().out
    assert f"Kept: {len(STORY)} messages, 0 edits" in told
    assert "Nobody was told of any." in told
    assert "Missing" not in told
    assert duly.main(["verify", "--data", data]) == 0
    assert f"{len(STORY)} records checked" in capsys.readouterr().out
    assert duly.main(["explain", "--data", data]) == 0
    assert "settled" in capsys.readouterr().out
    assert run(file, "--data", data) == 0
    assert f"Known already: {len(STORY)} entries." in capsys.readouterr().out


def test_what_is_missing_is_named_and_ends_with_one(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    odd: list[Entry] = [
        said("ann", "x", MONDAY + M, subtype="hologram"),
        {"type": "message", "text": "whose?", "ts": said("ann", "")["ts"]},
    ]
    guests = [*USERS, *(user(f"UG{n}", f"guest{n}") for n in range(30))]
    lists = {"users.json": guests}
    broken = [("lobby/2026-04-01.json", b'[{"type": "mess')]
    file = packed(tmp_path / "e.zip", {"lobby": [*STORY, *odd]}, lists=lists, files=broken)

    assert run(str(file), "--data", data) == 1

    told = capsys.readouterr().out
    assert "          1  hologram" in told
    assert "lobby/2026-04-01.json: it ends in the middle." in told
    assert "lobby/2026-03-02.json: it does not say whose it is." in told
    assert "Accounts that belong to nobody: 30." in told
    assert "UG0 (guest0)" in told
    assert "  and 10 more" in told
    assert "./duly people link slack T1 ACCOUNT PERSON" in told
    assert "Not all of it is in." in told


@pytest.mark.parametrize("name", ["none.zip", "text.zip"])
def test_what_is_no_export_ends_with_two(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "text.zip").write_text("hello", encoding="utf-8")

    assert run(str(tmp_path / name), "--data", data) == 2
    assert "zip" in capsys.readouterr().err


def test_without_people_nothing_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key(Settings(data=tmp_path), Clock().random)
    db = connect(sqlite_url(tmp_path))
    upgrade(db)
    db.dispose()

    file = packed(tmp_path / "e.zip", {"lobby": STORY})

    assert run(str(file), "--data", str(tmp_path)) == 2
    assert "First: ./duly people import FILE" in capsys.readouterr().out


def test_a_dry_run_says_who_would_be_known_and_changes_nothing(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = {"users.json": [*USERS, user("UG", "guest")]}
    file = packed(tmp_path / "e.zip", {"lobby": STORY}, lists=lists)

    assert run(str(file), "--dry-run", "--data", data) == 0

    told = capsys.readouterr().out
    assert "Workspace T1. Conversations: 1." in told
    assert "Accounts that would belong to nobody: 1." in told
    assert "UG (guest, guest@acme.example)" in told
    assert duly.main(["verify", "--data", data]) == 0
    assert ": 0 records checked" in capsys.readouterr().out


def kept(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'duly.db'}?mode=ro", uri=True)) as db:
        return int(db.execute("select count(*) from records").fetchone()[0])


@pytest.mark.slow
def test_a_killed_import_goes_on_when_it_is_started_again(
    tmp_path: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    story = [said("ann", f"@bob where is {n}?", MONDAY + n * M) for n in range(1500)]
    file = str(packed(tmp_path / "e.zip", {"lobby": story}))
    words = [sys.executable, "-m", "bot", "import", "slack", file, "--data", data]
    begun = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not kept(Path(data)):
        time.sleep(0.05)
    os.kill(begun.pid, signal.SIGKILL)
    begun.communicate()
    half = kept(Path(data))
    deadline = time.monotonic() + 60
    while (ended := run(file, "--data", data)) == 2 and time.monotonic() < deadline:
        time.sleep(2)

    assert ended == 0
    assert 0 < half < 1500
    assert f"Known already: {half:,} entries." in capsys.readouterr().out
    assert duly.main(["verify", "--data", data]) == 0
    assert "1500 records checked" in capsys.readouterr().out.replace(",", "")
