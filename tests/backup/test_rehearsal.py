"""The rehearsal: a real process talks, is backed up meanwhile, and goes on in another folder."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.schema import journal, outbox
from tests.kill.killing import Killing, _rows, opened
from tests.kill.slots import plain
from tests.needs import ROOT, seed


def duly(*words: str, fails: bool = False) -> str:
    command = [sys.executable, "-m", "bot", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=plain(), capture_output=True, text=True, check=False, timeout=120
    )
    assert bool(done.returncode) is fails, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.thorough
def test_a_company_goes_on_in_another_folder_from_what_was_backed_up(tmp_path: Path) -> None:
    first, second, file = tmp_path / "first", tmp_path / "second", tmp_path / "acme.duly"
    first.mkdir()
    life = Killing(first, seed())
    with life.alive() as process:
        life._wait(process)
        life._talk(2)
        known = set(life.company.acknowledged)
        words = [sys.executable, "-m", "bot", "backup", str(file), "--data", str(first / "data")]
        backup = subprocess.Popen(words, cwd=ROOT, env=plain(), stdout=subprocess.DEVNULL)
        while backup.poll() is None:
            life._talk(0.1)
        assert backup.returncode == 0
        duly("backup", "--keys", str(tmp_path / "keys.duly"), "--data", str(first / "data"))
        key = str(first / "data" / "duly.key")
        said = duly("restore", str(file), "--data", str(first / "data"), "--replace", fails=True)
        assert "Duly is at work" in said
        process.send_signal(signal.SIGTERM)
    before = {each: text for each, (_, _, text) in life.company.cards.items()}

    assert "is whole" in duly("backup", "--check", str(file), "--key", key)
    assert "--key FILE" in duly("restore", str(file), "--data", str(second / "data"), fails=True)
    duly("restore", str(file), "--data", str(second / "data"), "--key", key)
    assert "keys" in duly("verify", "--data", str(second / "data"), fails=True)
    duly("restore", str(tmp_path / "keys.duly"), "--data", str(second / "data"))
    # The playground is the platform: it has gone on from where it was.
    for each in (first / "data").glob("playground.db*"):
        shutil.copy(each, second / "data")
    life.folder = second
    with life.alive() as process:
        life._wait(process)
        life._talk(2)
        for _ in range(10):
            life.company.deliver()
            life.company.look()
        process.send_signal(signal.SIGTERM)

    assert list(life.company.doubled()) == []
    assert before.keys() <= life.company.cards.keys()
    assert "Nothing kept was changed" in duly("verify", "--data", str(second / "data"))
    with opened(second / "data") as store:
        kept = {row.key for row in _rows(store, journal)}
        assert {f"playground/demo/{id}" for id in known} <= kept
        told = [row for row in _rows(store, outbox) if row.key.startswith("restored/")]
        assert told, "IT is told of the restore"


@pytest.mark.thorough
def test_a_file_that_was_copied_back_by_hand_is_known_for_an_older_one(tmp_path: Path) -> None:
    life = Killing(tmp_path, seed() + 1)
    data = tmp_path / "data"
    with life.alive() as process:
        life._wait(process)
        life._talk(1)
        process.send_signal(signal.SIGTERM)
    shutil.copytree(data, tmp_path / "older")
    with life.alive() as process:
        life._wait(process)
        life._talk(3)
        process.send_signal(signal.SIGTERM)
    for each in data.glob("duly.db*"):
        each.unlink()
    for each in (tmp_path / "older").glob("duly.db*"):
        shutil.copy(each, data)

    for _ in range(2):  # the second time it is known
        with life.alive() as process:
            life._wait(process)
            process.send_signal(signal.SIGTERM)

    told = (tmp_path / "log").read_text()
    assert told.count("The database is older than it was here") == 1
