"""A backup holds everything, is read by nobody without the key, and is whole or refused."""

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot import clock as faults
from bot.backup.reading import Backup, check
from bot.backup.restoring import DRAFT
from bot.backup.sealed import Sealing, Unsound
from bot.backup.writing import write, write_keys
from bot.settings import Unusable
from bot.store.connecting import connect, sqlite_url
from bot.store.copying import shape, tables
from bot.store.keystore import join
from bot.store.migrating import FOLDER, HEAD, bring, version
from bot.store.rings import SETTLED, Destroyed
from bot.store.rings import Lost as Missing
from bot.store.schema import meta, outbox, sessions
from bot.store.schema_retention import disposal_certificates
from tests import postgres
from tests.backup.scene import KEY, backed_up, busy, content, keys_of, on_file, restoring, store_in
from tests.desk import Desk
from tests.needs import need, seed, share

CHANGED = ("outbox", "nudges", "numbers", "restores", "sessions", "links", "codes", "listeners")


class Killed(BaseException):
    """At a fault point."""


@pytest.fixture
def company() -> Desk:
    desk = Desk()
    busy(desk)
    return desk


@pytest.fixture
def file(company: Desk, tmp_path: Path) -> Path:
    return backed_up(company, tmp_path / "acme.duly")


def test_what_was_kept_is_there_again(company: Desk, file: Path, tmp_path: Path) -> None:
    (tmp_path / "after").mkdir()

    laid = restoring(file, company.clock).into_folder(tmp_path / "after", replace=False)

    after = store_in(tmp_path / "after", company.clock)
    same = content(after.db, CHANGED.__contains__)
    assert same == content(company.store.db, CHANGED.__contains__)
    assert laid.rows == sum(map(len, content(company.store.db).values()))
    assert version(after.db) == HEAD
    join(after.db, keys_of(company.store))
    with after.reading() as tx:
        assert [step for step in tx.records.verify() if not isinstance(step, int)] == []


def before_in(folder: Path, file: Path, company: Desk) -> tuple[Path, dict[str, Any]]:
    """A database that is there already, and what is in it."""
    there = folder / "before"
    there.mkdir()
    restoring(file, company.clock).into_folder(there, replace=False)
    return there, content(connect(sqlite_url(there)))


def test_nothing_is_read_without_the_key(company: Desk, file: Path) -> None:
    company.posts("ann", "@bob Zitronenfalter4711?")
    body = backed_up(company, file).read_bytes()

    assert b"Zitronenfalter" not in body
    assert b"ann@acme.example" not in body
    with pytest.raises(Unsound, match="Another key is needed"):
        check(Backup(io.BytesIO(body), bytes(31) + b"1"))


def test_people_go_on_talking_while_it_is_written(tmp_path: Path) -> None:
    """It is a picture of one moment, and the writer never waits for it."""
    company = Desk(db=on_file(tmp_path / "before"))
    company.posts("ann", "@bob when will the samples be ready?")
    said: list[str] = []

    def meanwhile(rows: int) -> None:
        if len(said) < 3:
            said.append(company.posts("eve", f"@bob and now, {rows}?"))

    before = content(company.store.db)
    write(company.store, tmp_path / "acme.duly", meanwhile)
    restoring(tmp_path / "acme.duly", company.clock).into_folder(tmp_path, replace=False)

    assert len(said) == 3
    after = content(store_in(tmp_path, company.clock).db)
    assert after["records"] == before["records"]


def test_a_changed_byte_or_a_missing_end_is_refused(file: Path) -> None:
    body, chance = file.read_bytes(), Random(seed())
    for _ in range(share(4000)):
        place = chance.randrange(len(body))
        other = bytearray(body)
        other[place] ^= 1 << chance.randrange(8)
        for spoilt in (bytes(other), body[:place]):
            with pytest.raises(Unsound):
                check(Backup(io.BytesIO(spoilt), KEY))


def test_pieces_that_changed_places_are_refused() -> None:
    out, chance = io.BytesIO(), Random(seed())
    sealing = Sealing(out, KEY, chance.randbytes, {"tables": HEAD, "made": "2026-03-02T00:00:00Z"})
    sealing.write(chance.randbytes(3 << 20))
    sealing.close()
    body = out.getvalue()
    start = body.index(b"\n", body.index(b"\n") + 1) + 1
    piece = 4 + int.from_bytes(body[start : start + 4])
    one, two = body[start : start + piece], body[start + piece : start + 2 * piece]

    with pytest.raises(Unsound, match="changed or damaged"):
        check(Backup(io.BytesIO(body.replace(one + two, two + one)), KEY))
    with pytest.raises(Unsound, match="changed or damaged"):
        check(Backup(io.BytesIO(body + b"x"), KEY))


def test_what_is_no_backup_is_told_from_one_of_a_newer_duly(file: Path) -> None:
    with pytest.raises(Unsound, match="no backup of Duly"):
        check(Backup(io.BytesIO(b"PK\x03\x04"), KEY))
    newer = file.read_bytes().replace(f'"tables": "{HEAD}"'.encode(), b'"tables": "9999"')
    with pytest.raises(Unsound, match="made by a newer Duly"):
        check(Backup(io.BytesIO(newer), KEY))


def test_a_chain_that_did_not_hold_is_named(company: Desk, tmp_path: Path) -> None:
    with company.store.db.begin() as conn:
        conn.exec_driver_sql("DROP TRIGGER records_no_update")
        conn.exec_driver_sql("UPDATE records SET author = 'eve' WHERE seq = 2")

    backup = Backup(io.BytesIO(backed_up(company, tmp_path / "x").read_bytes()), KEY)
    check(backup)

    assert (backup.broken[0].seq, backup.broken[0].why.sentence) == (2, "it was changed")


def test_a_database_that_is_there_is_replaced_only_when_told(
    company: Desk, file: Path, tmp_path: Path
) -> None:
    there, before = before_in(tmp_path, file, company)
    with pytest.raises(Unusable, match="--replace"):
        restoring(file, company.clock).into_folder(there, replace=False)

    laid = restoring(file, company.clock).into_folder(there, replace=True)

    assert laid.kept is not None
    assert content(connect(f"sqlite:///{laid.kept}")) == before


def test_another_companys_backup_is_refused(company: Desk, file: Path, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="DULY_COMPANY=acme"):
        restoring(file, company.clock, company="other").into_folder(tmp_path, replace=False)


@pytest.mark.parametrize(
    "point", ["the rows are in", "a restored database is whole", "what was there is set aside"]
)
def test_a_restore_that_was_killed_is_done_again(
    company: Desk, file: Path, tmp_path: Path, point: str
) -> None:
    there, before = before_in(tmp_path, file, company)

    def kill(name: str) -> None:
        if name == point:
            raise Killed

    faults.faults.append(kill)
    try:
        with pytest.raises(Killed):
            restoring(file, company.clock).into_folder(there, replace=True)
    finally:
        faults.faults.remove(kill)

    assert content(connect(sqlite_url(there))) == before
    restoring(file, company.clock).into_folder(there, replace=True)
    assert not (there / DRAFT).exists()
    assert content(connect(sqlite_url(there)))["records"] == before["records"]


def test_a_backup_that_was_killed_leaves_the_one_before(
    company: Desk, file: Path, tmp_path: Path
) -> None:
    before = file.read_bytes()

    def kill(name: str) -> None:
        if name == "a backup is whole":
            raise Killed

    faults.faults.append(kill)
    try:
        with pytest.raises(Killed):
            write(company.store, file)
    finally:
        faults.faults.remove(kill)

    assert file.read_bytes() == before
    assert not list(tmp_path.glob(".acme*"))


def test_every_column_can_be_held() -> None:
    """A table that is left out says that it can be made again."""
    left_out = {each.name for each in meta.tables.values() if each.info.get("rebuilt")}

    assert {each.name for each in tables()} == set(meta.tables) - left_out
    assert all(shape(each) for each in tables())


def test_what_was_on_its_way_is_looked_for_and_doors_are_closed(
    company: Desk, file: Path, tmp_path: Path
) -> None:
    company.now += timedelta(hours=8)
    restoring(file, company.clock).into_folder(tmp_path, replace=False)

    after = store_in(tmp_path, company.clock)
    with after.db.connect() as conn:
        unsent = conn.execute(sa.select(outbox).where(outbox.c.state == "ready")).all()
        assert all(row.look for row in unsent if not row.key.startswith("restored/"))
        assert not conn.execute(sa.select(sessions).where(sessions.c.ended_at.is_(None))).all()
    with after.reading() as tx:
        assert tx.origin.lost is not None
        assert tx.origin.lost.until == company.now


def test_an_older_backup_is_brought_to_the_newest_tables(
    company: Desk, file: Path, tmp_path: Path
) -> None:
    """As one that was made before the last migration."""
    before, columns = tables_before()
    old = Backup(io.BytesIO(file.read_bytes()), KEY)
    old.look()
    out = io.BytesIO()
    about = {"tables": before, "made": f"{old.made:%Y-%m-%dT%H:%M:%S+00:00}"}
    lay_old(old, Sealing(out, KEY, company.clock.random, about), columns)
    (tmp_path / "old").write_bytes(out.getvalue())

    restoring(tmp_path / "old", company.clock).into_folder(tmp_path, replace=False)

    after = store_in(tmp_path, company.clock)
    assert version(after.db) == HEAD
    assert content(after.db)["records"] == content(company.store.db)["records"]


def tables_before() -> tuple[str, dict[str, set[str]]]:
    """The version before the newest, and the columns that its tables had."""
    newest = ScriptDirectory(str(FOLDER)).get_revision(HEAD)
    before = str(newest and newest.down_revision)
    db = connect("sqlite://")
    with db.begin() as conn:
        bring(conn, before)
        look = sa.inspect(conn)
        found = {
            name: {each["name"] for each in look.get_columns(name)}
            for name in look.get_table_names()
        }
    db.dispose()
    return before, found


def lay_old(old: Backup, sealing: Sealing, there: dict[str, set[str]]) -> None:
    """The same rows, without what the tables of then did not have."""

    def line(told: object) -> bytes:
        return json.dumps(told, separators=(",", ":")).encode() + b"\n"

    sealing.write(line({"company": "acme"}))
    end: dict[str, Any] = {}
    digest = hashlib.sha256()
    for name, columns, rows in old.parts():
        if name not in there:
            continue
        kept = [n for n, (column, _) in enumerate(columns) if column in there[name]]
        if name not in end:
            digest = hashlib.sha256()
            sealing.write(line({"table": name, "shape": [columns[n] for n in kept]}))
            end[name] = {"rows": 0, "sha256": digest.hexdigest()}
        if rows:
            part = line([[row[n] for n in kept] for row in rows])
            sealing.write(part)
            digest.update(part)
            end[name] = {"rows": end[name]["rows"] + len(rows), "sha256": digest.hexdigest()}
    sealing.write(line({"end": end}))
    sealing.close()


def test_keys_come_back_apart_but_none_that_was_destroyed(
    company: Desk, file: Path, tmp_path: Path
) -> None:
    """Neither into a new store of keys, nor into an older one than the copy."""
    ring = next(each.name for each in company.store.rings.known())
    write_keys(company.store, tmp_path / "old keys")
    company.store.rings.close(ring)
    company.now += SETTLED
    company.store.rings.destroy(ring)
    write_keys(company.store, tmp_path / "new keys")

    restoring(tmp_path / "old keys", company.clock).keys_into(company.store)
    restoring(file, company.clock).into_folder(tmp_path, replace=False)
    elsewhere = store_in(tmp_path, company.clock)
    for name in ("old keys", "new keys", "old keys"):
        restoring(tmp_path / name, company.clock).keys_into(elsewhere)

    for store in (company.store, elsewhere):
        with pytest.raises(Destroyed):
            store.rings.seal(ring)
    assert len(elsewhere.rings.known()) == len(company.store.rings.known())
    with pytest.raises(Unusable, match="This is a copy of keys"):
        restoring(tmp_path / "new keys", company.clock).into_folder(tmp_path, replace=True)


def test_a_key_with_a_certificate_of_disposal_never_comes_back(
    company: Desk, file: Path, tmp_path: Path
) -> None:
    """Even where the store of keys that knew of its end is lost."""
    ring = next(each.name for each in company.store.rings.known())
    write_keys(company.store, tmp_path / "old keys")
    with company.store.transaction() as tx:
        names = {"disposal": "d", "policy": 1, "proposed_by": "a", "consented_by": "b"}
        kept = {"at": company.now, "disposed": 1, "digest": b"", "kept": "{}"}
        tx.rows.add(disposal_certificates, ring=ring, **names, **kept)
    backed_up(company, file)
    restoring(file, company.clock).into_folder(tmp_path, replace=False)
    elsewhere = store_in(tmp_path, company.clock)

    restoring(tmp_path / "old keys", company.clock).keys_into(elsewhere)

    with pytest.raises(Missing):
        elsewhere.rings.seal(ring)


@pytest.mark.thorough
def test_from_sqlite_to_postgresql_and_back(company: Desk, file: Path, tmp_path: Path) -> None:
    need("postgresql")
    server = postgres.server()
    server.create("moved")
    db = connect(server.url("moved"))

    restoring(file, company.clock).into(db, replace=False)

    with pytest.raises(Unusable, match="--replace"):
        restoring(file, company.clock).into(db, replace=False)
    restoring(file, company.clock).into(db, replace=True)
    join(db, keys_of(company.store))
    moved = Desk(db=db, now=company.now + timedelta(hours=1))
    assert moved.says("mei", "mine", key="after")
    back = backed_up(moved, tmp_path / "back")
    restoring(back, company.clock).into_folder(tmp_path, replace=False)
    db.dispose()
    server.drop("moved")
    there = content(store_in(tmp_path, company.clock).db)
    assert set(content(company.store.db)["records"]) <= set(there["records"])
