"""Slack's samples, changed at random a hundred thousand times: all are taken, none breaks in."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.slack.adapter import Slack
from adapters.slack.install import Install
from adapters.slack.known import Known
from bot.events import FormSubmitted, Happening, Unread
from bot.policy.casefile import Report
from bot.policy.reporting import Channel
from bot.port import Cursor
from bot.store import Store
from bot.store.codec import pack, unpack
from bot.words import Say
from tests.desk import Desk
from tests.needs import need, seed, share
from tests.slack.samples import BOT, BOT_ID, TEAM, mutated, samples

MUTATIONS = 100_000
SECRET = "s3cret"
NOW = datetime(2026, 3, 2, 1, 0, 5, tzinfo=UTC)


@dataclass
class Counted:
    """An inbox that counts, and sees to it that what it is given could be kept and read again."""

    taken: int = 0
    unread: int = 0
    cursors_moved: int = 0
    kinds: set[str] = field(default_factory=set)

    async def take(self, events: Sequence[Happening], cursor: Cursor | None = None) -> None:
        for each in events:
            assert unpack(pack(each)) == each
            self.kinds.add(type(each).__name__)
            self.unread += isinstance(each, Unread)
        self.taken += bool(events)
        self.cursors_moved += cursor is not None

    async def cursor(self, name: str) -> str | None:
        return None

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {}

    async def lease(self, name: str, holder: str = "") -> bool:
        return True

    def check(self, form: FormSubmitted) -> Mapping[str, Say]:
        return {}

    async def channel(self) -> Channel:
        return Channel(company="acme")

    async def report(self, report: Report) -> int:
        raise AssertionError("nobody reports anything here")

    async def awaits(self, account: object) -> bool:
        return False

    async def largest(self) -> int:
        return 1_000_000

    async def keep(self, file: Any) -> str:
        raise AssertionError("no file can be fetched here")


class NoFiles:
    async def read(self, id: str) -> bytes:
        raise LookupError(id)


def door() -> tuple[Slack, Counted]:
    install = Install(bot_token="xoxb-1", signing_secret=SECRET, api_url="http://127.0.0.1:9/")
    made = Slack([install], NoFiles(), lambda: NOW)
    inbox, each = Counted(), made.workspaces[0]
    each.calls.pace.tiers = 1e6  # nobody answers there, however seldom it is asked
    each.known.team, each.known.bot_user, each.known.bot_id = TEAM, BOT, BOT_ID
    each.inbox = inbox
    return made, inbox


def request(payload: Any, form: str) -> tuple[bytes, str]:
    text = json.dumps(payload)
    if form == "json":
        return text.encode(), "application/json"
    plain = payload if form == "fields" and isinstance(payload, dict) else {"payload": text}
    return urlencode(_writable(plain)).encode(), "application/x-www-form-urlencoded"


def _writable(fields: Mapping[Any, Any]) -> dict[str, str]:
    return {str(k): str(v).encode("utf-8", "replace").decode() for k, v in fields.items()}


async def post(app: Any, body: bytes, kind: str) -> int:
    stamp = str(int(NOW.timestamp()))
    made = hmac.new(SECRET.encode(), b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256)
    headers = {
        "content-type": kind,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={made.hexdigest()}",
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/slack/events",
        "headers": raw,
    }
    scope |= {"query_string": b"", "root_path": "", "http_version": "1.1", "scheme": "http"}
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


def form_of(name: str) -> str:
    if name == "SlashCommandPayload":
        return "fields"
    return "json" if not name.startswith(("Block", "View", "MessageShortcut")) else "payload"


@pytest.mark.thorough
def test_every_mutation_of_every_sample_is_taken_or_ignored_by_name() -> None:
    whole, chance = samples(need("shared")), Random(seed())
    made, inbox = door()
    names, count = sorted(whole), share(MUTATIONS)
    each, guard = made.workspaces[0], made.doors[0].app

    async def storm() -> None:
        for number in range(count):
            name = chance.choice(names)
            payload = mutated(whole[name], chance)
            before = _seen(made, inbox)
            status = await post(guard, *request(payload, form_of(name)))
            said = f"number {number} of seed {seed()}: {name} {json.dumps(payload)[:2000]}"
            assert status == 200, said
            assert _seen(made, inbox) > before, said
        await each.calls.close()

    asyncio.run(storm())
    assert inbox.taken > count / 4
    assert inbox.unread < count / 2
    assert {"MessagePosted", "MessageChanged", "AccountChanged", "Unread"} <= inbox.kinds
    assert each.inbox is inbox


def _seen(made: Slack, inbox: Counted) -> int:
    """How much was kept, noted, or ignored by name."""
    ignored = sum(sum(each.ignored.values()) for each in made.workspaces)
    foreign = sum(each.foreign for each in made.branches)
    return inbox.taken + inbox.cursors_moved + ignored + foreign


def test_what_is_taken_is_handled_without_parking_what_can_be_read(desk: Desk) -> None:
    """The engine, too, gets through whatever the door lets in; only the unread are parked."""
    whole, chance = samples(need("shared")), Random(seed())
    known, store = Known(team=TEAM, bot_user=BOT, bot_id=BOT_ID), desk.store
    from adapters.slack import inbound  # noqa: PLC0415
    from adapters.slack.messages import Ignored  # noqa: PLC0415
    from adapters.slack.slip import Unreadable  # noqa: PLC0415

    for number in range(share(4000)):
        name = chance.choice(sorted(whole))
        payload = mutated(whole[name], chance)
        if not isinstance(payload, dict):
            continue
        try:
            found = inbound.read(payload, known, NOW)
        except Unreadable:
            continue
        if not isinstance(found, Ignored):
            desk.take(*found)
        if number % 50 == 0:
            assert parked(store) == [], payload
    assert parked(store) == []


def parked(store: Store) -> list[str]:
    with store.reading() as tx:
        return [tx.journal.error(row).strip()[-300:] for row in tx.journal.parked()]
