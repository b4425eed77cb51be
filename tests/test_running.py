"""The parts that keep a bot at work: runner, workshop, health, the made-up company."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from bot import demo, logs, making, workshop
from bot.bell import Bell
from bot.effects import Deliverable, Upload
from bot.events import MessageRef
from bot.gathering import gather
from bot.policy import periods
from bot.report import Material, Progress, Tell, Wanted
from bot.running import Runner
from bot.settings import Settings, Unusable
from bot.store import Store
from bot.store.connecting import in_memory
from bot.store.reporting import Reporting
from bot.web.app import app
from bot.web.watching import Answer, routes
from bot.wiring import StoredFiles, adapters
from bot.words import Reader
from bot.workshop import TRIES, Workshop
from tests.desk import Desk, Paper, account
from tests.needs import ROOT

HASTE = 10.0  # seconds within which everything here has happened


class Shelf(Paper):
    """A platform that keeps the files it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: list[Upload] = []

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        if isinstance(effect, Upload):
            self.uploads.append(effect)
        return await super().deliver(effect, key=key, reader=reader)


class Printing(Paper):
    """Says when something was delivered."""

    printed: asyncio.Event

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        found = await super().deliver(effect, key=key, reader=reader)
        self.printed.set()
        return found


def breaks(material: Material, out: Path, tell: Tell) -> None:
    tell(Progress("writing"))
    raise RuntimeError(f"no workbook for {material.company} in {out.name}")


def dies(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def takes_long(_: Material, out: Path, tell: Tell) -> None:
    tell(Progress("writing", 4, 7, 120_000))
    tell(Progress("checking", 7, 7, 200_000))
    out.write_bytes(b"a workbook")


def test_a_workbook_that_was_asked_for_is_built_and_given_to_who_asked() -> None:
    shelf = Shelf()
    desk = Desk(paper=shelf)
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.says("hana", "report 2026-03")

    assert asyncio.run(desk.bot.workshop.round()) == 1
    assert asyncio.run(desk.bot.workshop.round()) == 0
    said = desk.wait(timedelta(seconds=1))
    assert said[0].startswith("hana: The report of 2026-03 is ready.")
    (upload,) = shelf.uploads
    book = load_workbook(BytesIO(asyncio.run(StoredFiles(desk.store).read(upload.file))))
    assert len(book.sheetnames) >= 7
    desk.now += timedelta(days=31)
    with pytest.raises(LookupError):
        asyncio.run(StoredFiles(desk.store).read(upload.file))
    desk.close()


@pytest.mark.thorough
def test_who_asks_for_a_workbook_that_cannot_be_built_is_told_after_some_tries() -> None:
    desk = Desk()
    desk.says("hana", "report 2026-03")
    workshop = Workshop(desk.store, breaks)
    for _ in range(TRIES):
        assert asyncio.run(workshop.round()) == 1
        desk.now += timedelta(minutes=20)

    assert asyncio.run(workshop.round()) == 0
    assert "could not be made" in desk.wait(timedelta(seconds=1))[0]
    desk.close()


def in_chat(desk: Desk) -> None:
    desk.says("hana", "report 2026-03")


def elsewhere(desk: Desk) -> None:
    """On a page: no card has answered them."""
    with desk.store.transaction() as tx:
        tx.orders.add("hana", account("hana"), "2026-03", "hr")


@pytest.mark.thorough
@pytest.mark.parametrize("asks", [in_chat, elsewhere])
def test_who_asked_sees_how_far_a_large_workbook_is(
    asks: Callable[[Desk], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "PATIENCE", 0.0)
    desk, words = Desk(paper=Shelf()), list[str]()
    asks(desk)
    keep = workshop.Showing._keep

    def kept(self: workshop.Showing, progress: Progress) -> None:
        keep(self, progress)
        with desk.store.reading() as tx:
            (order,) = tx.orders.of("hana")
            assert (order.stage, order.written) == (progress.stage, progress.rows)
        desk.wait(timedelta(seconds=1))
        words.append(desk.paper.seen_by("hana")[-1].text)

    monkeypatch.setattr(workshop.Showing, "_keep", kept)
    assert asyncio.run(Workshop(desk.store, takes_long).round()) == 1
    desk.wait(timedelta(seconds=1))

    assert [each.splitlines()[-1] for each in words] == [
        "Sheet 5 of 7; 120,000 rows so far.",
        "All 200,000 rows are written; I am checking the file.",
    ]
    shown = [line.text for line in desk.paper.seen_by("hana")]
    assert shown[0] == "The report of 2026-03 is ready."
    assert shown[1].startswith("The report of 2026-03 is ready.\nIt is for you alone")
    assert len(shown) == 2
    desk.close()


@pytest.mark.thorough
def test_a_process_that_dies_over_a_workbook_is_an_error(desk: Desk) -> None:
    with desk.store.reading() as tx:
        wanted = Wanted(
            period=periods.parse("2026-03", "UTC"), edition="hr", person="hana", reader=Reader()
        )
        material = gather(tx, wanted)

    with pytest.raises(making.Unmade, match="its process died"):
        asyncio.run(making.make(dies, material))


def tells(_material: Material, _out: Path, tell: Tell) -> None:
    tell(Progress("writing"))


def test_a_workbook_that_nobody_waits_for_any_more_ends_without_a_word(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    form = logs.form()
    made = spawn.Process(target=making._work, args=(tells, None, tmp_path / "x", theirs, form))
    ours.close()  # as where Duly is told to stop
    made.start()
    theirs.close()
    made.join(60)

    assert made.exitcode == 0


def test_the_runner_handles_what_is_taken_and_sends_what_comes_of_it() -> None:
    desk, printed = Desk(paper=Printing()), asyncio.Event()
    desk.paper.printed = printed  # type: ignore[attr-defined]

    async def scene() -> None:
        runner = Runner(desk.bot, [desk.paper], tick=0.05)
        running = asyncio.create_task(runner.run())
        await desk.bot.inbox.take([desk.command("ann", "mine", "k1")])
        await asyncio.wait_for(printed.wait(), HASTE)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(scene())
    assert desk.read() == ["ann: You owe nothing. Enjoy it."]
    desk.close()


def test_a_part_that_stumbles_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, printed, failed = Desk(paper=Printing()), asyncio.Event(), [RuntimeError("once")]
    desk.paper.printed = printed  # type: ignore[attr-defined]
    monkeypatch.setattr("bot.running.TROUBLE", 0.01)

    class Clumsy(Paper):
        async def listen(self, inbox: Any) -> None:
            if failed:
                raise failed.pop()
            await inbox.take([desk.command("ann", "mine", "k1")])
            await asyncio.Event().wait()

    async def scene() -> None:
        running = asyncio.create_task(Runner(desk.bot, [Clumsy()], tick=1).run())
        await asyncio.wait_for(printed.wait(), HASTE)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(scene())
    assert "listen paper stumbled" in caplog.text
    desk.close()


HELD_UP = """
import os, signal, sys, threading
from bot import serving
from bot.__main__ import main
from bot.store import Store, Turn

serving.LAST = 0.1

def held(*_):
    turns[0].take(hurry=True).__enter__()  # and never given back
    os.kill(os.getpid(), signal.SIGTERM)

turns, begin = [], Turn.__init__
Turn.__init__ = lambda turn: (begin(turn), turns.append(turn))[0]
listening = serving.Process.life
serving.Process.life = lambda *args: (threading.Timer(0.5, held).start(), listening(*args))[1]
sys.exit(main(["serve", "--port", "0", "--data", sys.argv[1]]))
"""


def test_a_store_that_does_not_answer_holds_up_no_end(tmp_path: Path) -> None:
    """As where its keys are with a machine that is gone: who has the turn waits for ever."""
    done = subprocess.run(
        [sys.executable, "-c", HELD_UP, str(tmp_path)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=HASTE * 3,
    )

    assert "told to stop" in done.stderr
    assert "it did not end in time" in done.stderr
    assert done.returncode == 1


def test_a_bell_rung_while_nobody_listened_is_not_lost() -> None:
    async def scene() -> bool:
        bell = Bell()
        turn = bell.turn()
        bell.ring()
        await turn.wait(60)
        await bell.turn().wait(0.001)
        return True

    assert asyncio.run(asyncio.wait_for(scene(), HASTE))


def test_a_platform_nobody_knows_is_named(tmp_path: Path) -> None:
    desk = Desk()
    settings = Settings(data=tmp_path, platforms="playground, pigeon")

    with pytest.raises(Unusable, match="There is no platform pigeon"):
        adapters(desk.store, settings, demo.cast(), lambda: None)
    desk.close()


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


def test_health_and_readiness_are_told_apart() -> None:
    async def asked(path: str, alive: Answer, ready: Answer) -> tuple[int, Any]:
        async def lives() -> Answer:
            return alive

        async def is_ready() -> Answer:
            return ready

        transport = httpx.ASGITransport(app=app([], routes(lives, is_ready), nothing))
        async with httpx.AsyncClient(transport=transport, base_url="http://duly") as client:
            assert (await client.get("/")).text == "Duly is running."
            answer = await client.get(path)
            return answer.status_code, answer.json()

    well, ends = Answer(True), Answer(False, {"why": "draining"})
    assert asyncio.run(asked("/healthz", well, ends)) == (200, {"ok": True})
    assert asyncio.run(asked("/readyz", well, ends)) == (503, {"ok": False, "why": "draining"})
    assert asyncio.run(asked("/readyz", ends, well)) == (200, {"ok": True})


@pytest.mark.thorough
def test_the_made_up_company_is_founded_once_with_a_past() -> None:
    desk = Desk()
    demo.found(desk.store)  # somebody is there already: they are left alone
    empty = Store(in_memory(), "brightwater", desk.store.seal, desk.clock)
    for _ in range(2):
        demo.found(empty)
    with empty.transaction() as tx:
        people = tx.people.snapshot().directory.people
        past = list(Reporting(tx.rows).duties(desk.now - timedelta(days=300), desk.now))

    assert len(people) == 27
    assert len(past) > 1000
    empty.db.dispose()
    desk.close()


def test_the_cast_of_the_playground_is_the_company_of_the_example() -> None:
    cast = demo.cast()

    assert {"ann", "bob", "hana"} <= {person.id for person in cast.people}
    assert all(channel.members for channel in cast.channels)
    assert "pat" not in cast.channels_of("pat")[0].name
