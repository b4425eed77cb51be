"""The Slack of the npm package `emulate`, which others wrote: in a process of its own, over HTTP.

It has the Web API and posts signed events. Buttons, slash commands and forms filled in it has not.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from adapters.slack.scopes import SCOPES
from tests.slack.serving import silent_port

START = Path(__file__).with_name("start.mjs")
TOKEN, SECRET = "xoxb-duly", "8f742231b10e4a5c8888abcd99eeff85"
BOT, BOT_ID, APP = "U0DULY0001", "B0DULY0001", "A0DULY0001"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Emulated:
    url: str

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def call(self, method: str, token: str = TOKEN, **args: str) -> Json:
        """As somebody whose token it is. Raises AssertionError where it says no."""
        body = urlencode(args).encode()
        sign = {"Authorization": f"Bearer {token}"}
        answer: Json = _asked(Request(f"{self.api_url}{method}", body, sign, method="POST"))
        assert answer["ok"], (method, answer)
        return answer

    def deliver_to(self, address: str) -> None:
        _asked(Request(f"{self.url}/subscribe", address.encode(), method="POST"))

    def delivered(self) -> list[Json]:
        """Every event it posted, with the status it was answered by."""
        found: list[Json] = _asked(Request(f"{self.url}/delivered", b"", method="POST"))
        return found

    def channel(self, name: str) -> str:
        listed = self.call("conversations.list", limit="1000")["channels"]
        return str(next(each["id"] for each in listed if each["name"] == name))

    def member(self, name: str) -> str:
        listed = self.call("users.list", limit="1000")["members"]
        return str(next(each["id"] for each in listed if each["name"] == name))

    def chat(self, user: str) -> list[Json]:
        """What the bot and somebody said to each other, oldest first."""
        room = self.call("conversations.open", users=user)["channel"]["id"]
        found: list[Json] = self.call("conversations.history", channel=room)["messages"]
        return found[::-1]


def token_of(name: str) -> str:
    return f"xoxp-{name}"


@contextmanager
def emulated(installed: str, folder: Path, names: list[str]) -> Iterator[Emulated]:
    """`installed`: the folder with its node_modules. Everybody is in #sales, the bot is not yet."""
    port, seed = silent_port(), folder / "seed.json"
    seed.write_text(json.dumps(_seed(names)), encoding="utf-8")
    line = ["node", str(START), installed, str(port), str(seed)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n", process.stdout.read().decode()
            yield Emulated(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(10)


def _seed(names: list[str]) -> Json:
    """The app has the permissions that our manifest asks for, and no others."""
    scopes = [each.name for each in SCOPES]
    ours = {"user": BOT, "bot_id": BOT_ID, "bot_user_id": BOT, "app_id": APP, "scopes": scopes}
    people = [{"token": token_of(name), "type": "user", "user": name} for name in names]
    app = {"app_id": APP, "bot_id": BOT_ID, "bot_user_id": BOT, "name": "Duly", "scopes": scopes}
    app |= {"client_id": "1.2", "client_secret": "none", "redirect_uris": []}
    return {
        "team": {"name": "Acme", "domain": "acme"},
        "signing_secret": SECRET,
        "strict_scopes": True,
        "users": [{"name": name, "email": f"{name}@acme.example"} for name in names],
        "channels": [{"name": "sales"}],
        "oauth_apps": [app],
        "tokens": [{"token": TOKEN, "type": "bot", **ours}, *people],
    }


def _asked(request: Request) -> Any:
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)
