"""Errbot 6.2 and a plugin that answers, on Slack.

    .venv-peers/bin/python -m bench.peers.errbot_side PORT API TOKEN SECRET

Runs where Errbot is installed and Duly is not. Its backend for Slack is not on the package index:
what that one does with an event and with an answer is done here with the same slack_sdk, in
Errbot's own pool of threads, on the backend that Errbot ships for tests.
"""

import logging
import sys
import tempfile
from pathlib import Path
from types import MethodType

from aiohttp import web
from errbot.backends.base import Message
from errbot.backends.test import TestBot, TestPerson
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

PLUGIN = """[Core]
Name = Owing
Module = owing
[Python]
Version = 3
"""
CODE = """from errbot import BotPlugin, botcmd


class Owing(BotPlugin):
    @botcmd
    def mine(self, msg, args):
        return "You owe nothing."
"""


def started(folder: Path, api: str, token: str) -> TestBot:
    (folder / "owing.plug").write_text(PLUGIN, encoding="utf-8")
    (folder / "owing.py").write_text(CODE, encoding="utf-8")
    made = TestBot(extra_plugin_dir=str(folder), loglevel=logging.CRITICAL)
    made.start()
    client = WebClient(token, base_url=api)

    def reply(_: object, asked: Message, text: str, **_more: object) -> Message:
        answer = Message(text)
        answer.to = asked.frm
        return answer

    def send(_: object, answer: Message) -> None:
        client.chat_postMessage(channel=answer.to.client, text=answer.body)

    made.bot.build_reply = MethodType(reply, made.bot)
    made.bot.send_message = MethodType(send, made.bot)
    return made


def door(made: TestBot, secret: str) -> web.Application:
    verifier = SignatureVerifier(secret)

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        if not verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        event = (await request.json())["event"]
        asked = Message(f"!{event['text']}")
        asked.frm = TestPerson(event["user"], client=event["channel"])
        asked.to = made.bot.bot_identifier
        made.bot.callback_message(asked)
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", take)
    return app


def main() -> None:
    logging.disable(logging.CRITICAL)
    port, api, token, secret = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        made = started(Path(folder), api, token)
        web.run_app(door(made, secret), host="127.0.0.1", port=int(port), print=None)


if __name__ == "__main__":
    main()
