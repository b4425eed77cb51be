"""Socket Mode of the fake, with the SDK's own client at the other end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import Channel, Company, FakeSlack, HandClock, Person, Route
from tests.slack.fake.wire import Json, pack, unpack
from tests.slack.scene import asking, modal

pytestmark = pytest.mark.thorough


class Office:
    """A fake in the running loop, told over sockets, with Ann in #sales."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.team: Company = slack.workspace("Acme")
        self.ann: Person = self.team.person("Ann Baker")
        self.sales: Channel = self.team.channel("sales", self.ann)
        self.sales.invite_bot()
        slack.sockets()

    async def url(self, session: aiohttp.ClientSession) -> str:
        headers = {"Authorization": f"Bearer {self.slack.app_token}"}
        where = f"{self.slack.api_url}apps.connections.open"
        async with session.post(where, headers=headers) as response:
            return str((await response.json())["url"])


@asynccontextmanager
async def office(slack: FakeSlack | None = None) -> AsyncIterator[Office]:
    async with slack or FakeSlack(seed=2) as opened:
        yield Office(opened)


def test_the_sdk_connects_hears_and_acknowledges() -> None:
    heard: list[SocketModeRequest] = []

    async def hear(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    async def scene() -> None:
        async with office() as here:
            web = AsyncWebClient(base_url=here.slack.api_url)
            client = SocketModeClient(app_token=here.slack.app_token, web_client=web)
            client.socket_mode_request_listeners.append(hear)
            await client.connect()  # type: ignore[no-untyped-call]
            here.ann.say(here.sales, "hello")
            here.ann.command(here.sales, "/duly mine")
            await here.slack.settled()
            assert len(here.slack.acknowledged()) == 1
            await client.close()  # type: ignore[no-untyped-call]

    asyncio.run(scene())

    assert [each.type for each in heard] == ["events_api", "slash_commands"]
    assert heard[0].payload["event"]["text"] == "hello"
    assert heard[0].retry_attempt == 0
    assert [each.accepts_response_payload for each in heard] == [False, True]


def test_an_app_of_bolt_answers_forms_over_its_socket() -> None:
    async def scene() -> None:
        async with office() as here:
            client = AsyncWebClient(token=here.team.token, base_url=here.slack.api_url)
            app = AsyncApp(client=client, signing_secret=here.slack.signing_secret)
            opener = AsyncWebClient(base_url=here.slack.api_url)

            @app.command("/duly")
            async def command(ack, body) -> None:  # type: ignore[no-untyped-def]
                view = modal(asking("Why", "why"), callback_id="why")
                await client.views_open(trigger_id=body["trigger_id"], view=view)
                await ack()

            @app.view("why")
            async def view(ack) -> None:  # type: ignore[no-untyped-def]
                await ack(response_action="errors", errors={"why": "Say more."})

            handler = AsyncSocketModeHandler(
                app, here.slack.app_token, web_client=opener, ping_interval=1
            )
            await handler.connect_async()  # type: ignore[no-untyped-call]
            here.ann.command(here.sales, "/duly mine")
            await here.slack.settled()
            here.ann.submit(why="Late")
            await here.slack.settled()
            assert here.ann.modal is not None
            assert here.ann.modal.errors == {"why": "Say more."}
            await handler.close_async()  # type: ignore[no-untyped-call]

    asyncio.run(scene())


async def receive(socket: aiohttp.ClientWebSocketResponse) -> Json:
    said: Json = unpack(await socket.receive_str(timeout=5))
    return said


def test_an_address_works_once_and_says_hello() -> None:
    async def scene() -> None:
        async with office() as here, aiohttp.ClientSession() as session:
            url = await here.url(session)
            async with session.ws_connect(url) as socket:
                hello = await receive(socket)
                assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(url)
            assert here.slack.refusals[-1].error == "invalid_ticket"

    asyncio.run(scene())


def test_only_the_app_level_token_opens_connections() -> None:
    async def scene() -> list[str]:
        async with office() as here, aiohttp.ClientSession() as session:
            errors = []
            for token in (here.team.token, "xapp-1-wrong"):
                where = f"{here.slack.api_url}apps.connections.open"
                headers = {"Authorization": f"Bearer {token}"}
                async with session.post(where, headers=headers) as response:
                    errors.append((await response.json())["error"])
            return errors

    assert asyncio.run(scene()) == ["not_allowed_token_type", "invalid_auth"]


def test_what_is_not_acknowledged_in_time_comes_again_with_a_number() -> None:
    async def scene() -> list[tuple[int, str]]:
        slack = FakeSlack(seed=2, route=Route(patience=0.05))
        async with office(slack) as here, aiohttp.ClientSession() as session:
            async with session.ws_connect(await here.url(session)) as socket:
                await receive(socket)
                here.ann.say(here.sales, "hello")
                told = [await receive(socket) for _ in range(2)]
                await socket.send_str(pack({"envelope_id": told[1]["envelope_id"]}))
                await here.slack.settled()
                assert len({each["payload"]["event_id"] for each in told}) == 1
                assert len(here.slack.acknowledged()) == 1
            return [(each["retry_attempt"], each["retry_reason"]) for each in told]

    assert asyncio.run(scene()) == [(0, ""), (1, "timeout")]


def test_each_envelope_goes_to_one_of_the_connections() -> None:
    async def scene() -> list[int]:
        async with office() as here, aiohttp.ClientSession() as session:
            counts = [0, 0, 0]

            async def listen(number: int) -> None:
                async with session.ws_connect(await here.url(session)) as socket:
                    await receive(socket)
                    while True:
                        said = await receive(socket)
                        counts[number] += 1
                        await socket.send_str(pack({"envelope_id": said["envelope_id"]}))

            tasks = [asyncio.create_task(listen(number)) for number in range(3)]
            await here.slack.awaited(lambda: len(here.slack.connections.live()) == 3)
            for number in range(30):
                here.ann.say(here.sales, f"number {number}")
            await here.slack.settled()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return counts

    counts = asyncio.run(scene())

    assert sum(counts) == 30
    assert min(counts) > 0


def test_an_eleventh_connection_is_turned_away() -> None:
    async def scene() -> Json:
        async with office() as here, aiohttp.ClientSession() as session:
            sockets = []
            for _ in range(10):
                sockets.append(await session.ws_connect(await here.url(session)))
                await receive(sockets[-1])
            async with session.ws_connect(await here.url(session)) as late:
                said = await receive(late)
            for each in sockets:
                await each.close()
            return said

    assert asyncio.run(scene()) == {"type": "disconnect", "reason": "too_many_websockets"}


def test_slack_asks_to_reconnect_and_the_sdk_does() -> None:
    async def scene() -> None:
        async with office() as here:
            web = AsyncWebClient(base_url=here.slack.api_url)
            client = SocketModeClient(app_token=here.slack.app_token, web_client=web)
            await client.connect()  # type: ignore[no-untyped-call]
            await here.slack.connections.dismiss()
            await here.slack.awaited(lambda: here.slack.connections.opened == 2)
            await client.close()  # type: ignore[no-untyped-call]

    asyncio.run(scene())


def test_while_nobody_is_connected_events_wait_for_their_retries() -> None:
    clock = HandClock()

    async def scene() -> str:
        slack = FakeSlack(seed=2, clock=clock)
        async with office(slack) as here, aiohttp.ClientSession() as session:
            here.ann.say(here.sales, "hello")
            await here.slack.settled()
            async with session.ws_connect(await here.url(session)) as socket:
                await receive(socket)
                clock.move(60)
                said = await receive(socket)
                await socket.send_str(pack({"envelope_id": said["envelope_id"]}))
                await here.slack.settled()
                assert len(here.slack.acknowledged()) == 1
            return str(said["retry_reason"])

    assert asyncio.run(scene()) == "connection_failed"


def test_a_cut_connection_loses_nothing() -> None:
    async def scene() -> None:
        async with office() as here, aiohttp.ClientSession() as session:
            first = await session.ws_connect(await here.url(session))
            await receive(first)
            here.ann.say(here.sales, "hello")
            await receive(first)
            here.slack.connections.cut()
            async with session.ws_connect(await here.url(session)) as second:
                await receive(second)
                said = await receive(second)
                await second.send_str(pack({"envelope_id": said["envelope_id"]}))
                await here.slack.settled()
                assert len(here.slack.acknowledged()) == 1
            await first.close()

    asyncio.run(scene())
