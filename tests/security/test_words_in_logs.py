"""Whatever breaks, wherever: nobody's words stand in the log, in the figures or on a terminal.

What a formatter does with each kind of value is in tests/test_logs.py; here things really break.
"""

import asyncio
import gc
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import StringIO

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import logs
from bot.cli.findings import parked
from bot.effects import Deliverable
from bot.events import MessageRef
from bot.handlers import Handlers
from bot.indexing import Indexer
from bot.logs import Form
from bot.metrics import Figures, Waiting, exposed
from bot.running import Runner
from bot.store import Transaction
from bot.ticker import Ticker
from bot.web.patience import PACE
from bot.words import Reader, render
from tests.desk import Desk, Paper
from tests.needs import ROOT
from tests.security.serving import served

CANARY = "Zitronenfalter"
SAID = f"the {CANARY} merger is on Monday"
HASTE = 10.0  # seconds
WORDS = (CANARY, "merger", "Monday")


@pytest.fixture(params=["text", "json"])
def log(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """As it is set up in a running Duly; what it said so far, and no word of anybody in it."""
    form: Form = request.param
    root = logging.getLogger()
    level, quiet = root.level, logging.getLogger("uvicorn").level
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    stream = StringIO()
    monkeypatch.setattr(sys, "stderr", stream)

    def said() -> str:
        told = stream.getvalue()
        assert not [word for word in WORDS if word in told], told
        if form == "json":
            assert all(json.loads(line)["event"] for line in told.splitlines())
        return told

    for name in ("uvicorn", "uvicorn.error"):  # as whoever serves first in a process finds them
        server = logging.getLogger(name)
        for attribute, value in (("propagate", True), ("handlers", []), ("disabled", False)):
            monkeypatch.setattr(server, attribute, value)
    told = server.level
    server.setLevel(logging.NOTSET)
    logs.set_up(form)
    yield said
    server.setLevel(told)
    logging.captureWarnings(False)
    root.handlers[:] = [each for each in root.handlers if not isinstance(each, logs.Quiet)]
    root.setLevel(level)
    logging.getLogger("uvicorn").setLevel(quiet)


def breaks(*_: object, **__: object) -> None:
    """As our own bugs do: with what somebody said in its message, its note and its cause."""
    try:
        raise ValueError(SAID)
    except ValueError as first:
        error = RuntimeError(SAID, {"text": SAID})
        error.add_note(SAID)
        raise error from first


def collides(handlers: Handlers, tx: Transaction, event: object) -> None:  # noqa: ARG001
    """As a statement of ours does, with somebody's words among its values."""
    for _ in range(2):
        tx.rows.conn.execute(
            sa.text("INSERT INTO numbers (company, name, last) VALUES ('acme', :name, 1)"),
            {"name": SAID},
        )


@pytest.mark.parametrize(("handle", "kind"), [(breaks, "RuntimeError"), (collides, "Integrity")])
def test_of_an_event_that_breaks_neither_log_nor_doctor_says_a_word(
    log: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    handle: Callable[..., None],
    kind: str,
) -> None:
    monkeypatch.setattr(Handlers, "handle", handle)
    desk = Desk()
    desk.posts("ann", f"@bob {SAID}?")

    with desk.store.reading() as tx:
        (doctor,) = [render(each, Reader(), str) for each in parked(tx)]
    assert kind in doctor
    assert not [word for word in WORDS if word in doctor]
    told = log()
    assert "parked" in told
    assert kind in told
    desk.close()


PARTS = ("listen paper", "plan", "index", "doubt")


class Stumbling(Paper):
    """A platform whose library repeats in its errors what it was to send."""

    async def listen(self, inbox: object) -> None:
        breaks()

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        await super().deliver(effect, key=key, reader=reader)
        raise ValueError(f"{SAID}: {effect}")


def test_of_parts_that_stumble_kinds_and_places_are_told(
    log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, figures = Desk(paper=Stumbling()), Figures()
    figures.registry.register(Waiting(desk.store))
    monkeypatch.setattr(Ticker, "ring", breaks)
    monkeypatch.setattr(Indexer, "work", breaks)

    async def scene() -> None:
        runner = Runner(desk.bot, [desk.paper], tick=0.01, figures=figures)
        running = asyncio.create_task(runner.run())
        await desk.bot.inbox.take([desk.command("ann", f"request notice {SAID}", "k1")])
        async with asyncio.timeout(HASTE):
            while not all(part in log() for part in PARTS):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(scene())
    for found in ("tests/security/test_words_in_logs.py", "RuntimeError", "ValueError"):
        assert found in log()
    shown = exposed(figures).decode()
    assert 'duly_part_errors_total{part="plan"}' in shown
    for word in (*WORDS, "ann ", "@bob", "notice"):
        assert word not in shown
    desk.close()


def test_a_door_that_breaks_says_nothing(log: Callable[[], str]) -> None:
    async def door(request: Request) -> Response:
        await request.body()
        breaks()
        return Response()

    with served(PACE, Route("/door", door, methods=["POST"])) as port:
        answer = httpx.post(f"http://127.0.0.1:{port}/door", content=SAID)

    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert "RuntimeError" in log()


def test_where_the_log_cannot_be_written_nothing_is_said_of_that(log: Callable[[], str]) -> None:
    (handler,) = (each for each in logging.getLogger().handlers if isinstance(each, logs.Quiet))
    closed = StringIO()
    closed.close()
    handler.stream = closed

    try:
        breaks()
    except RuntimeError:
        logging.getLogger("bot.x").exception("it broke")
    assert log() == ""


class Unhappy:
    def __del__(self) -> None:
        breaks()


@pytest.mark.filterwarnings("default")
def test_what_nobody_catches_is_told_by_its_kind(log: Callable[[], str]) -> None:
    """In a thread, at the end of an object, in a task that nobody waits for, by a library."""
    thread = threading.Thread(target=breaks)
    thread.start()
    thread.join()
    Unhappy()

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(breaks)
        forgotten = loop.create_task(failing())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del forgotten
        gc.collect()

    async def failing() -> None:
        breaks()

    asyncio.run(scene())
    warnings.warn(SAID, UserWarning, stacklevel=1)
    for name in ("slack_sdk.web", "sqlalchemy.engine", "nio.client", "py.warnings"):
        logging.getLogger(name).error("cannot send %s", SAID, exc_info=ValueError(SAID))

    told = log()
    assert told.count("it cannot go on") == 2
    assert told.count("RuntimeError") >= 4
    assert told.count("said at") >= 6


BROKEN = """
import runpy, sys
import bot.cli.slack as command
def run(*_):
    raise ValueError(said)
said = sys.argv.pop()
command.run = run
runpy.run_module("bot", run_name="__main__")
"""


def test_a_command_that_breaks_says_nothing_either() -> None:
    """Lines of a terminal are kept, too: by whoever runs it every night."""
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, "slack", "manifest", SAID],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert not [word for word in WORDS if word in done.stdout + done.stderr]
