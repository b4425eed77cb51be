"""Real processes on one PostgreSQL: told to stop they end well; their log has nobody's words."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families as families

from bot.events import CommandInvoked, Place, Unread
from bot.store import Store, keystore
from bot.store.migrating import HEAD
from bot.store.schema import journal, outbox
from bot.store.schema_processes import processes
from bot.store.sessions import WEB, web_account
from tests.desk import Desk
from tests.needs import ROOT

PATIENCE = 240.0  # seconds for a start, and for everything to be answered
CANARY = "Zitronenfalter4711"
KEY = bytes(32)


@dataclass
class Company:
    """A desk whose database real processes work on."""

    desk: Desk
    folder: Path
    url: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.desk.store

    @contextmanager
    def process(self, command: str) -> Iterator["Running"]:
        watch, port = free(), free()
        name = f"{command}-{watch}"
        given = {
            **{name: value for name, value in os.environ.items() if not _ours(name)},
            "DULY_DATABASE_URL": self.url,
            "DULY_KEYS_URL": f"sqlite:///{self.folder / 'keys.db'}",
            "DULY_KEY": KEY.hex(),
            "DULY_COMPANY": self.desk.company,
            "DULY_DATA": str(self.folder / name),
            "DULY_METRICS_PORT": str(watch),
            "DULY_LOG": "json",
            "DULY_TICK": "1",
            "PORT": str(port),
            **self.more,
        }
        file = self.folder / f"{name}.log"
        with file.open("ab") as log:
            words = [sys.executable, "-m", "bot", command]
            made = subprocess.Popen(words, cwd=ROOT, env=given, stdout=log, stderr=log)
        running = Running(made, watch, port, file)
        try:
            yield running
        finally:
            made.kill()
            made.wait()

    def asks(self, keys: list[str]) -> None:
        """Ann types on her page, as often."""
        ann = web_account(self.desk.company, "ann")
        events = [
            CommandInvoked(
                key=key,
                at=datetime.now(UTC),
                actor=ann,
                place=Place(WEB, self.desk.company, "ann"),
                text="mine",
                reply_handle=key,
            )
            for key in keys
        ]
        with self.store.transaction() as tx:
            tx.journal.admit(events)

    def states(self) -> Mapping[str, int]:
        found = sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)
        with self.store.db.connect() as conn:
            return {row[0]: row[1] for row in conn.execute(found)}

    def answered(self, count: int) -> bool:
        return self.states().get("arrived", 0) >= count


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    watch: int
    port: int
    log: Path

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.watch}{path}", timeout=10)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        with suppress(httpx.HTTPError):
            return self.get("/readyz").is_success
        return False

    def waits(self) -> None:
        until(self.is_ready)

    def ends(self, within: float) -> int:
        return self.process.wait(within)

    def lines(self) -> list[dict[str, Any]]:
        told = self.log.read_text().splitlines()
        return [json.loads(each) for each in told if not each.startswith("Duly is ")]

    def figures(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        text = self.get("/metrics").text
        return {
            (each.name, tuple(sorted(each.labels.items()))): each.value
            for family in families(text)
            for each in family.samples
        }


def _ours(name: str) -> bool:
    return name.startswith(("DULY_", "SLACK_", "MATRIX_", "PYTEST"))


def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


@pytest.fixture
def company(postgresql: sa.Engine, tmp_path: Path) -> Iterator[Company]:
    url = postgresql.url.render_as_string(hide_password=False)
    with postgresql.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        conn.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")
    keystore.join(postgresql, keystore.connect_keys(f"sqlite:///{tmp_path / 'keys.db'}"))
    desk = Desk(db=postgresql, key=KEY)
    with desk.store.transaction() as tx:
        tx.people.link(web_account(desk.company, "ann"), "ann")
    yield Company(desk, tmp_path, url)
    with postgresql.begin() as conn:
        conn.exec_driver_sql("DROP TABLE alembic_version")
    desk.close()


@pytest.mark.thorough
@pytest.mark.slow
def test_workers_are_replaced_one_after_the_other_and_nothing_is_lost_or_in_doubt(
    company: Company,
) -> None:
    keys = [f"web/k{number:04}" for number in range(400)]
    with ExitStack() as stack:
        first, second = (stack.enter_context(company.process("worker")) for _ in range(2))
        first.waits()
        second.waits()
        company.asks(keys[:200])
        until(lambda: company.answered(20))
        first.process.send_signal(signal.SIGTERM)
        third = stack.enter_context(company.process("worker"))
        company.asks(keys[200:])
        assert first.ends(PATIENCE) == 0
        until(lambda: company.answered(220))
        second.process.send_signal(signal.SIGTERM)
        assert second.ends(PATIENCE) == 0
        until(lambda: company.answered(400))
        assert company.states() == {"arrived": 400}
        with company.store.db.connect() as conn:
            left = conn.execute(sa.select(processes.c.kind, processes.c.works)).all()
        assert [tuple(row) for row in left] == [("worker", True)]
        third.process.send_signal(signal.SIGTERM)
        assert third.ends(PATIENCE) == 0

    told = [each["event"] for each in first.lines()]
    assert told.count("told to stop") == 1
    assert not [each for each in first.lines() if each["level"] in ("error", "critical")]


@pytest.mark.slow
def test_a_web_process_says_how_it_is_and_ends_well(company: Company) -> None:
    with company.process("web") as web:
        web.waits()
        for port in (web.watch, web.port):
            answer = httpx.get(f"http://127.0.0.1:{port}/healthz")
            assert (answer.status_code, answer.json()) == (200, {"ok": True})
        assert httpx.get(f"http://127.0.0.1:{web.port}/readyz").json() == {"ok": True}
        assert httpx.get(f"http://127.0.0.1:{web.port}/metrics").status_code == 404
        until(lambda: company.store.db and web.figures()[("duly_processes", (("kind", "web"),))])
        web.process.send_signal(signal.SIGTERM)
        assert web.ends(PATIENCE) == 0


@pytest.mark.thorough
@pytest.mark.slow
def test_who_is_told_twice_ends_at_once_and_who_is_told_once_says_that_it_drains(
    company: Company,
) -> None:
    with company.process("worker") as worker, company.store.db.connect() as conn:
        worker.waits()
        with conn.begin():
            conn.exec_driver_sql("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
            time.sleep(1.5)  # its engine waits for the table now
            worker.process.send_signal(signal.SIGTERM)
            until(lambda: worker.get("/readyz").status_code == 503)
            assert worker.get("/readyz").json() == {"ok": False, "why": "draining"}
            assert worker.get("/healthz").is_success
            worker.process.send_signal(signal.SIGTERM)
            assert worker.ends(3) == 1


@pytest.mark.thorough
@pytest.mark.slow
def test_what_does_not_end_in_time_is_left_as_one_that_was_killed_leaves_it(
    company: Company,
) -> None:
    with company.process("worker") as worker, company.store.db.connect() as conn:
        worker.waits()
        with conn.begin():
            conn.exec_driver_sql("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
            time.sleep(1.5)
            worker.process.send_signal(signal.SIGTERM)
            assert worker.ends(PATIENCE) == 0


@pytest.mark.thorough
@pytest.mark.slow
def test_a_log_tells_what_went_wrong_and_nobodys_words(company: Company) -> None:
    """Whatever goes wrong has somebody's words in its mouth."""
    with company.process("worker") as worker:
        worker.waits()
        unread = Unread(key=f"web/{CANARY}", at=datetime.now(UTC), payload=f"{{{CANARY}")
        with company.store.transaction() as tx:
            tx.journal.admit([unread])
            tx.rows.add(
                journal,
                id="f" * 32,
                key="x",
                place=CANARY,
                body=CANARY.encode(),
                taken_at=tx.clock.lease(),
            )
            tx.dues.add(datetime.now(UTC), "nudge", CANARY, 1)
        company.asks(["web/one"])
        until(lambda: company.answered(1))
        with company.store.db.connect() as conn:
            conn.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        time.sleep(3)
        company.asks(["web/two"])
        until(lambda: company.answered(2))
        worker.process.send_signal(signal.SIGTERM)
        worker.ends(PATIENCE)

        lines = worker.lines()
        assert CANARY not in worker.log.read_text()
        parked = [each for each in lines if each["event"] == "parked %s: %s"]
        assert len(parked) >= 2
        assert all({"time", "level", "logger", "event"} <= each.keys() for each in lines)
        traced = [each for each in lines if each.get("errors")]
        assert traced, "no error was ever traced"
        assert all(each["errors"][0]["at"] for each in traced)
