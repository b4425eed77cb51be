"""A canary in every word of a report is found nowhere, nor who it was that reported. 5.1.3."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import reporting, sealing
from bot.events import (
    Attachment,
    ButtonPressed,
    FileShared,
    FormSubmitted,
    Happening,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Unread,
)
from bot.reporting import ANONYMOUS, CONFIDENTIAL, OPENLY, apart, is_private
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import upgrade
from bot.store.schema import meta, records
from tests.desk import LOBBY, Desk, account
from tests.playground.stage import stage
from tests.reporting.world import World
from tests.slack.house import House, house

CANARY = "canary-9b2e77"


def test_the_command_is_known_whatever_stands_around_it() -> None:
    for line in ("breach", "Breach: he", "举报 他", "舉報", "@Duly breach x", "!duly 检举"):
        assert is_private(line), line
    for line in ("mine", "request notice breach", "@ann breach of it", "", "breaches", "@Duly"):
        assert not is_private(line), line


def typed(desk: Desk) -> list[Happening]:
    """Words behind the command, by every way they can come in."""
    command = replace(desk.command("ann", f"breach {CANARY}", "k1"), about=CANARY)
    message = MessageRef(LOBBY, "m99")
    return [
        command,
        replace(command, key="k2", text=f"举报 {CANARY}", message=message),
        MessagePosted(
            key="k3",
            at=desk.now,
            author=account("ann"),
            message=message,
            text=f"@Duly breach {CANARY}",
            direct=True,
        ),
        MessageChanged(
            key="k4",
            at=desk.now,
            author=account("ann"),
            message=message,
            text=f"@Duly breach {CANARY} again",
        ),
        FileShared(
            key="k5",
            at=desk.now,
            actor=account("ann"),
            message=message,
            files=(Attachment(CANARY, CANARY, 1),),
        ),
        ButtonPressed(
            key="k6",
            at=desk.now,
            actor=account("ann"),
            message=message,
            action=f"breach {CANARY}",
            reply_handle="window",
        ),
        FormSubmitted(
            key="k7",
            at=desk.now,
            actor=account("ann"),
            place=LOBBY,
            form="breach",
            fields=(("what", CANARY),),
        ),
    ]


def broken(desk: Desk) -> list[Happening]:
    """What nobody can read, and may be one."""
    slash = {"command": "/duly", "text": f"breach {CANARY}"}
    form = {"view": {"callback_id": reporting.MARK, "state": {"values": CANARY}}}
    payloads = (json.dumps(slash), json.dumps([form]), f"breach {CANARY} {{")
    return [Unread(key=f"u{n}", at=desk.now, payload=x) for n, x in enumerate(payloads)]


def reports(world: World) -> None:
    for how in (ANONYMOUS, CONFIDENTIAL, OPENLY):
        told = replace(world.told("ann", CANARY, (), how), who={"name": CANARY})
        report, _ = reporting.seal(world.channel(), told, sealing.new_code())
        number = asyncio.run(world.desk.bot.inbox.report(report))
        assert CANARY in world.eve.opens(number)["text"]


def rows_of(db: sa.Engine) -> Iterator[tuple[str, str]]:
    with db.connect() as conn:
        for table in meta.sorted_tables:
            for row in conn.execute(sa.select(table)):
                yield table.name, repr(tuple(row))


@pytest.mark.thorough
def test_it_is_found_in_no_file_and_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    db = connect(sqlite_url(tmp_path))
    upgrade(db)
    desk = Desk(db=db)
    desk.take(*typed(desk))  # while the channel is not open
    world = World(desk)
    desk.take(*(replace(x, key=f"again/{x.key}") for x in typed(desk)), *broken(desk))
    reports(world)

    with desk.store.reading() as tx:
        parked = tx.journal.parked()
        assert len(parked) == len(broken(desk))
        told = [repr(tx.journal.read(row)) for row in parked]
        kept = tx.rows.conn.exec_driver_sql("SELECT key FROM journal").scalars().all()
        sent = tx.rows.conn.exec_driver_sql("SELECT key FROM outbox").all()
    assert CANARY not in repr(told)
    assert sorted(kept) == ["u0", "u1", "u2"]  # nothing says that ann asked for it
    assert "ann" not in repr(sent)
    assert len(desk.paper.forms) == 3
    for file in (each for each in tmp_path.rglob("*") if each.is_file()):
        assert CANARY.encode() not in file.read_bytes(), file.name
    assert CANARY not in caplog.text
    desk.close()
    assert CANARY.encode() not in (tmp_path / "duly.db").read_bytes()


def test_who_deletes_it_as_they_were_told_to_is_named_nowhere(world_desk: Desk) -> None:
    """Of other messages it is kept who deleted them."""
    said = world_desk.posts("bob", "a slip of the tongue")
    world_desk.take(*typed(world_desk))
    for key, id, who in (("d1", "m99", "ann"), ("d2", said, "bob")):
        ref = MessageRef(LOBBY, id)
        gone = MessageChanged(
            key=key, at=world_desk.now, author=account(who), message=ref, text=None
        )
        world_desk.take(gone)

    with world_desk.store.reading() as tx:
        kept = [
            (row.message, row.author) for row in tx.rows.all(records, records.c.kind == "deletion")
        ]
    assert kept == [("m99", "paper/home/unknown"), (said, "paper/home/bob")]


@pytest.mark.thorough
def test_it_is_found_in_no_row_of_postgresql(postgresql: sa.Engine) -> None:
    desk = Desk(db=postgresql)
    world = World(desk)
    desk.take(*typed(desk), *broken(desk))
    reports(world)

    for name, row in rows_of(postgresql):
        assert CANARY not in row, name


def test_what_has_nothing_to_do_with_it_goes_on(world_desk: Desk) -> None:
    other = world_desk.message("ann", "@bob when will it be ready?", "m1")
    kept, asked = apart([*typed(world_desk), other])

    assert kept == [other]
    assert len(asked) == 3
    assert CANARY not in repr(asked)


@pytest.fixture
def world_desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


# Slack: over real sockets


class InSlack(World):
    """The same company, behind Slack."""

    def __init__(self, home: House) -> None:
        self.home = home
        super().__init__(Lent(home))  # type: ignore[arg-type]


class Lent:
    """What a world asks of a desk, of a house."""

    def __init__(self, home: House) -> None:
        self.store, self.clock, self.bot = home.store, home.store.clock, home.bot


def test_in_slack_it_is_found_nowhere_and_the_code_is_shown_in_the_form_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with house() as home:
        world = InSlack(home)
        home.ann.say(home.sales, f"@Duly breach {CANARY}")
        home.ann.command(home.sales, f"/duly breach {CANARY}")
        home.slack.until(lambda: home.ann.modal)
        home.ann.submit(what=f"{CANARY} takes money", about=home.mei.id)
        home.slack.until(lambda: "receipt code" in str(home.ann.modal))
        home.settle()
        home.ann.close()

        with home.store.transaction() as tx:
            (case,) = tx.sealed.everyone_s()
            readers = {person for person, _ in tx.sealed.keys(case.id)}
            keys = tx.rows.conn.exec_driver_sql("SELECT key FROM journal").scalars().all()
            sent = tx.rows.conn.exec_driver_sql("SELECT key FROM outbox").scalars().all()
        assert readers == {"eve"}  # bob works for mei
        assert not [key for key in [*keys, *sent] if "command" in key or "view" in key]
        assert world.eve.opens(case.number)["text"] == f"{CANARY} takes money"
        assert home.chat(home.ann) == []
        for name, row in rows_of(home.store.db):
            assert CANARY not in row, name
        ours = [each for each in caplog.records if not each.name.startswith("tests.")]
        assert not [each for each in ours if CANARY in each.getMessage()]


def test_the_playground_keeps_nothing_of_it(tmp_path: Path) -> None:
    with stage(tmp_path / "playground.db") as scene:
        for place, text in (("sales", f"/duly breach {CANARY}"), ("dm:ann", f"breach {CANARY}")):
            answer = scene.post(kind="message", as_="ann", place=place, text=text)
            assert answer.status_code == 200, answer.text
        form = scene.post(kind="form", as_="ann", form="breach", fields={"what": CANARY})
        assert form.status_code == 422  # no channel is open there
        assert CANARY not in json.dumps(scene.lines("ann"))

    for file in tmp_path.iterdir():
        assert CANARY.encode() not in file.read_bytes()
