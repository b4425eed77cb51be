"""What the database itself keeps to, on either engine: time, evidence, decisions, silence."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from bot.clock import Clock
from bot.events import Account, AccountChanged, FormSubmitted, PlaceChanged, Platform, Unread
from bot.seal import Seal
from bot.store import Store, keystore
from bot.store.connecting import connect, in_memory, sqlite_url
from bot.store.migrating import FLOORS, FOLDER, HEAD, upgrade, version
from bot.store.schema import Moment, duties, heads, meta, nudges, records, requests, wraps
from bot.store.schema_search import WORDS
from bot.store.triggers import RULES, install
from bot.store.verifying import Broken
from tests import postgres
from tests.desk import LOBBY, Desk, Paper, account
from tests.needs import need, seed

CHAIN = "paper/home/lobby"
CANARY = "Zitronenfalter4711"


def rows(desk: Desk, table: sa.Table) -> list[Any]:
    with desk.store.db.connect() as conn:
        return list(conn.execute(sa.select(table).order_by(*table.primary_key)))


def raw(desk: Desk, statement: str) -> None:
    with desk.store.db.begin() as conn:
        conn.exec_driver_sql(statement)


# Time


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Moment().process_bind_param(datetime(2026, 3, 2), sa.make_url("sqlite://").get_dialect()())  # noqa: DTZ001


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8))),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_a_time_comes_back_to_the_microsecond_in_utc(desk: Desk, moment: datetime) -> None:
    with desk.store.transaction() as tx:
        tx.dues.add(moment, "test", "x")
        found = tx.dues.next()

    assert found == moment
    assert found is not None
    assert found.utcoffset() == timedelta(0)


# Evidence and decisions: raw SQL, as somebody with the database would


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """A desk with a record, a decided and an open request, and a nudge."""
    desk.posts("ann", "@bob when will it be ready?")
    desk.says("ann", "request notice Closed on Friday")
    desk.says("sam", "approve 2")
    desk.says("ann", "request notice Open on Saturday")
    desk.wait(timedelta(hours=5))
    assert all(rows(desk, table) for table in (records, requests, nudges))
    return desk


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE records SET author = 'eve'", "records are append-only"),
        ("UPDATE records SET body = body", "records are append-only"),
        ("DELETE FROM records", "records are append-only"),
        ("UPDATE requests SET state = 'rejected' WHERE state = 'approved'", "never changes"),
        ("UPDATE requests SET decided_by = 'ann' WHERE state = 'approved'", "never changes"),
        ("UPDATE requests SET state = 'open' WHERE state = 'approved'", "never changes"),
        ("DELETE FROM requests WHERE state = 'approved'", "requests are kept"),
        ("DELETE FROM requests WHERE state = 'open'", "requests are kept"),
        ("DELETE FROM nudges", "stays known"),
    ],
)
def test_the_database_refuses(kept: Desk, statement: str, says: str) -> None:
    before = [rows(kept, table) for table in (records, requests, nudges)]

    with pytest.raises(sa.exc.DatabaseError, match=says):
        raw(kept, statement)
    assert [rows(kept, table) for table in (records, requests, nudges)] == before


def test_an_open_request_can_still_be_decided(kept: Desk) -> None:
    open_ = next(row for row in rows(kept, requests) if row.state == "open")
    kept.says("sam", f"reject {open_.number} not now")

    assert {row.number: row.state for row in rows(kept, requests)}[open_.number] == "rejected"


@pytest.mark.thorough
def test_the_same_nudge_cannot_be_written_twice(kept: Desk) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        raw(kept, "INSERT INTO nudges SELECT * FROM nudges")


def test_what_is_asked_for_cannot_be_changed_under_its_approver(kept: Desk) -> None:
    with pytest.raises(sa.exc.DatabaseError):
        raw(kept, "UPDATE requests SET digest = 'other' WHERE state = 'open'")


# The chain


def broken(desk: Desk) -> list[Broken]:
    with desk.store.transaction() as tx:
        return [step for step in tx.records.verify() if isinstance(step, Broken)]


@contextmanager
def free_hand(desk: Desk) -> Iterator[None]:
    """Whoever owns the database can take the triggers of records away. They come back after it."""
    for table, deed, *_ in (rule for rule in RULES if rule[0] == "records"):
        name = f"{table}_no_{deed.lower()}"
        where = "" if desk.store.db.dialect.name == "sqlite" else f" ON {table}"
        raw(desk, f"DROP TRIGGER {name}{where}")
    yield
    with desk.store.db.begin() as conn:
        install(conn)


@pytest.fixture
def chain(desk: Desk) -> Iterator[Desk]:
    """Ten records in the lobby, with an edit and a deletion, and nobody to watch over them."""
    for number in range(10):
        desk.posts("ann", f"word {number}")
    assert broken(desk) == []
    with free_hand(desk):
        yield desk


def spoil(desk: Desk, seq: int, **values: Any) -> None:
    with desk.store.db.begin() as conn:
        one = records.update().where(records.c.conversation == CHAIN, records.c.seq == seq)
        conn.execute(one.values(values))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"kind": "edit"},
        {"thread": "t1"},
        {"message": "other"},
        {"author": "paper/home/eve"},
        {"class_name": "personal"},
        {"at": datetime(2026, 3, 2, 1, 0, 0, 1, tzinfo=UTC)},
        {"body": bytes(64)},
        {"previous": b"x" * 32},
        {"hash": bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("seq", [1, 5, 10])
def test_a_change_of_any_field_is_found_where_it_was_made(
    chain: Desk, change: dict[str, Any], seq: int
) -> None:
    spoil(chain, seq, **change)

    (found,) = broken(chain)
    assert (found.conversation, found.seq) == (CHAIN, seq)


@pytest.mark.parametrize("seq", [1, 5])
def test_a_dropped_record_is_missed(chain: Desk, seq: int) -> None:
    raw(chain, f"DELETE FROM records WHERE seq = {seq}")

    (found,) = broken(chain)
    assert found.seq == seq


def test_a_cut_off_end_is_missed(chain: Desk) -> None:
    raw(chain, "DELETE FROM records WHERE seq > 7")

    (found,) = broken(chain)
    assert found.seq == 8


def test_a_chain_that_is_gone_but_for_its_head_is_missed(chain: Desk) -> None:
    raw(chain, "DELETE FROM records")

    assert [found.seq for found in broken(chain)] == [1]


def test_a_chain_without_its_head_is_found(chain: Desk) -> None:
    raw(chain, "DELETE FROM heads")

    assert [found.conversation for found in broken(chain)] == [CHAIN]


def test_two_records_that_changed_places_are_found(chain: Desk) -> None:
    for old, new in ((4, 99), (5, 4), (99, 5)):
        raw(chain, f"UPDATE records SET seq = {new} WHERE seq = {old}")

    (found,) = broken(chain)
    assert found.seq == 4


def test_a_record_moved_to_another_conversation_is_found(chain: Desk) -> None:
    raw(chain, "UPDATE records SET conversation = 'paper/home/other', seq = 1 WHERE seq = 10")

    assert {found.conversation for found in broken(chain)} == {CHAIN, "paper/home/other"}


def test_a_flipped_bit_anywhere_in_a_body_is_found() -> None:
    chance = Random(seed())
    desk = Desk()
    desk.posts("ann", "one word")
    (whole,) = rows(desk, records)
    with free_hand(desk):
        for _ in range(50):
            body = bytearray(whole.body)
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
            spoil(desk, 1, body=bytes(body))
            assert [found.seq for found in broken(desk)] == [1]
        spoil(desk, 1, body=whole.body)
        assert broken(desk) == []
    desk.close()


def test_a_record_whose_key_was_taken_away_is_found(chain: Desk) -> None:
    """The chain holds over the sealed body; but nobody can read it any more."""
    with chain.store.db.begin() as conn:
        conn.execute(wraps.update().values(wrapped=bytes(60)))

    assert broken(chain) != []


def test_every_conversation_has_a_chain_of_its_own(desk: Desk) -> None:
    desk.posts("ann", "in the lobby")
    with desk.store.transaction() as tx:
        assert tx.records.head(CHAIN)[0] == 1
        assert tx.records.head("paper/home/other")[0] == 0
    assert len(rows(desk, heads)) == 1


# Tables


@contextmanager
def empty_postgresql(name: str) -> Iterator[sa.Engine]:
    need("postgresql")
    server = postgres.server()
    server.drop(name)
    server.create(name)
    db = connect(server.url(name))
    keystore.join(db, keystore.memory())
    try:
        yield db
    finally:
        db.dispose()
        server.drop(name)


def test_a_process_holds_no_more_connections_than_it_may() -> None:
    need("postgresql")
    server = postgres.server()
    db = connect(server.url("postgres"), pool=2)
    db.pool._timeout = 0.01  # type: ignore[attr-defined]

    with db.connect(), db.connect(), pytest.raises(sa.exc.TimeoutError):
        db.connect()
    db.dispose()


def differences(db: sa.Engine) -> list[Any]:
    with db.connect() as conn:
        named = {"include_name": lambda name, kind, _: kind != "table" or not _apart(name)}
        return list(compare_metadata(MigrationContext.configure(conn, opts=named), meta))


def _apart(name: str | None) -> bool:
    """SQLite's own, and what the tables say of themselves: no metadata knows of these."""
    return name == FLOORS or (name or "").startswith(WORDS)


def triggers(db: sa.Engine) -> set[str]:
    table, column = (
        ("sqlite_master WHERE type = 'trigger'", "name")
        if db.dialect.name == "sqlite"
        else ("information_schema.triggers", "trigger_name")
    )
    with db.connect() as conn:
        return set(conn.exec_driver_sql(f"SELECT {column} FROM {table}").scalars())


def test_migrations_end_at_the_tables_of_the_code_on_sqlite(tmp_path: Path) -> None:
    db = connect(sqlite_url(tmp_path))
    assert (version(db), upgrade(db), upgrade(db)) == (None, True, False)

    assert version(db) == HEAD
    assert differences(db) == []
    made = in_memory()
    assert triggers(db) == triggers(made) != set()
    made.dispose()
    db.dispose()


def test_requests_on_their_way_keep_their_approvers_through_the_upgrade(tmp_path: Path) -> None:
    db = connect(f"sqlite:///{tmp_path / 'duly.db'}")
    with db.begin() as conn:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = conn
        alembic.upgrade(config, "0003")
        for id, state, by in (("r1", "open", None), ("r2", "approved", "sam")):
            conn.exec_driver_sql(
                "INSERT INTO requests (company, id, number, kind, requester, class, clause, "
                "policy, body, digest, state, step, at, decided_by, decided_at) VALUES "
                "('acme', ?, ?, 'notice', 'ann', 'notice', '3.2.2', 1, x'00', 'd', ?, 0, 1, ?, ?)",
                (id, int(id[1]), state, by, 2 if by else None),
            )
            for who in ("sam", "eve"):
                conn.exec_driver_sql(
                    "INSERT INTO approvers (company, request, step, person, duty) "
                    "VALUES ('acme', ?, 0, ?, 'd')",
                    (id, who),
                )
    upgrade(db)
    with db.connect() as conn:
        seats = conn.exec_driver_sql("SELECT request, person, state, decided_by FROM seats").all()
    db.dispose()

    assert set(map(tuple, seats)) == {
        ("r1", "sam", "open", None),
        ("r1", "eve", "open", None),
        ("r2", "sam", "approved", "sam"),
        ("r2", "eve", "dropped", None),
    }


@pytest.mark.thorough
def test_migrations_end_at_the_tables_of_the_code_on_postgresql() -> None:
    with empty_postgresql("migrated") as db:
        assert (version(db), upgrade(db), upgrade(db)) == (None, True, False)

        assert differences(db) == []
        assert {f"{table}_no_{deed.lower()}" for table, deed, *_ in RULES} == triggers(db)


# Silence: what people say stands nowhere in the clear


def speak(desk: Desk, **_: Any) -> None:
    """The canary by every way words come in, the broken ones included."""
    id = desk.posts("ann", f"@bob when will {CANARY} be ready?")
    desk.posts("bob", f"soon {CANARY}", reply_to=id)
    desk.says("ann", f"request notice {CANARY} is closed on Friday")
    desk.says("sam", f"reject 2 because {CANARY}")
    desk.says("ann", f"{CANARY} is no command")
    desk.says("ann", f"pass 1 {CANARY}")
    desk.hears(
        FormSubmitted(
            key="form",
            at=desk.now,
            actor=account("ann"),
            place=LOBBY,
            form="request notice",
            fields=(("text", f"A form about {CANARY}"),),
        ),
        Unread(key="odd", at=desk.now, payload=f"{{{CANARY}"),
    )
    desk.wait(timedelta(days=1))


class Clumsy(Paper):
    """Fails with the words in its mouth, as libraries do."""

    async def deliver(self, effect: Any, **named: Any) -> Any:
        if getattr(self, "clumsy", False):
            raise RuntimeError(f"cannot send {effect}")
        return await super().deliver(effect, **named)


@pytest.mark.thorough
def test_a_canary_is_found_nowhere_in_files_or_logs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    caplog.set_level(logging.DEBUG)
    db = connect(sqlite_url(tmp_path))
    upgrade(db)
    paper = Clumsy()
    desk = Desk(db=db, paper=paper)
    speak(desk)
    paper.clumsy = True  # type: ignore[attr-defined]
    desk.says("ann", "mine")

    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"duly.db", "duly.db-wal"} <= {file.name for file in files}
    for file in files:
        assert CANARY.encode() not in file.read_bytes(), file.name
    desk.close()  # what was in the log of writes is now in the file
    assert CANARY.encode() not in (tmp_path / "duly.db").read_bytes()
    assert CANARY not in caplog.text
    assert any(CANARY in line.text for line in paper.lines)


@pytest.mark.thorough
def test_a_canary_is_found_in_no_row_of_postgresql() -> None:
    with empty_postgresql("canary") as db:
        upgrade(db)
        speak(Desk(db=db))

        with db.connect() as conn:
            for table in meta.sorted_tables:
                for row in conn.execute(sa.select(table)):
                    assert CANARY not in repr(tuple(row)), table.name


@pytest.mark.parametrize("table", ["people", "departments"])
def test_an_error_of_the_database_does_not_tell_the_values(desk: Desk, table: str) -> None:
    with pytest.raises(sa.exc.DatabaseError) as error, desk.store.transaction() as tx:
        tx.rows.add(meta.tables[table], id="ann", name=CANARY)

    assert CANARY not in str(error.value).partition("DETAIL")[0]


# The rest


def test_what_happens_inside_a_savepoint_is_undone_alone(desk: Desk) -> None:
    def fail(tx: Any) -> None:
        with tx.savepoint():
            tx.dues.add(desk.now, "test", "undone")
            raise ZeroDivisionError

    with desk.store.transaction() as tx:
        tx.dues.add(desk.now, "test", "kept")
        with pytest.raises(ZeroDivisionError):
            fail(tx)
    with desk.store.transaction() as tx:
        assert [due.subject for due in tx.dues.claim(desk.now, 9)] == ["kept"]


def test_a_due_is_kept_once_for_its_kind_subject_and_step(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        for step in (1, 1, 2):
            tx.dues.add(desk.now, "duty", "x", step)
        assert [due.step for due in tx.dues.claim(desk.now, 9)] == [1, 2]


def test_duties_and_requests_share_one_sequence_of_numbers(desk: Desk) -> None:
    desk.posts("ann", "@bob when will it be ready?")
    desk.says("ann", "request notice Closed on Friday")
    desk.posts("wei", "@eve when will it be ready?")

    with desk.store.transaction() as tx:
        assert tx.duties.find(1) is not None
        assert tx.requests.find(2) is not None
    replies = [row.number for row in rows(desk, duties) if row.kind == "reply"]
    assert replies[0] == 1
    assert replies[1] > 2


def test_a_file_is_sealed_in_pieces_and_read_until_it_expires(desk: Desk) -> None:
    body = Random(seed()).randbytes(2_500_000)
    with desk.store.transaction() as tx:
        id = tx.files.add("r.xlsx", "ann", body, timedelta(days=1))
        assert tx.files.read(id) == body
    desk.now += timedelta(days=1)
    with desk.store.transaction() as tx, pytest.raises(LookupError):
        tx.files.read(id)


def test_hrs_word_on_a_day_is_kept_for_its_calendar(desk: Desk) -> None:
    holiday = date(2026, 3, 3)
    with desk.store.transaction() as tx:
        tx.people.hear_hr("office", {holiday: False})
        tx.people.hear_hr("office", {holiday: False})
        book = tx.policies.current()
        assert tx.policies.calendar("office", book).overrides == ((holiday, False),)


def test_reading_changes_nothing(tmp_path: Path) -> None:
    db = connect(sqlite_url(tmp_path))
    upgrade(db)
    clock = Clock()
    store = Store(db, "acme", Seal(bytes(32), clock.random), clock)

    with store.reading() as tx:
        tx.dues.add(clock.now(), "test", "x")
    with store.reading() as tx:
        assert tx.dues.next() is None
    db.dispose()


def test_what_was_learnt_in_a_transaction_that_failed_is_forgotten(desk: Desk) -> None:
    def undo(deed: Callable[[Any], object]) -> None:
        with desk.store.transaction() as tx:
            deed(tx)
            raise ZeroDivisionError

    def rename(tx: Any) -> None:
        tx.policies.adopt('name = "Undone"')
        assert tx.policies.current().name == "Undone"
        tx.people.link(account("ann"), None)
        assert tx.people.snapshot().directory.behind(account("ann")) is None

    with pytest.raises(ZeroDivisionError):
        undo(rename)
    with desk.store.transaction() as tx:
        assert tx.policies.adopt('name = "Kept"') == 2
        assert tx.policies.current().name == "Kept"
        assert tx.people.snapshot().directory.behind(account("ann")) is not None


def test_a_name_no_database_can_hold_parks_nothing(desk: Desk) -> None:
    """PostgreSQL holds no NUL, and no engine half a character."""
    for number, name in enumerate(("a\x00b", "a\ud800b")):
        desk.hears(
            PlaceChanged(key=f"p{number}", at=desk.now, place=LOBBY, name=name),
            AccountChanged(key=f"a{number}", at=desk.now, account=account("new"), name=name),
        )

    with desk.store.transaction() as tx:
        assert tx.journal.parked() == []


def workbooks_of_before(db: sa.Engine) -> None:
    """Asked for when they had no numbers yet."""
    with db.begin() as conn:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = conn
        alembic.upgrade(config, "0021")
        known = sa.Table("orders", sa.MetaData(), autoload_with=conn)
        same = {"account": "web/acme/ann", "period": "2026-03", "edition": "mine", "tries": 0}
        same |= {"asked_at": 1, "held_until": 1, "state": "made", "person": "ann"}
        for company, id in (("acme", "b"), ("acme", "a"), ("other", "c")):
            conn.execute(known.insert().values(company=company, id=id, **same))


def numbered_from_then_on(db: sa.Engine) -> None:
    upgrade(db)
    store = Store(db, "acme", Seal(bytes(32), Clock().random), Clock())
    with store.transaction() as tx:
        tx.orders.add("ann", Account(Platform("web"), "acme", "ann"), "2026-04", "mine")
    with store.reading() as tx:
        found = {each.period + each.id[:1]: each.number for each in tx.orders.of("ann")}
        assert (found["2026-03a"], found["2026-03b"]) == (1, 2)
        assert max(found.values()) == 3
        assert not any(each.occasion or each.once for each in tx.orders.of("ann"))


def test_workbooks_of_before_get_numbers_on_sqlite(tmp_path: Path) -> None:
    db = connect(sqlite_url(tmp_path))
    workbooks_of_before(db)
    numbered_from_then_on(db)
    db.dispose()


@pytest.mark.thorough
def test_workbooks_of_before_get_numbers_on_postgresql() -> None:
    with empty_postgresql("numbered") as db:
        workbooks_of_before(db)
        numbered_from_then_on(db)


def test_chains_of_before_are_hashed_anew_and_what_was_broken_stays_broken(tmp_path: Path) -> None:
    db = connect(sqlite_url(tmp_path))
    with db.begin() as conn:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = conn
        alembic.upgrade(config, "0010")
    store = Store(db, "acme", Seal(bytes(32), Clock().random), Clock())
    for place, changed in (("one", None), ("two", 2)):
        previous = bytes(32)
        for seq in (1, 2, 3):
            id = f"{place}{seq}"
            body = store.seal.close(b"{}", "records", f"acme/{id}", "body")
            header = {"id": id, "conversation": place, "seq": seq, "kind": "post", "thread": None}
            header |= {"message": f"m{seq}", "author": "ann", "class_name": "work"}
            at = datetime(2026, 3, 2, 1, seq, tzinfo=UTC)
            old = {**header, "at": at.isoformat()}
            words = json.dumps(old, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
            sealed = hashlib.sha256(body).digest()
            hash = hashlib.sha256(previous + words.encode() + sealed).digest()
            author = "eve" if changed == seq else "ann"
            values = header | {"company": "acme", "at": at, "body": body, "author": author}
            with db.begin() as conn:
                conn.execute(records.insert().values(**values, previous=previous, hash=hash))
                wrapped = store.seal.close(bytes(32), "wraps", f"acme/{id}", "wrapped")
                key = {"company": "acme", "record": id, "ring": "main", "wrapped": wrapped}
                conn.execute(wraps.insert().values(**key))
            previous = hash
        with db.begin() as conn:
            head = {"company": "acme", "conversation": place, "seq": 3, "hash": previous}
            conn.execute(heads.insert().values(**head))
    upgrade(db)

    with store.reading() as tx:
        found = [each for each in tx.records.verify() if not isinstance(each, int)]
    db.dispose()
    assert [(each.conversation, each.seq) for each in found] == [("two", 2)]
