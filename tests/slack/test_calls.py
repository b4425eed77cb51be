"""What Slack's refusals mean for what was to be sent, and files that cannot be fetched."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest
from aiohttp import web

from adapters.slack import bringing
from adapters.slack.bringing import bring
from adapters.slack.calls import Calls, Refused
from bot.clock import Clock
from bot.events import Account, FormSubmitted, Place, Platform
from bot.inbox import JournalInbox
from bot.port import TryLater
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import in_memory

SLACK = Platform("slack")
FORM = FormSubmitted(
    key="slack/T1/view/V1",
    at=datetime(2026, 3, 2, tzinfo=UTC),
    actor=Account(SLACK, "T1", "U1"),
    place=Place(SLACK, "T1", "C1"),
    form="request",
    fields=(("files", ""),),
)


@asynccontextmanager
async def refusing(word: str) -> AsyncIterator[Calls]:
    """Slack at the other end of a real socket, with this word for everything."""

    async def no(request: web.Request) -> web.Response:  # noqa: ARG001
        return web.json_response({"ok": False, "error": word})

    application = web.Application()
    application.router.add_post("/{method}", no)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    calls = Calls("xoxb-1", f"http://127.0.0.1:{runner.addresses[0][1]}/")
    try:
        yield calls
    finally:
        await calls.close()
        await runner.cleanup()


@pytest.mark.parametrize(
    "word",
    [
        *("ratelimited", "rate_limited", "message_limit_exceeded"),
        *("team_added_to_org", "external_channel_migrating", "accesslimited"),
    ],
)
def test_what_slack_refuses_for_now_is_tried_again(word: str) -> None:
    async def scene() -> None:
        async with refusing(word) as calls:
            with pytest.raises(TryLater):
                await calls.send("chat.postMessage", {"channel": "C1", "text": "hello"})

    asyncio.run(scene())


def test_what_slack_refuses_for_good_is_not() -> None:
    async def scene() -> None:
        async with refusing("is_archived") as calls:
            with pytest.raises(Refused):
                await calls.send("chat.postMessage", {"channel": "C1", "text": "hello"})

    asyncio.run(scene())


class Slow(JournalInbox):
    """A store that takes its time."""

    async def largest(self) -> int:
        await asyncio.sleep(60)
        return 0


@pytest.mark.parametrize("file", [{"id": "F1", "name": "price.pdf"}, {"name": "price.pdf"}])
def test_a_file_that_cannot_be_kept_in_time_is_said_beside_its_field(
    file: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "SPAN", 0.05)
    inbox = Slow(_store(), lambda form: {})

    form, errors = asyncio.run(bring(inbox, Calls("", ""), FORM, [("files", [file])]))
    assert (form, list(errors)) == (FORM, ["files"])


def test_a_file_of_no_id_is_said_beside_its_field() -> None:
    inbox = JournalInbox(_store(), lambda form: {})

    _, errors = asyncio.run(bring(inbox, Calls("", ""), FORM, [("files", [{"name": "odd"}])]))
    assert list(errors) == ["files"]


def _store() -> Store:
    store = Store(in_memory(), "acme", Seal(bytes(32), Random(1).randbytes), Clock())
    with store.transaction() as tx:
        tx.policies.adopt("")
    return store
