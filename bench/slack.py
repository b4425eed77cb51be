"""Slack's events a second to their being on disk, through the whole adapter; answers to commands.

    python -m bench.slack [--count 7000] [--rate 500] [--seconds 20] [--commands 300]
                          [--mails 10000]

Events are posted by a process of its own over 16 connections. Beside the adapter stands a bare Bolt
app on the same kind of server, which answers and keeps nothing. SQLite, WAL, synchronous=FULL.
"""

import argparse
import asyncio
import json
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.slack.adapter import Slack
from adapters.slack.install import Install
from bench.company import TALK, store_in
from bench.ingest import handling, percentile
from bench.mailing import mail
from bench.posting import SECRET
from bot.serving import SWITCH
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import upgrade
from bot.web.app import app
from bot.wiring import Bot, StoredFiles, assemble
from tests.slack.fake import Company, FakeSlack
from tests.slack.house import house

PEOPLE, ROOMS = 300, 40
ROUNDS = 7  # by turns; what is told is the median
WARM = 10  # commands that are not counted


@dataclass(frozen=True, slots=True)
class Figures:
    spent: list[float]  # seconds of each event
    took: float  # seconds, all of them

    @property
    def speed(self) -> float:
        return len(self.spent) / self.took

    def __str__(self) -> str:
        p50, p99 = (percentile(self.spent, part) * 1000 for part in (0.5, 0.99))
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {max(self.spent) * 1000:.0f} ms"


def company(slack: FakeSlack) -> Company:
    made = slack.workspace("Acme")
    people = [made.person(f"Person {n}") for n in range(PEOPLE)]
    for n in range(ROOMS):
        made.channel(f"room{n}", *people[n::ROOMS]).invite_bot()
    return made


def bodies(made: Company, count: int, into: Path) -> Path:
    """Talk in all the rooms, a body a line, as Slack sends it."""
    people = [each.id for each in made.world.users.values() if each.name == "person"]
    rooms = [each.id for each in made.world.rooms.values() if not each.is_direct]
    start = time.time()
    lines = (_body(made, n, people, rooms[n % len(rooms)], start) for n in range(count))
    into.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), "utf-8")
    return into


def _body(made: Company, n: int, people: list[str], room: str, start: float) -> dict[str, Any]:
    text = TALK[n % len(TALK)].replace("@{other}", f"<@{people[n * 13 % len(people)]}>")
    ts, run = f"{start + n / 1e6:.6f}", int(start * 1000)
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    event = {
        "type": "message",
        "user": people[n * 7 % len(people)],
        "ts": ts,
        "client_msg_id": f"{n:032x}",
        "text": text,
        "team": made.id,
        "blocks": [{"type": "rich_text", "block_id": "b", "elements": [words]}],
        "channel": room,
        "event_ts": ts,
        "channel_type": "channel",
    }
    ours = {"enterprise_id": None, "team_id": made.id, "user_id": made.bot.id, "is_bot": True}
    return {
        "token": "none",
        "team_id": made.id,
        "api_app_id": made.world.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{run}{n}",
        "event_time": int(start),
        "authorizations": [{**ours, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": "4-bench",
    }


@asynccontextmanager
async def serving(asked: Any) -> AsyncIterator[int]:
    """As `./duly serve` does it; the port."""
    config = uvicorn.Config(
        asked, log_level="warning", access_log=False, server_header=False, lifespan="off"
    )
    server, listening = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await running
        listening.close()


async def posted(port: int, file: Path, rate: float = 0) -> Figures:
    words = [sys.executable, "-m", "bench.posting", str(port), str(file), "--rate", str(rate)]
    made = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
    said, _ = await made.communicate()
    return Figures(**json.loads(said))


def bare(slack: FakeSlack, made: Company) -> Starlette:
    quiet = logging.getLogger("bench.bolt")
    quiet.setLevel(logging.CRITICAL)
    client = AsyncWebClient(made.token, base_url=slack.api_url)
    bolt = AsyncApp(
        logger=quiet, client=client, signing_secret=SECRET, process_before_response=True
    )

    @bolt.event(re.compile(".*"))
    async def nothing() -> None: ...

    handler = AsyncSlackRequestHandler(bolt)

    async def take(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", take, methods=["POST"])])


@asynccontextmanager
async def adapter(slack: FakeSlack, made: Company, folder: Path) -> AsyncIterator[tuple[Bot, int]]:
    """The whole of it, with nobody handling what is kept; the port."""
    store = await asyncio.to_thread(_store, folder)
    install = Install(bot_token=made.token, signing_secret=SECRET, api_url=slack.api_url)
    ours = Slack([install], StoredFiles(store), store.clock.lease)
    ours.workspaces[0].calls.pace.tiers = 1000
    bot = assemble(store, [ours])
    listening = asyncio.create_task(ours.listen(bot.inbox))
    await slack.awaited(lambda: ours.workspaces[0].roster.loaded, 60)
    while await asyncio.to_thread(bot.engine.work):
        pass
    async with serving(app(list(ours.doors), [], nullcontext)) as port:
        yield bot, port
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    store.db.dispose()


def _store(folder: Path) -> Store:
    folder.mkdir()
    return store_in(folder)


async def events(folder: Path, count: int, rate: float, seconds: float) -> None:
    """Both by turns, so that what else the machine does is shared by both."""
    with FakeSlack() as slack:
        made = company(slack)
        parts = [bodies(made, count // ROUNDS, folder / f"part{n}") for n in range(ROUNDS)]
        steady = bodies(made, int(rate * seconds), folder / "steady")
        warm = bodies(made, 200, folder / "warm")
        async with (
            serving(bare(slack, made)) as other,
            adapter(slack, made, folder / "alone") as (_, port),
        ):
            turns = [
                (await posted(other, part), await posted(port, part)) for part in [warm, *parts]
            ]
            calm, kept = await posted(other, steady, rate), await posted(port, steady, rate)
        least, ours = zip(*((one.speed, two.speed) for one, two in turns[1:]), strict=True)
        ratios = [two / one for one, two in zip(least, ours, strict=True)]
        print(f"bare Bolt, which keeps nothing: {median(least):,.0f} events/s")
        print(
            f"the adapter, on disk: {median(ours):,.0f} events/s, {median(ratios):.2f} of the bare "
            f"one ({min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} turns, {count:,} events)"
        )
        print(f"at {rate:.0f}/s for {seconds:.0f} s, bare Bolt: {calm}")
        print(f"the adapter: {kept}")
        await handled(slack, made, folder, rate)


async def handled(slack: FakeSlack, made: Company, folder: Path, rate: float) -> None:
    async with adapter(slack, made, folder / "working") as (bot, port):
        done: list[int] = []
        work = asyncio.create_task(handling(bot, done))
        figures = await posted(port, folder / "steady", rate)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        print(f"the adapter with the engine at work: {figures}, handled {sum(done):,}")


def commands(folder: Path, count: int) -> None:
    """From the posting of a command to the moment Slack has the answer; all in this process."""
    db = connect(sqlite_url(folder))
    upgrade(db)
    spent = []
    with house(db=db) as home:
        shown = home.slack.world.ephemerals
        for number in range(-WARM, count):
            before, start = len(shown), time.perf_counter()
            home.bob.command(home.sales, "/duly help" if number % 2 else "/duly mine")
            while len(shown) == before:
                time.sleep(0.0005)
            spent.append(time.perf_counter() - start)
            home.settle()
    spent = spent[WARM:]
    print(f"a command until its answer is there ({count}): {Figures(spent, sum(spent))}")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=7000)
    options.add_argument("--rate", type=float, default=500)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--commands", type=int, default=300)
    options.add_argument("--mails", type=int, default=10_000)
    args = options.parse_args()
    sys.setswitchinterval(SWITCH)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} ({os.cpu_count()} cores)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("commands", "mails"):
            (folder / part).mkdir()
        if args.count:
            asyncio.run(events(folder, args.count, args.rate, args.seconds))
        if args.commands:
            commands(folder / "commands", args.commands)
        if args.mails:
            print(mail(folder / "mails", args.mails))


if __name__ == "__main__":
    main()
