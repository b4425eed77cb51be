"""A bare Bolt app that answers in direct messages and keeps nothing.

python -m bench.peers.bolt_side PORT API TOKEN SECRET
"""

import logging
import sys

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def app(api: str, token: str, secret: str) -> Starlette:
    quiet = logging.getLogger("bench.bolt")
    quiet.setLevel(logging.CRITICAL)
    client = AsyncWebClient(token, base_url=api)
    bolt = AsyncApp(logger=quiet, client=client, signing_secret=secret)

    @bolt.message("mine")
    async def mine(say: AsyncSay) -> None:
        await say("You owe nothing.")

    handler = AsyncSlackRequestHandler(bolt)

    async def take(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", take, methods=["POST"])])


def main() -> None:
    port, api, token, secret = sys.argv[1:]
    uvicorn.run(app(api, token, secret), port=int(port), log_level="critical", server_header=False)


if __name__ == "__main__":
    main()
