"""Socket Mode: two lines to Slack at a time, so that one listens while the other is renewed."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.branch import Branch, Given
from bot.clock import fault_point

LINES = 2
PING = 5  # seconds
GOODBYE = 1.0  # seconds
LOOK = 1.0  # seconds between two looks whether any line is up

log = logging.getLogger(__name__)


class Sockets:
    def __init__(
        self, branch: Branch, app_token: str, url: str, now: Callable[[], datetime]
    ) -> None:
        self._branch, self._app_token, self._url, self._now = branch, app_token, url, now

    async def run(self) -> None:
        """Until cancelled. What is said while no line is up is filled from history afterwards."""
        lines = [self._line() for _ in range(LINES)]
        dialling = [asyncio.create_task(_dialled(each)) for each in lines]
        try:
            await self._watch(lines)
        finally:
            for task in dialling:
                task.cancel()
            await asyncio.gather(*map(_closed, lines))

    def _line(self) -> SocketModeClient:
        quiet = logging.getLogger("duly.slack.socket")
        quiet.setLevel(logging.CRITICAL)  # its words could be people's; we say what went wrong
        web = AsyncWebClient(base_url=self._url, retry_handlers=[], logger=quiet)
        line = SocketModeClient(
            app_token=self._app_token, logger=quiet, web_client=web, ping_interval=PING
        )
        line.socket_mode_request_listeners.append(self._taken)
        return line

    async def _taken(self, line: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """No acknowledgement for what was not kept: Slack sends it again."""
        payload = request.payload if isinstance(request.payload, dict) else {}
        try:
            _, answer = await self._branch.take(Given(payload, b"", _headers(request), socket=True))
        except Exception as error:
            log.error("slack's message was not kept: %s", type(error).__name__)
            return
        response = SocketModeResponse(request.envelope_id, dict(answer) if answer else None)
        fault_point("what slack told is acknowledged")
        await line.send_socket_mode_response(response)

    async def _watch(self, lines: list[SocketModeClient]) -> None:
        since: datetime | None = self._now()
        told = False
        while True:
            await asyncio.sleep(LOOK)
            if any([await each.is_connected() for each in lines]):
                if since is not None and told:
                    log.warning("slack is listened to again")
                    for each in self._branch.workspaces:
                        await each.missed(since)
                self._deaf(now=False)
                since, told = None, False
                continue
            since = since or self._now()
            if not told and (self._now() - since).total_seconds() > LOOK:
                log.warning("no line to slack is up")
                told = True
                self._deaf(now=True)

    def _deaf(self, *, now: bool) -> None:
        """Should we stop before a line is up again, it all counts as missed."""
        for each in self._branch.workspaces:
            each.deaf = now


def _headers(request: SocketModeRequest) -> dict[str, str]:
    if not request.retry_attempt:
        return {}
    return {"x-slack-retry-num": str(request.retry_attempt)}


async def _dialled(line: SocketModeClient) -> None:
    fault_point("a line to slack is opened")
    await line.connect()  # type: ignore[no-untyped-call]


async def _closed(line: SocketModeClient) -> None:
    """A line that does not say goodbye is dropped."""
    line.closed = True
    try:
        async with asyncio.timeout(GOODBYE):
            await line.close()  # type: ignore[no-untyped-call]
    except Exception as error:  # it is on its way out
        log.info("a line to slack ended badly: %s", type(error).__name__)
    for task in (line.message_processor, line.message_receiver, line.current_session_monitor):
        if task is not None:
            task.cancel()
    await line.aiohttp_client_session.close()
