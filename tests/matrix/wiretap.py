"""Between Duly and its homeserver: sees each call go by, and strikes at the moment it was told.

with wiretap(server.url) as (tap, url):
    tap.arm(Plan("a card", "done"), process.kill)
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

When = Literal["asked", "done", "told"]  # before the server hears it, before we do, and after

WHATS = {  # calls worth dying at, by what stands in their path
    "a room key": ("/sendToDevice/",),
    "keys": ("/keys/",),
    "a card": ("/send/m.room.message/", "/send/m.room.encrypted/"),
    "a reaction": ("/send/m.reaction/",),
    "a chat": ("/createRoom", "/account_data/"),
    "a join": ("/join",),
    "a sync": ("/sync?",),
}
SAID = b'"timeline"'  # in a sync that tells of something
LONGEST = 60.0  # seconds that a call may take


@dataclass(frozen=True, slots=True)
class Plan:
    """At which call to strike, the `nth` of its kind from now, and so many seconds after it."""

    what: str
    when: When
    nth: int = 1
    after: float = 0.0


@dataclass
class Tap:
    """`syncs`: answers to /sync that went by."""

    behind: str
    plan: Plan | None = None
    syncs: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    _left: int = 0
    _strike: Callable[[], None] = lambda: None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, plan: Plan | None, strike: Callable[[], None] = lambda: None) -> None:
        with self._turn:
            self.plan, self._left, self._strike = plan, plan.nth if plan else 0, strike

    def strikes(self, what: str, when: When) -> bool:
        """At the planned call, once."""
        with self._turn:
            plan, strike = self.plan, self._strike
            if plan is None or (plan.what, plan.when) != (what, when):
                return False
            self._left -= 1
            if self._left > 0:
                return False
            self.plan = None
            self.struck[f"{what}, {when}"] += 1
        time.sleep(plan.after if when == "told" else 0)
        strike()
        return True


def named(path: str) -> str:
    return next((what for what, parts in WHATS.items() if any(each in path for each in parts)), "")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tap: Tap

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        what = named(self.path)
        if self.tap.strikes(what, "asked"):
            self.close_connection = True
            return
        try:
            status, headers, told = self._pass_on(body)
        except (OSError, HTTPException):
            self.close_connection = True
            return
        is_news = what != "a sync" or SAID in told
        if is_news and self.tap.strikes(what, "done"):
            self.close_connection = True
            return
        with suppress(OSError):  # who asked may be dead by now
            self._answer(status, headers, told)
        if what == "a sync":
            self.tap.syncs += 1
        if is_news:
            self.tap.strikes(what, "told")

    do_GET = do_PUT = do_POST = do

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        line = HTTPConnection(urlsplit(self.tap.behind).netloc, timeout=LONGEST)
        try:
            kept = {k: v for k, v in self.headers.items() if k.lower() not in ("connection",)}
            line.request(self.command, self.path, body or None, kept)
            answer = line.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            line.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], told: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is to be said."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked was killed."""


@contextmanager
def wiretap(behind: str) -> Iterator[tuple[Tap, str]]:
    """The tap, and the address at which it listens."""
    tap = Tap(behind)
    server = Server(("127.0.0.1", 0), type("Tapped", (Handler,), {"tap": tap}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield tap, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
