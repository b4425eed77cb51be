"""Who sends slowly, without end or too much of it holds nothing of ours for long.

The real server on a port, in haste; what it gives others is in bot/web/patience.py.
"""

import asyncio
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.slack.guard import LONGEST, PATH, Guard
from bot.web.patience import HEAD, HEADERS, PACE, Pace
from tests.security.serving import served

HASTE = Pace(head=0.25, body=0.25, rate=100_000)
PATIENCE = 5.0  # seconds
POST = b"POST /%s HTTP/1.1\r\nHost: localhost\r\n"


async def count(request: Request) -> Response:
    """Like every door of ours: reads it all, and is told when nobody sends any more."""
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        return Response(status_code=400)


async def slow(request: Request) -> Response:  # noqa: ARG001
    await asyncio.sleep(1.2 * HASTE.head)
    return PlainTextResponse("at last")


async def look(request: Request) -> Response:  # noqa: ARG001
    return PlainTextResponse("seen")


ROUTES = (
    Route("/count", count, methods=["POST"]),
    Route("/look", look),
    Route("/slow", slow),
    Route(PATH, Guard([], lambda: 0.0)),
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(HASTE, *ROUTES) as made:
        yield made


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as made:
        yield made


def answer(made: socket.socket) -> bytes:
    """Everything until they close."""
    whole = b""
    with suppress(ConnectionResetError):
        while piece := made.recv(65536):
            whole += piece
    return whole


def until(made: socket.socket, words: bytes) -> None:
    whole = b""
    while words not in whole:
        piece = made.recv(65536)
        assert piece, whole
        whole += piece


def trickled(made: socket.socket, piece: bytes) -> bytes:
    """What they say to who sends a piece a hundredth of a second, until they have had enough."""
    whole, end = b"", monotonic() + PATIENCE
    made.settimeout(0.01)
    while monotonic() < end:
        with suppress(BrokenPipeError, ConnectionResetError):
            made.sendall(piece)
        try:
            if not (said := made.recv(65536)):
                return whole
        except TimeoutError:
            continue
        except ConnectionResetError:
            return whole
        whole += said
    raise AssertionError(f"still open after {PATIENCE} s: {whole!r}")


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


def test_who_says_nothing_is_let_go(port: int) -> None:
    with connected(port) as made:
        assert answer(made) == b""


def test_who_sends_a_head_by_the_byte_is_let_go(port: int) -> None:
    with connected(port) as made:
        made.sendall(b"GET /look HTTP/1.1\r\nHost: localhost\r\n")
        assert status(trickled(made, b"X-A: b\r\n")) == 408


def test_who_begins_a_second_request_and_does_not_end_it_is_let_go(port: int) -> None:
    with connected(port) as made:
        made.sendall(b"GET /look HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until(made, b"seen")
        made.sendall(b"GET /look HTTP/1.1\r\n")
        assert trickled(made, b"X-A: b\r\n") == b""


@pytest.mark.parametrize(
    ("path", "how"),
    [(b"count", b"Transfer-Encoding: chunked"), (PATH.encode()[1:], b"Content-Length: 900000")],
)
def test_who_sends_a_body_by_the_byte_is_told_so(port: int, path: bytes, how: bytes) -> None:
    with connected(port) as made:
        made.sendall(POST % path + how + b"\r\n\r\n")
        piece = b"1\r\nx\r\n" if b"chunked" in how else b"x"
        assert status(trickled(made, piece)) == 408


def test_who_sends_on_behind_an_answer_is_let_go(port: int) -> None:
    """No such address; and what is left of the body goes on and on."""
    with connected(port) as made:
        made.sendall(POST % b"nowhere" + b"Content-Length: 900000\r\n\r\n")
        assert status(trickled(made, b"x")) == 404


def test_who_is_quick_enough_is_heard_to_the_end(port: int) -> None:
    """Longer than a body may take for a start, as more and more of it comes."""
    with connected(port) as made:
        size, pieces = 60_000, 4
        made.sendall(POST % b"count" + b"Content-Length: %d\r\n\r\n" % (size * pieces))
        began = monotonic()
        for _ in range(pieces):
            made.sendall(b"x" * size)
            sleep(0.08)
        until(made, b"240000")
        assert monotonic() - began > HASTE.body


def test_an_answer_that_takes_long_is_waited_for(port: int) -> None:
    """It is not who asks that is slow."""
    with connected(port) as made:
        made.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"at last" in answer(made)


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"X-%d: b\r\n" % n for n in range(HEADERS + 1)),
        b"X-A: " + b"a" * HEAD + b"\r\n",
        b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(60)),
    ],
    ids=["many", "one that is long", "many that are long"],
)
def test_a_head_that_is_too_large_is_refused(port: int, head: bytes) -> None:
    with connected(port) as made:
        made.sendall(b"GET /look HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n")
        assert status(made.recv(65536)) in (400, 431)


def test_a_head_without_end_is_refused(port: int) -> None:
    with connected(port) as made:
        made.sendall(b"GET /look HTTP/1.1\r\n")
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(100):
                made.sendall(b"X-A: b\r\n" * 1000)
        assert status(answer(made) or b"HTTP/1.1 400 ") == 400


def test_a_body_without_end_takes_no_memory() -> None:
    """Twenty megabytes of it; what is read is thrown away once it was too much."""
    piece = b"%x\r\n%s\r\n" % (65536, b"x" * 65536)
    with served(Pace(head=0.5, body=0.5), *ROUTES) as port, connected(port) as made:
        tracemalloc.start()
        made.sendall(POST % PATH.encode()[1:] + b"Transfer-Encoding: chunked\r\n\r\n")
        sent, began = 0, monotonic()
        with suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
            while sent < 20_000_000 and monotonic() < began + PATIENCE:
                made.sendall(piece)
                sent += len(piece)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert sent > 2 * LONGEST
        assert peak < 4 * LONGEST


def test_it_takes_as_long_as_it_says() -> None:
    """Nobody on a slow line is cut off, and nothing is held for long."""
    assert 10 <= PACE.head <= 30
    assert 10 <= PACE.body <= 30
    assert PACE.body + LONGEST / PACE.rate < 300
