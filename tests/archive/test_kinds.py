"""What is kept beside words: reactions that count, files, notices. Policy 3.3.1, 3.3.2."""

import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.__main__ import main
from bot.cli.common import newest, open_store, paired
from bot.events import Attachment, FileShared, MessageRef
from bot.settings import Settings
from bot.store.files import PIECE
from bot.store.records import Kind
from bot.store.schema import pieces, records
from bot.store.verifying import Broken
from tests.desk import LOBBY, Desk, account

HERE = "paper/home/lobby"


def kept(desk: Desk, kind: Kind) -> list[tuple[str, Mapping[str, Any]]]:
    """Of that kind: the class it is of, and what is in it."""
    with desk.store.reading() as tx:
        rows = tx.rows.all(records, records.c.kind == kind)
        joined = [tx.records._open(records.c.id == row.id, limit=1, kinds=(kind,)) for row in rows]
        return [(found[0].class_name, found[1]) for each in joined for found in each]


def test_a_reaction_that_counts_is_kept_and_another_is_not(desk: Desk) -> None:
    message = desk.posts("ann", "@bob can you sign the contract?")
    for emoji in ("✅", "🍕", "❗"):
        desk.reacts("bob", emoji, message)

    assert kept(desk, "reaction") == [
        ("work", {"who": "bob", "emoji": "✅", "added": True}),
        ("work", {"who": "bob", "emoji": "❗", "added": True}),
    ]


def test_a_file_in_a_message_is_kept_by_reference(desk: Desk) -> None:
    message = desk.posts("ann", "the plan")
    shared = FileShared(
        key="f1",
        at=desk.now,
        actor=account("ann"),
        message=MessageRef(LOBBY, message),
        files=(Attachment("plan.pdf", "F1", 1234),),
    )
    desk.take(shared)

    assert kept(desk, "file") == [("work", {"who": "ann", "files": [["plan.pdf", "F1", 1234]]})]
    again = desk.posts("bob", "thanks")
    with desk.store.reading() as tx:
        assert tx.records.words(HERE, again) == "thanks"
        assert list(tx.records.verify())[-1] == 3


def test_a_notice_is_kept_as_it_was_published(desk: Desk) -> None:
    desk.says("ann", "request notice audience=all Closed on Friday")
    desk.says("sam", "approve 1")

    ((class_name, body),) = kept(desk, "notice")
    assert class_name == "notice"
    assert "Closed on Friday" in f"{body['title']} {body['text']}"
    with desk.store.reading() as tx:
        ids = tx.rows.conn.execute(sa.select(records.c.id)).scalars().all()
        assert all(tx.wraps.of(id) for id in ids)


def test_a_workbook_that_lies_there_for_a_while_is_no_damage(desk: Desk) -> None:
    """It is sealed in pieces under the company's key; nothing of it is kept for good."""
    with desk.store.transaction() as tx:
        id = tx.files.add("report.xlsx", "hana", bytes(PIECE + 1), timedelta(days=7))
    with desk.store.reading() as tx:
        assert not [each for each in tx.verifying.steps() if not isinstance(each, int)]

    with desk.store.transaction() as tx:
        tx.rows.change(pieces, pieces.c.file == id, pieces.c.number == 1, body=b"another")
    with desk.store.reading() as tx:
        broken = [each for each in tx.verifying.steps() if isinstance(each, Broken)]
    assert [each.conversation for each in broken] == [f"file/{id}"]


# On the terminal


def run(*words: str) -> int:
    return main(list(words))


def test_evidence_on_the_terminal_from_key_to_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DULY_DATA", "DULY_DATABASE_URL", "DATABASE_URL", "DULY_KEY", "LANG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DULY_CHECKPOINTS", str(tmp_path / "posted.txt"))
    data, bundle = ["--data", str(tmp_path)], tmp_path / "all.zip"
    store = open_store(Settings(data=tmp_path), new=True)
    newest(store, Settings(data=tmp_path))
    paired(store)
    desk = Desk(db=store.db, key=store.seal.key, company="main")
    desk.posts("ann", "hello")

    assert run("export", *data, "--all", "--disclose", "--out", str(bundle)) == 0
    assert run("verify", *data) == 0
    assert run("verify", *data, "--bundle", str(bundle)) == 0
    assert run("export", *data, "--conversation", "none", "--out", str(bundle)) == 2
    assert run("verify", *data, "--against", str(tmp_path / "nothing")) == 2
    with zipfile.ZipFile(bundle) as file:
        posted = file.read("checkpoints.txt").decode()
        assert "hello" in file.read("records.jsonl").decode()
    (tmp_path / "posted.txt").write_text(f"pasted from the channel:\n> {posted}")
    assert run("verify", *data, "--against", str(tmp_path / "posted.txt")) == 0
    (tmp_path / "posted.txt").write_text("hello\n")
    assert run("verify", *data, "--against", str(tmp_path / "posted.txt")) == 2
    capsys.readouterr()
    assert run("verify", *data, "--key") == 0
    assert len(bytes.fromhex(capsys.readouterr().out.strip())) == 32
    assert [body["how"] for _, body in kept(desk, "look")] == ["export"]
    with store.db.begin() as conn:
        conn.exec_driver_sql("DROP TRIGGER records_no_update")
        conn.exec_driver_sql("UPDATE records SET author = 'eve' WHERE kind = 'post'")
        conn.exec_driver_sql("UPDATE heads SET seq = 7 WHERE conversation = 'duly/looks'")
    spoilt = tmp_path / "spoilt.zip"
    spoilt.write_bytes(bundle.read_bytes()[:-40])

    assert run("verify", *data) == 1
    assert run("verify", *data, "--bundle", str(spoilt)) == 2
    said = capsys.readouterr().out
    assert "Broken: paper/home/lobby, record 1: it was changed." in said
    assert "Broken: duly/looks, record 2" in said
    store.db.dispose()
