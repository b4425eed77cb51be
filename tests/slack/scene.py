"""A scene for the fake's own tests: Acme, three people, two channels, and an app of paper."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs

import httpx
from aiohttp import web

from tests.slack.fake import Channel, Company, FakeSlack, Person
from tests.slack.fake.wire import Json, unpack


@dataclass
class Heard:
    """One request of Slack's, as it arrived."""

    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Json:
        body: Json = unpack(self.raw)
        return body

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.raw.decode()).items()}

    @property
    def payload(self) -> Json:
        body: Json = unpack(self.form["payload"])
        return body


Answering = Callable[[Heard], web.Response | None]


@dataclass
class PaperApp:
    """Listens, writes down, and answers as it is told (200, where it is told nothing)."""

    heard: list[Heard] = field(default_factory=list)
    answers: list[Answering] = field(default_factory=list)  # one each, in turn
    always: Answering | None = None
    url: str = ""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(5)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        application = web.Application()
        application.router.add_post("/slack/events", self._hear)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        heard = Heard(dict(request.headers), await request.read())
        if b'"url_verification"' in heard.raw:
            return web.json_response({"challenge": heard.json["challenge"]})
        self.heard.append(heard)
        answering = self.answers.pop(0) if self.answers else self.always
        answer = await asyncio.to_thread(answering, heard) if answering else None
        return answer or web.Response()

    @property
    def events(self) -> list[Json]:
        return [x.json for x in self.heard if x.headers["Content-Type"] == "application/json"]


@dataclass
class Acme:
    slack: FakeSlack
    team: Company
    ann: Person
    bob: Person
    eve: Person
    sales: Channel
    board: Channel  # private, without the bot
    client: httpx.Client

    def call(self, method: str, **args: Any) -> Json:
        """One call of the Web API with a JSON body, or a form where it takes none."""
        return self.answer(method, **args).json()  # type: ignore[no-any-return]

    def answer(self, method: str, **args: Any) -> httpx.Response:
        return self.client.post(f"{self.slack.api_url}{method}", **self._body(method, args))

    def _body(self, method: str, args: Json) -> Json:
        token = args.pop("token", self.team.token)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method in FORMS:
            return {"data": args, "headers": headers}
        return {
            "json": args,
            "headers": headers | {"Content-Type": "application/json;charset=utf-8"},
        }


FORMS = frozenset(
    (
        *("bots.info", "chat.getPermalink", "conversations.info", "conversations.list"),
        *("conversations.members", "conversations.replies", "files.getUploadURLExternal"),
        *("files.info", "files.upload", "team.info", "usergroups.list", "usergroups.users.list"),
        *("users.conversations", "users.info", "users.list", "users.lookupByEmail"),
        *("users.profile.get",),
    )
)


@contextmanager
def acme(slack: FakeSlack | None = None) -> Iterator[Acme]:
    with slack or FakeSlack(seed=1) as opened, httpx.Client(verify=False) as client:
        team = opened.workspace("Acme")
        ann = team.person("Ann Baker", email="ann@acme.example")
        bob = team.person("Bob Carter", email="bob@acme.example", tz="Europe/London")
        eve = team.person("Eve Dunn", locale="zh-CN")
        sales = team.channel("sales", ann, bob)
        sales.invite_bot()
        board = team.channel("board", ann, private=True)
        yield Acme(opened, team, ann, bob, eve, sales, board, client)


def button(text: str, **more: Any) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, **more}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(*blocks: Json, **more: Any) -> Json:
    made = {"type": "modal", "title": plain("Form"), "submit": plain("Send")}
    return made | {"blocks": list(blocks)} | more


def asking(label: str, block_id: str, **element: Any) -> Json:
    inside = {"type": "plain_text_input", "action_id": "value"} | element
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": inside}
