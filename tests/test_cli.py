"""The terminal: what each command prints, and the number it ends with."""

import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bot import __main__ as duly
from bot.cli import common
from bot.clock import Clock
from bot.seal import Seal
from bot.settings import Settings, Unusable, key, load
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import upgrade
from tests.desk import Desk

ROOT = Path(__file__).parent.parent
HEAVY = ("sqlalchemy", "aiohttp", "nio", "slack_bolt", "openpyxl", "alembic", "starlette")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DULY_DATA", "DULY_DATABASE_URL", "DATABASE_URL", "DULY_KEY", "LANG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)


def folder_with_a_story(folder: Path) -> Path:
    """A data folder as `duly serve` leaves it: Ann asked, Bob was nudged and answered."""
    folder.mkdir()
    file_key = key(Settings(data=folder), Clock().random)
    db = connect(sqlite_url(folder))
    upgrade(db)
    desk = Desk(db=db, key=file_key, company="main")
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.says("bob", "done 1")
    desk.close()
    return folder


def run(*words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", [["version"], ["--help"]])
def test_the_short_commands_load_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from bot.__main__ import main\n"
        f"try: main({words!r})\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_wrong_use_ends_with_two() -> None:
    assert run("dance")[0] == 2
    assert run("report", "--out", "x.xlsx")[0] == 2
    assert run("demo", "--port", "http")[0] == 2


def test_a_folder_without_a_database_is_told_from_an_empty_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert duly.main(["verify", "--data", str(tmp_path)]) == 2
    assert "There is no Duly database in" in capsys.readouterr().err


def test_verify_counts_what_holds_and_names_what_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with_a_story(tmp_path / "data")
    assert duly.main(["verify", "--data", str(folder)]) == 0
    assert capsys.readouterr().out == "Nothing kept was changed: 1 record checked.\n"

    db = connect(sqlite_url(folder))
    with db.begin() as conn:
        conn.exec_driver_sql("DROP TRIGGER records_no_update")
        conn.exec_driver_sql("UPDATE records SET author = 'paper/home/eve'")
    db.dispose()
    assert duly.main(["verify", "--data", str(folder)]) == 1
    assert capsys.readouterr().out.startswith("Broken: paper/home/lobby, record 1: it was changed.")


@pytest.mark.thorough
def test_explain_tells_the_life_of_a_duty_without_anybodys_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with_a_story(tmp_path / "data")

    assert duly.main(["explain", "1", "--data", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "Bob owes Ann an answer" in said
    assert "Ann wrote at Mon 2 Mar, 09:00: message paper/home/lobby/m1" in said
    assert "samples" not in said
    assert duly.main(["explain", "9", "--data", str(folder)]) == 1
    assert capsys.readouterr().out == "There is no duty #9.\n"
    assert duly.main(["explain", "nine", "--data", str(folder)]) == 2


def test_explain_lists_the_last_duties_to_choose_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with_a_story(tmp_path / "data")
    assert duly.main(["explain", "--data", str(folder)]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "#1  Reply  Bob  → Ann  settled  Mon 2 Mar, 14:30",
        "The life of one of them: ./duly explain NUMBER",
    ]


@pytest.mark.thorough
def test_explain_of_a_request_tells_of_everybody_who_was_to_decide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    db = connect(sqlite_url(folder))
    upgrade(db)
    desk = Desk(db=db, key=key(Settings(data=folder), Clock().random), company="main")
    desk.says("bob", "request leave 2026-03-09..2026-03-11 For my sister's wedding")
    for _ in range(22):
        desk.posts("ann", "@bob when will the samples be ready?")
        desk.posts("bob", "@ann on Thursday")
        desk.now += timedelta(seconds=1)
    desk.close()

    assert duly.main(["explain", "1", "--data", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "Mei is to decide on a request of Bob" in said
    assert "wedding" not in said
    assert duly.main(["explain", "--data", str(folder)]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == 21
    assert listed[0].startswith("#23 ")


@pytest.mark.thorough
def test_explain_of_an_empty_store_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    db = connect(sqlite_url(folder))
    upgrade(db)
    Desk(db=db, key=key(Settings(data=folder), Clock().random), company="main").close()

    assert duly.main(["explain", "--data", str(folder)]) == 0
    assert capsys.readouterr().out == "Nothing was ever owed.\n"


@pytest.mark.thorough
def test_report_writes_a_workbook_for_who_may_have_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = folder_with_a_story(tmp_path / "data"), tmp_path / "march.xlsx"
    words = ["report", "--month", "2026-03", "--data", str(folder), "--out", str(out)]

    assert duly.main(words) == 0
    assert out.stat().st_size > 5000
    assert duly.main([*words, "--for", "eve"]) == 1
    assert "not for your role" in capsys.readouterr().out
    assert duly.main([*words, "--for", "sales", "--edition", "head"]) == 0
    assert duly.main([*words[:2], "March", *words[3:]]) == 2
    nowhere = [*words[:-1], str(tmp_path / "no" / "x.xlsx")]
    assert duly.main(nowhere) == 2


@pytest.mark.thorough
def test_the_terminal_sees_the_time_that_the_playground_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with_a_story(tmp_path / "data")
    clock = Clock(ahead=timedelta(days=400))
    db = connect(sqlite_url(folder))
    store = Store(db, "main", Seal(key(Settings(data=folder), clock.random), clock.random), clock)
    with store.transaction() as tx:
        tx.listeners.move_clock(clock.ahead)
    db.dispose()

    words = ["report", "--month", "2026-03", "--data", str(folder), "--out"]
    assert duly.main([*words, str(tmp_path / "later.xlsx")]) == 0
    cover = load_workbook(tmp_path / "later.xlsx").worksheets[0]
    told = " ".join(str(cell.value) for row in cover.iter_rows() for cell in row if cell.value)
    assert f"{clock.now().astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}" in told
    capsys.readouterr()


@pytest.mark.thorough
def test_doctor_names_what_is_wrong_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with_a_story(tmp_path / "data")

    assert duly.main(["doctor", "--data", str(folder)]) == 1
    assert "Nobody has the role it: ./duly people role ID it" in capsys.readouterr().out
    assert duly.main(["people", "role", "bob", "it", "--data", str(folder)]) == 0
    duly.main(["doctor", "--data", str(folder)])
    assert "role it" not in capsys.readouterr().out
    assert duly.main(["doctor", "--again", "--data", str(folder)]) == 0


@pytest.mark.thorough
def test_a_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, said = run("demo", "--port", port, "--data", str(tmp_path / "data"))

    assert code == 2
    assert said.startswith(f"Port {port} cannot be opened: ")
    assert said.endswith("Choose another with --port N.\n")


def test_a_folder_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, said = run("demo", "--data", str(tmp_path / "file"), "--port", "0")

    assert code == 2
    assert "Name another with --data DIR." in said


def test_options_alone_are_the_demos(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, said = run("--data", str(tmp_path / "file"))

    assert code == 2
    assert "Name another with --data DIR." in said


def test_one_file_is_not_for_two_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("web", "worker"):
        assert duly.main([command, "--data", str(tmp_path / "data")]) == 2
        assert "SQLite lives in one process" in capsys.readouterr().err


def test_settings_come_from_a_file_and_the_environment_over_it(tmp_path: Path) -> None:
    file = tmp_path / "duly.toml"
    file.write_text('port = 9000\ncompany = "acme"\n')
    environment = {"DULY_CONFIG": str(file), "DULY_PORT": "9001", "DATABASE_URL": "postgresql://x"}

    found = load(environment)
    assert (found.port, found.company, found.database) == (9001, "acme", "postgresql://x")
    assert not found.sqlite


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 'x'", "The setting port cannot be 'x'."),
        ("pool = 0", "The setting pool cannot be 0."),
        ("colour = 1", "There is no setting colour. Known: "),
        ("port =", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "duly.toml"
    file.write_text(text)

    with pytest.raises(Unusable, match=said):
        load({"DULY_CONFIG": str(file)})


def test_the_key_is_made_once_for_its_owner_alone_and_a_wrong_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path)
    first = key(settings, Clock().random)

    assert key(settings, Clock().random) == first
    assert os.stat(tmp_path / "duly.key").st_mode & 0o777 == 0o600
    monkeypatch.setenv("DULY_KEY", "abc")
    with pytest.raises(Unusable, match="DULY_KEY holds no key"):
        key(settings, Clock().random)


def test_a_database_that_cannot_be_reached_is_said_in_a_sentence() -> None:
    store = Store(
        connect("postgresql://duly@127.0.0.1:1/duly"),
        "main",
        Seal(bytes(32), Clock().random),
        Clock(),
    )
    settings = Settings(database="postgresql://duly@127.0.0.1:1/duly")

    with pytest.raises(Unusable, match="The database cannot be reached: "):
        common.newest(store, settings)
    store.db.dispose()


@pytest.mark.thorough
def test_who_would_have_to_approve_is_told_without_asking_anybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    db = connect(sqlite_url(folder))
    upgrade(db)
    desk = Desk(db=db, key=key(Settings(data=folder), Clock().random), company="main")
    desk.close()

    def says(*words: str) -> tuple[int, str]:
        code = duly.main(["policy", "routes", *words, "--data", str(folder)])
        return code, capsys.readouterr().out

    code, said = says()
    assert code == 0
    assert "material.major (clause 3.2.3), if nature == 'major' or amount >= 500000" in said
    code, said = says("--try", "material amount=600000", "--as", "ann")
    assert code == 0
    assert "Taken: material.major" in said
    assert "Step 2: any of executive: Grace" in said
    code, said = says("--try", "work", "--as", "ann")
    assert (code, "No approval is needed." in said) == (0, True)
    assert says("--try", "work departments=moon", "--as", "ann")[0] == 1
    assert says("--try", "work")[0] == says("--try", "x", "--as", "ann")[0] == 2
    assert says("--try", "work", "--as", "nobody")[0] == 2
