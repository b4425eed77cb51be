"""No word of a platform or of people makes Duly call another machine than the platform's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from adapters.matrix.calls import Calls as MatrixCalls
from adapters.matrix.wire import Wire
from adapters.slack.calls import Calls
from bot.port import Doubtful, TryLater, Undeliverable

STRANGE = (  # {port}: where somebody on this machine listens and counts
    *("http://127.0.0.1:{port}/a", "http://[::1]:{port}/a", "http://localhost:{port}/a"),
    *("http://0.0.0.0:{port}/", "http://2130706433:{port}/", "http://0x7f.1:{port}/"),
    *("http://127.0.0.1:{port}\\@slack.com/", "http://slack.com@127.0.0.1:{port}/"),
    *("http://127.0.0.1:{port}/?.slack.com", "http://127.0.0.1:{port}#.slack.com"),
    *("http://slack.com.127.0.0.1.nip.io:{port}/", "//127.0.0.1:{port}/", "http:127.0.0.1:{port}"),
    *("http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "file:///etc/passwd"),
    *("https://evilslack.com/", "https://slack.com.evil.example/", "https://slack.com:x/"),
    *("gopher://127.0.0.1:{port}/", "https://[::1", "https://a\u2100b.slack.com/", "", "x", "\x00"),
    *(
        "https://slack.com／@127.0.0.1:{port}/",
        "HTTP://127.0.0.1:{port}/",
        " http://127.0.0.1:{port}",
    ),
)
THEIRS = ("https://hooks.slack.com/a", "https://slack.com/api/x", "https://files.slack.com/x")


class Listener:
    """Counts whoever calls."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.port = 0

    async def hear(self, request: web.Request) -> web.Response:
        self.hits.append(f"{request.method} {request.path} {dict(request.headers)}")
        return web.Response(text="secret")


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """On both addresses of this machine, and on whatever else leads here."""
    made, application = Listener(), web.Application()
    application.router.add_route("*", "/{path:.*}", made.hear)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "0.0.0.0", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    with suppress(OSError):  # a machine without IPv6
        await web.TCPSite(runner, "::1", made.port).start()
    try:
        yield made
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("url", STRANGE)
def test_no_address_in_a_payload_is_called_that_is_not_slacks(url: str) -> None:
    """As the address for answers, of a file to fetch, and of where a file is to be put."""

    async def scene() -> None:
        async with listening() as heard:
            calls, there = (
                Calls("xoxb-canary", "https://slack.com/api/"),
                url.format(port=heard.port),
            )
            assert not calls.ours(there)
            assert await calls.post(there, {"text": "x"}) is False
            with pytest.raises(Undeliverable):
                await calls.fetch(there, 100)
            with pytest.raises(Undeliverable):
                await calls.put(there, b"x")
            await calls.close()
            assert heard.hits == []

    asyncio.run(scene())


@pytest.mark.parametrize("url", THEIRS)
def test_slacks_own_addresses_are_called(url: str) -> None:
    assert Calls("xoxb-1", "https://slack.com/api/").ours(url)


@asynccontextmanager
async def leading_to(there: str, status: int) -> AsyncIterator[str]:
    """A platform that sends whoever calls it somewhere else."""

    async def away(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, headers={"Location": there})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", away)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


Step = Callable[[str], Awaitable[object]]


async def led(step: Step, status: int) -> list[str]:
    """Who was called besides the platform."""
    async with listening() as heard:
        address = f"http://127.0.0.1:{heard.port}/elsewhere"
        async with leading_to(address, status) as platform:
            with suppress(Doubtful, TryLater, Undeliverable):
                await step(platform)
        return heard.hits


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_platform_that_sends_us_elsewhere_is_not_followed(status: int) -> None:
    async def slack(platform: str, how: str) -> None:
        calls = Calls("xoxb-canary", platform)
        try:
            match how:
                case "send":
                    await calls.send("chat.postMessage", {"channel": "C1", "text": "words"})
                case "read":
                    await calls._read("users.info", {"user": "U1"})  # once: no waiting
                case "post":
                    assert await calls.post(f"{platform}answer", {"text": "words"}) is False
                case "put":
                    await calls.put(f"{platform}file", b"words")
                case _:
                    await calls.fetch(f"{platform}file", 100)
        finally:
            await calls.close()

    async def matrix(platform: str) -> None:
        wire = Wire(platform.rstrip("/"), "syt_canary")
        try:
            await wire.ask("POST", "/_matrix/client/v3/login", {"a": "b"})
            await MatrixCalls(wire).fetch("mxc://corp.example/abc", 100)
        finally:
            await wire.close()

    async def scene() -> None:
        for how in ("send", "read", "post", "put", "fetch"):
            assert await led(lambda to, how=how: slack(to, how), status) == [], how  # type: ignore[misc]
        assert await led(matrix, status) == []

    asyncio.run(scene())


@pytest.mark.parametrize(
    "mxc",
    [
        *("http://127.0.0.1/x", "mxc://../x", "mxc://corp/..", "mxc://corp/../../login", "mxc://"),
        *("mxc:///x", "mxc://corp", "mxc://corp/a/b", "https://corp/x"),
    ],
)
def test_a_file_of_matrix_is_a_file_of_matrix(mxc: str) -> None:
    async def scene() -> None:
        async with listening() as heard:
            wire = Wire(f"http://127.0.0.1:{heard.port}", "syt_canary")
            with pytest.raises(Undeliverable):
                await MatrixCalls(wire).fetch(mxc, 100)
            await wire.close()
            assert heard.hits == []

    asyncio.run(scene())


def test_the_listener_hears_who_does_call() -> None:
    """That this page can fail."""

    async def scene() -> None:
        async with listening() as heard:
            calls = Calls("xoxb-canary", f"http://127.0.0.1:{heard.port}/")
            assert await calls.fetch(f"http://127.0.0.1:{heard.port}/x", 100) == b"secret"
            await calls.close()
            assert len(heard.hits) == 1

    asyncio.run(scene())
