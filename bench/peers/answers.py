"""A message in, kept, and its answer out: Duly beside bots that keep nothing.

Every side is a process of its own that is served by the same fake Slack over real sockets: signed
events come over 16 connections as fast as they are acknowledged, answers go by chat.postMessage.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.posting import SECRET
from bot.cli.common import open_store
from bot.policy.people import Department, Person
from bot.settings import Settings
from bot.store.migrating import upgrade
from tests.slack.fake import Company, FakeSlack
from tests.slack.fake import Person as Member

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
READY = 120.0  # seconds until a side answers its first messages
LAST = 90  # the number of the rounds in which they are killed
BREATH = 1.1  # seconds between two rounds: Slack takes one message a second in a chat
STILL = 5.0  # seconds without an answer, after which a side that keeps nothing has no more
DOUBT = 600.0  # … and Duly: what it was sending it looks for, two minutes later, 50 a minute


@dataclass(frozen=True, slots=True)
class Slack:
    """A workspace in which everybody has a chat with the bot."""

    fake: FakeSlack
    company: Company
    rooms: Sequence[str]  # of as many people

    @classmethod
    def made(cls, fake: FakeSlack, people: int) -> "Slack":
        company = fake.workspace("Acme")
        members = [_member(company, n) for n in range(people)]
        return cls(fake, company, [each.desk().id for each in members])

    def bodies(self, file: Path, round: int) -> Path:
        """Everybody writes one word to the bot."""
        users = [each.id for each in self.company.world.users.values() if each.name == "person"]
        pairs = zip(users, self.rooms, strict=True)
        lines = (_body(self.company, round, n, *each) for n, each in enumerate(pairs))
        file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
        return file

    def answers(self, since: int) -> Counter[str]:
        """How many messages stand in whose chat, of the calls from that one on."""
        return Counter(
            str(each.answer.get("channel"))
            for each in self.fake.calls[since:]
            if each.method == "chat.postMessage" and each.accepted
        )


@dataclass(frozen=True, slots=True)
class Side:
    """A bot: how its process is started, with its port between two parts of its command."""

    name: str
    before: Sequence[str]
    more: Mapping[str, str]  # in its environment
    path: str = "/slack/events"
    after: Sequence[str] = ()
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    speed: float  # answers a second, until the last is out
    processor: float  # ms of the bot's own for one
    memory: float  # MB at most

    def __str__(self) -> str:
        return (
            f"{self.name:<10} {self.speed:6,.0f} answers/s  {self.processor:6.2f} ms of processor "
            f"for one  {self.memory:4.0f} MB"
        )


@dataclass(frozen=True, slots=True)
class Killed:
    """What became of what was acknowledged when it was killed."""

    name: str
    waiting: int
    lost: int
    doubled: int

    def __str__(self) -> str:
        return (
            f"{self.name:<10} killed -9 with {self.waiting} acknowledged and not answered: "
            f"lost={self.lost} doubled={self.doubled}"
        )


def _member(company: Company, n: int) -> Member:
    return company.person(f"Person {n}", email=f"p{n}@acme.example")


def _body(company: Company, round: int, n: int, user: str, room: str) -> dict[str, object]:
    ts = f"{int(time.time())}.{round:02}{n:04}"
    return {
        "token": "none",
        "team_id": company.id,
        "api_app_id": company.world.app_id,
        "type": "event_callback",
        "event_id": f"Ev{round:02}{n:06}",
        "event_time": int(time.time()),
        "event": {
            "type": "message",
            "user": user,
            "ts": ts,
            "text": "mine",
            "team": company.id,
            "channel": room,
            "event_ts": ts,
            "channel_type": "im",
        },
    }


def sides(slack: Slack, folder: Path) -> Iterator[Side]:
    yield _duly(slack, folder)
    for name, interpreter, more in (
        ("errbot", PEERS, (SECRET,)),
        ("opsdroid", PEERS, ()),
        ("bolt", Path(sys.executable), (SECRET,)),
    ):
        if not interpreter.exists():
            print(f"{name}: left out, see bench/peers/__main__.py for how to install it")
            continue
        before = [str(interpreter), "-m", f"bench.peers.{name}_side"]
        path = "/connector/slack" if name == "opsdroid" else "/slack/events"
        yield Side(name, before, {}, path, [slack.fake.api_url, slack.company.token, *more])


def _duly(slack: Slack, folder: Path) -> Side:
    data = folder / "duly"
    data.mkdir()
    config = data / "duly.toml"
    config.write_text(
        f'[[slack]]\napi_url = "{slack.fake.api_url}"\nrate = 100000\n'
        'bot_token_env = "BENCH_TOKEN"\nsigning_secret_env = "BENCH_SECRET"\n',
        encoding="utf-8",
    )
    _settled(data, len(slack.rooms))
    more = {"DULY_CONFIG": str(config), "BENCH_TOKEN": slack.company.token, "BENCH_SECRET": SECRET}
    words = [sys.executable, "-m", "bot", "serve", "--data", str(data), "--port"]
    return Side("Duly", words, more, keeps=True)


def _settled(data: Path, people: int) -> None:
    store = open_store(Settings(data=data), new=True)
    upgrade(store.db)
    with store.transaction() as tx:
        tx.policies.adopt("")
        tx.people.save_departments([Department(id="all", name="All", head="p0")])
        tx.people.save(
            Person(id=f"p{n}", name=f"Person {n}", department="all", email=f"p{n}@acme.example")
            for n in range(people)
        )
    store.db.dispose()


def measured(slack: Slack, sides: Sequence[Side], folder: Path, rounds: int) -> list[Outcome]:
    """The median of their turns, once each is warm.

    They take turns so that what else the machine does is the same for all.
    """
    bodies = [slack.bodies(folder / f"bodies{n}", n) for n in range(rounds + 2)]
    spent: dict[str, list[float]] = {side.name: [] for side in sides}
    worked: dict[str, list[float]] = {side.name: [] for side in sides}
    with ExitStack() as stack:
        there = [(side, stack.enter_context(running(side))) for side in sides]
        for side, process in there:
            _warm(process.port, side, bodies[0])
            time.sleep(BREATH)
            _round(slack, side, process, bodies[1])
        for each in bodies[2:]:
            for side, process in there:
                time.sleep(BREATH)
                before, begun = _processor(process.pid), time.perf_counter()
                _round(slack, side, process, each)
                spent[side.name].append(time.perf_counter() - begun)
                worked[side.name].append(_processor(process.pid) - before)
        count = len(slack.rooms)
        return [
            Outcome(
                side.name,
                count / median(spent[side.name]),
                median(worked[side.name]) / count * 1000,
                _memory(process.pid),
            )
            for side, process in there
        ]


def killed(slack: Slack, side: Side, folder: Path) -> Killed:
    """As soon as the last message is acknowledged; then it is started again."""
    bodies = [slack.bodies(folder / f"bodies{side.name}{n}", n) for n in (LAST, LAST + 1)]
    with running(side) as process:
        _warm(process.port, side, bodies[0])
        time.sleep(BREATH)
        since = len(slack.fake.calls)
        _post(process.port, side, bodies[1])
        process.kill()
    waiting = len(slack.rooms) - len(slack.answers(since))
    with running(side) as process:
        found = _until_still(slack, since, DOUBT if side.keeps and waiting else STILL)
    lost, doubled = len(slack.rooms) - len(found), found.total() - len(found)
    return Killed(side.name, waiting, lost, doubled)


def _round(slack: Slack, side: Side, process: "Process", bodies: Path) -> None:
    since = len(slack.fake.calls)
    _post(process.port, side, bodies)
    end = time.monotonic() + READY
    while len(slack.answers(since)) < len(slack.rooms):
        if time.monotonic() > end:
            there = len(slack.answers(since))
            raise SystemExit(f"{side.name}: {there} of {len(slack.rooms)} were answered")
        time.sleep(0.01)


def _warm(port: int, side: Side, bodies: Path) -> None:
    """Who is not ready says so, and is told again; the rest is not told twice."""
    line = bodies.with_suffix(".first")
    line.write_bytes(bodies.read_bytes().partition(b"\n")[0])
    end = time.monotonic() + READY
    while time.monotonic() < end:
        words = [*_posting(port, side), str(line)]
        if subprocess.run(words, check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.5)
    raise SystemExit(f"{side.name} does not get ready")


def _until_still(slack: Slack, since: int, longest: float) -> Counter[str]:
    """Everything is answered, or nothing comes any more."""
    end = time.monotonic() + longest
    while time.monotonic() < end and len(slack.answers(since)) < len(slack.rooms):
        time.sleep(0.2)
    time.sleep(STILL)  # what would come twice
    return slack.answers(since)


def _post(port: int, side: Side, bodies: Path) -> None:
    subprocess.run([*_posting(port, side), str(bodies)], check=True, stdout=subprocess.DEVNULL)


def _posting(port: int, side: Side) -> list[str]:
    return [sys.executable, "-m", "bench.posting", "--path", side.path, str(port)]


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    port: int

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def running(side: Side) -> Iterator[Process]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = subprocess.Popen(
        [*side.before, str(port), *side.after],
        env={**os.environ, "PYTHONPATH": str(ROOT), **side.more},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _open(side, made, port)
        yield Process(made.pid, port)
    finally:
        made.kill()
        made.wait()


def _open(side: Side, made: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end and made.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{side.name} did not start")


def _processor(pid: int) -> float:
    """Seconds, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    """The most so far, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmHWM")) / 1024
