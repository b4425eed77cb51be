"""opsdroid 0.31 with its own connector for Slack (Events API), and a skill that answers.

    .venv-peers/bin/python -m bench.peers.opsdroid_side PORT API TOKEN

Runs where opsdroid is installed and Duly is not. All that is ours is the skill and the address.
"""

import asyncio
import gettext
import logging
import sys

from opsdroid.connector.slack import ConnectorSlack
from opsdroid.core import OpsDroid
from opsdroid.events import Message
from opsdroid.matchers import match_regex
from opsdroid.skill import Skill
from opsdroid.web import Web


class Owing(Skill):
    @match_regex("^mine$")
    async def mine(self, message: Message) -> None:
        await message.respond("You owe nothing.")


async def serve(port: int, api: str, token: str) -> None:
    with OpsDroid(config={"web": {"host": "127.0.0.1", "port": port}}) as bot:
        bot.eventloop = asyncio.get_running_loop()
        bot.web_server = Web(bot)
        slack = ConnectorSlack(
            {"name": "slack", "bot-token": token, "socket-mode": False}, opsdroid=bot
        )
        slack.slack_web_client.base_url = api
        slack.slack_web_client.ssl = None
        bot.connectors = [slack]
        bot.register_skill(Owing(bot, {"name": "owing"}).mine, {"name": "owing"})
        await slack.connect()
        await bot.web_server.start()
        await asyncio.Event().wait()


def main() -> None:
    logging.disable(logging.CRITICAL)
    gettext.install("opsdroid")  # its own start does that
    port, api, token = sys.argv[1:]
    asyncio.run(serve(int(port), api, token))


if __name__ == "__main__":
    main()
