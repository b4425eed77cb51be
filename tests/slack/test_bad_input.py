"""What comes to the door and is no honest message of Slack's: refused, or kept once, and silent."""

import hashlib
import hmac
import json
import logging
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from bot.events import Happening, MessagePosted
from bot.port import Cursor
from bot.store.schema import journal, outbox
from tests.slack.fake.wire import Json
from tests.slack.house import PATIENCE, House, house

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass
class Door:
    """Duly's address for Slack, knocked at directly."""

    home: House
    client: httpx.Client

    @property
    def url(self) -> str:
        return self.home.slack.route.url

    def signature(
        self, body: bytes, *, at: float | None = None, secret: str = ""
    ) -> dict[str, str]:
        stamp = str(int(self.home.clock.now() if at is None else at))
        key = (secret or self.home.slack.signing_secret).encode()
        made = hmac.new(key, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}

    def post(
        self, body: bytes | Json, kind: str = JSON, signed: Mapping[str, str] | None = None
    ) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": kind, **(self.signature(raw) if signed is None else signed)}
        return self.client.post(self.url, content=raw, headers=headers)

    def event(self, said: str, **fields: Any) -> Json:
        home = self.home
        with home.slack.world.turn:
            ts = home.slack.world.ids.ts()
            id = home.slack.world.ids.new("Ev")
        inner = {
            **{"type": "message", "channel": home.sales.id, "channel_type": "channel"},
            **{"user": home.ann.id, "text": said, "ts": ts, "event_ts": ts, **fields},
        }
        team = home.company.id
        return {"type": "event_callback", "team_id": team, "event_id": id, "event": inner}

    def command(self, text: str, **more: str) -> dict[str, str]:
        with self.home.slack.world.turn:
            trigger = self.home.slack.world.trigger(self.home.ann, self.home.company)
        return {
            **{"command": "/duly", "text": text, "team_id": self.home.company.id},
            **{"user_id": self.home.ann.id, "channel_id": self.home.sales.id},
            **{"trigger_id": trigger.id, **more},
        }

    def kept(self) -> list[Happening]:
        """Everything that is in the journal."""
        with self.home.store.reading() as tx:
            return [tx.journal.read(row) for row in tx.journal.rows.all(journal)]

    def said(self) -> list[str]:
        return [each.text for each in self.kept() if isinstance(each, MessagePosted)]

    def parked(self) -> list[str]:
        """Bodies of what nobody could read."""
        with self.home.store.reading() as tx:
            return [tx.journal.read(row).payload for row in tx.journal.parked()]  # type: ignore[union-attr]


@pytest.fixture
def door() -> Iterator[Door]:
    with house() as home, httpx.Client(timeout=PATIENCE) as client:
        yield Door(home, client)


# --- who is not Slack --------------------------------------------------------------------------


def test_what_slack_did_not_sign_now_is_refused_and_nothing_of_it_kept(door: Door) -> None:
    body = json.dumps(door.event("forged")).encode()
    now, good = door.home.clock.now(), door.signature(body)
    for signed in (
        {},
        door.signature(body, secret="0" * 32),
        door.signature(body, at=now - 301),
        door.signature(body, at=now + 301),
        door.signature(body + b" "),
        good | {"X-Slack-Request-Timestamp": str(int(now) + 1)},
        good | {"X-Slack-Request-Timestamp": "1e9"},
        good | {"X-Slack-Request-Timestamp": "²"},
        good | {"X-Slack-Request-Timestamp": "9" * 5000},
        good | {"X-Slack-Signature": good["X-Slack-Signature"].removeprefix("v0=")},
        good | {"X-Slack-Signature": "v0=ä"},
        {"X-Slack-Signature": good["X-Slack-Signature"]},
    ):
        headers: dict[str, Any] = {name: value.encode() for name, value in signed.items()}
        answer = door.client.post(
            door.url, content=body, headers={"Content-Type": b"application/json", **headers}
        )
        assert answer.status_code == 401
        assert "forged" not in answer.text

    door.home.settle()
    assert door.said() == []
    assert door.parked() == []


@pytest.mark.parametrize("apart", [-299, 0, 299])
def test_clocks_may_differ_by_less_than_five_minutes(door: Door, apart: int) -> None:
    body = json.dumps(door.event("honest")).encode()
    answer = door.post(body, signed=door.signature(body, at=door.home.clock.now() + apart))
    assert (answer.status_code, door.said()) == (200, ["honest"])


def test_only_posts_are_answered(door: Door) -> None:
    assert door.client.get(door.url).status_code == 405
    assert door.client.head(door.url).status_code == 405
    assert door.client.request("OPTIONS", door.url).status_code == 405
    assert door.client.put(door.url, content=b"{}").status_code == 405


def test_the_challenge_is_answered_only_to_who_signed_it(door: Door) -> None:
    asked = {"type": "url_verification", "challenge": "c4llenge", "token": "old"}
    assert door.post(asked).json() == {"challenge": "c4llenge"}
    refused = door.post(asked, signed={})
    assert refused.status_code == 401
    assert "c4llenge" not in refused.text
    odd = door.post({"type": "url_verification", "challenge": {"a": [1]}})
    assert odd.status_code < 500


def test_the_check_of_the_certificate_is_answered_and_not_kept(door: Door) -> None:
    body = urlencode({"ssl_check": "1", "token": "old"}).encode()
    before = len(door.kept())
    assert door.post(body, FORM).status_code == 200
    assert len(door.kept()) == before


# --- too much ------------------------------------------------------------------------------------


def raw(url: str, head: bytes, parts: Iterator[bytes]) -> tuple[bytes, int]:
    """What is answered, and how many bytes of the body could be sent until then."""
    there = httpx.URL(url)
    sent = 0
    with socket.create_connection((there.host, there.port or 80), timeout=10) as line:
        line.sendall(head)
        try:
            for part in parts:
                line.sendall(part)
                sent += len(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        line.settimeout(10)
        try:
            return line.recv(4096), sent
        except ConnectionResetError:
            return b"", sent


def test_a_body_of_five_megabytes_is_refused_before_it_is_sent(door: Door) -> None:
    host = httpx.URL(door.url).netloc
    head = b"POST /slack/events HTTP/1.1\r\nHost: %s\r\nContent-Length: 5242880\r\n\r\n" % host

    answer, sent = raw(door.url, head, iter(()))

    assert answer.startswith(b"HTTP/1.1 413")
    assert sent == 0


def test_a_body_of_no_declared_length_is_refused_where_it_becomes_too_long(door: Door) -> None:
    host = httpx.URL(door.url).netloc
    head = b"POST /slack/events HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % host
    part = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    answer, _ = raw(door.url, head, (part for _ in range(17)))

    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_of_no_declared_length_is_read_where_it_is_short(door: Door) -> None:
    body = json.dumps(door.event("in pieces")).encode()
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    headers = {"Content-Type": JSON, **door.signature(body)}
    assert door.client.post(door.url, content=pieces, headers=headers).status_code == 200
    assert door.said() == ["in pieces"]


def test_who_hangs_up_in_the_middle_does_no_harm(door: Door) -> None:
    there = httpx.URL(door.url)
    head = b"POST /slack/events HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{" % there.netloc
    for _ in range(5):
        with socket.create_connection((there.host, there.port or 80), timeout=10) as line:
            line.sendall(head)
    assert door.post(door.event("after that")).status_code == 200


# --- signed, and odd -----------------------------------------------------------------------------

ODD: dict[str, bytes] = {
    "not JSON": b'{"type": "event_callback", "event": canary',
    "not UTF-8": b'{"type": "event_callback", "event": "\xff\xfe canary"',
    "a list": b'["canary"]',
    "a number": b"471147114711",
    "a word": b'"canary"',
    "null": b"null",
    "nothing": b"",
    "NaN": b'{"type": NaN, "canary": Infinity}',
    "deep": b'{"type": "event_callback", "event": ' + b"[" * 200_000,
    "deep and whole": b'{"canary": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a long number": b'{"type": "event_callback", "event": {"n": ' + b"9" * 10_000 + b"}}",
    "half a character": b'{"type": "canary \\ud800", "x": "\\udfff"}',
    "a null character": b'{"type": "canary \\u0000"}',
}


@pytest.mark.parametrize("kind", [JSON, FORM, "text/plain", ""])
@pytest.mark.parametrize("name", ODD)
def test_what_is_signed_and_cannot_be_read_is_kept_as_it_came(
    odd_door: Door, name: str, kind: str
) -> None:
    before = len(odd_door.parked())

    answer = odd_door.post(ODD[name], kind)

    assert answer.status_code == 200
    assert odd_door.post(ODD[name], kind).status_code == 200, "again"
    odd_door.home.settle()
    assert len(odd_door.parked()) - before <= 1, "the same is kept once"
    assert odd_door.post(odd_door.event("it goes on")).status_code == 200


@pytest.fixture(scope="module")
def odd_door() -> Iterator[Door]:
    """One for all that is odd: whatever came before must not matter."""
    with house(seed=2) as home, httpx.Client(timeout=PATIENCE) as client:
        yield Door(home, client)


EVENTS: dict[str, Json] = {
    "an unknown outer type": {"type": "hologram"},
    "no type": {"event": {"type": "message"}},
    "a type that is a list": {"type": ["event_callback"]},
    "an event that is a list": {"type": "event_callback", "event_id": "Ev9L", "event": []},
    "an event of no type": {"type": "event_callback", "event_id": "Ev9N", "event": {"a": 1}},
    "a press of nobody": {"type": "block_actions", "actions": [{"action_id": "press/0"}]},
    "a view of nobody": {"type": "view_submission", "view": {"callback_id": "form"}},
    "a shortcut of no name": {"type": "message_action", "user": {"id": "U1"}},
    "a view that is text": {"type": "view_submission", "user": "U1", "view": "V1"},
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_envelope_of_another_kind_is_kept_once_or_ignored(odd_door: Door, name: str) -> None:
    whole = {"team_id": odd_door.home.company.id, **EVENTS[name]}
    before = len(odd_door.parked())

    for _ in range(3):
        assert odd_door.post(whole).status_code == 200
    odd_door.home.settle()

    assert len(odd_door.parked()) - before <= 1


@pytest.mark.parametrize(
    "fields",
    [
        {"user": None},
        {"user": 7},
        {"user": "<b>"},
        {"channel": None},
        {"ts": "yesterday"},
        {"ts": "9999999999.999999"},
        {"ts": "0.0"},
        {"text": None},
        {"text": {"a": "b"}},
        {"thread_ts": "x" * 9000},
        {"blocks": "no list"},
        {"files": [None, 7, {"id": []}]},
        {"attachments": [[[]]]},
        {"edited": 7, "subtype": "message_changed", "message": []},
        {"subtype": "message_deleted"},
        {"subtype": "hologram"},
    ],
    ids=str,
)
def test_a_message_with_odd_fields_does_no_harm(odd_door: Door, fields: Json) -> None:
    whole = odd_door.event("odd", **fields)
    assert odd_door.post(whole).status_code == 200
    odd_door.home.settle()
    assert odd_door.post(odd_door.event("it goes on")).status_code == 200


def test_what_is_of_another_workspace_is_not_kept(door: Door) -> None:
    before = len(door.kept())
    for team in ("T0ELSEWHERE", "", "../..", "T" * 9000):
        whole = door.event("of others", team=team) | {"team_id": team or "T0"}
        assert door.post(whole).status_code == 200
    command = door.command("mine") | {"team_id": "T0ELSEWHERE"}
    assert door.post(urlencode(command).encode(), FORM).status_code == 200
    assert len(door.kept()) == before


def test_a_form_with_two_payloads_is_one_of_them_and_no_more(door: Door) -> None:
    one = json.dumps(door.event("the first"))
    two = json.dumps(door.event("the second"))
    body = urlencode([("payload", one), ("payload", two)]).encode()
    assert door.post(body, FORM).status_code == 200
    assert len(door.said()) == 1


def test_a_form_of_ten_thousand_fields_is_not_taken_apart(door: Door) -> None:
    body = "&".join(f"f{number}=x" for number in range(10_000)).encode()
    started = time.monotonic()
    assert door.post(body, FORM).status_code == 200
    assert time.monotonic() - started < 5


# --- again and again -----------------------------------------------------------------------------


def whispers(door: Door) -> int:
    return len([each for each in door.home.ann.sees if each.kind == "ephemeral"])


def test_the_same_bytes_a_hundred_times_at_once_are_one_message_and_one_command(
    door: Door,
) -> None:
    said = json.dumps(door.event("said once")).encode()
    typed = urlencode(door.command("mine")).encode()
    signed = {body: door.signature(body) for body in (said, typed)}

    def knock(number: int) -> int:
        body, kind = (said, JSON) if number % 2 else (typed, FORM)
        headers = {"Content-Type": kind, **signed[body]}
        return door.client.post(door.url, content=body, headers=headers).status_code

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(knock, range(200)))
    door.home.settle()

    assert set(answers) == {200}
    assert door.said() == ["said once"]
    with door.home.store.reading() as tx:
        answered = tx.outbox.rows.all(outbox, outbox.c.kind == "Whisper")
    assert len(answered) == 1


def test_twenty_retries_are_one_message(door: Door) -> None:
    body = json.dumps(door.event("@bob can you send it?")).encode()
    for number in range(21):
        again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        answer = door.post(body, signed=door.signature(body) | (again if number else {}))
        assert answer.status_code == 200
    assert len(door.said()) == 1


# --- what could not be kept ----------------------------------------------------------------------


class Broken:
    """The inbox, while the disk is full."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.broken = inner, True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def take(self, events: Any, cursor: Cursor | None = None) -> None:
        if self.broken:
            raise ConnectionError("no space left on device")
        await self.inner.take(events, cursor)


def break_inbox(home: House) -> Broken:
    one = home.adapter.workspaces[0]
    made = Broken(one.inbox)
    one.inbox = made
    return made


def test_what_was_not_kept_is_not_acknowledged_and_is_kept_once_when_it_comes_again(
    door: Door,
) -> None:
    broken = break_inbox(door.home)
    body = json.dumps(door.event("do not lose this")).encode()
    refused = door.post(body)
    assert refused.status_code >= 500
    assert "X-Slack-No-Retry" not in refused.headers
    assert door.said() == []

    broken.broken = False
    assert door.post(body).status_code == 200
    assert door.post(body).status_code == 200
    assert door.said() == ["do not lose this"]


@pytest.mark.thorough
@pytest.mark.parametrize("transport", ["http", "socket"])
def test_slack_sends_again_what_was_not_kept(transport: Any) -> None:
    with house(transport) as home:
        broken = break_inbox(home)
        home.ann.say(home.sales, "@bob can you send me the report?")
        home.slack.settle()
        told = home.slack.deliveries[-1]
        assert told.attempts
        assert not told.acknowledged

        broken.broken = False
        home.clock.move(61)
        home.settle()
        assert told.acknowledged
        assert [each.text for each in Door(home, httpx.Client()).kept() if posted(each)] == [
            "@Bob can you send me the report?"
        ]


def posted(event: Happening) -> bool:
    return isinstance(event, MessagePosted)


def test_while_it_starts_nothing_is_acknowledged(door: Door) -> None:
    one = door.home.adapter.workspaces[0]
    inbox, one.inbox = one.inbox, None
    assert door.post(door.event("too early")).status_code >= 500
    one.inbox = inbox


# --- what the logs may know ----------------------------------------------------------------------


def canaries(value: Any, found: list[str]) -> Any:
    """Every text in it made a word that stands nowhere else."""
    if isinstance(value, dict):
        return {key: canaries(each, found) for key, each in value.items()}
    if isinstance(value, list):
        return [canaries(each, found) for each in value]
    if isinstance(value, str):
        found.append(f"canary{len(found)}x")
        return found[-1]
    return value


@pytest.mark.thorough
def test_the_logs_hold_nothing_that_people_wrote_and_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    said = "the merger is called Kestrel"
    for transport in ("http", "socket"):
        with house(transport) as home, httpx.Client(timeout=PATIENCE) as client:
            home.ann.say(home.sales, f"@bob {said}, can you keep it quiet?")
            home.ann.command(home.sales, f"/duly request notice audience=all {said}")
            home.ann.write(f"search {said}")
            home.ann.say(home.sales, f"@Duly nonsense {said}")
            home.settle()
            made = next(x for x in home.people.values() if home.has_button(x, "Send back"))
            found = home.button(made, "Send back")
            assert found
            made.press(*found)
            home.settle()
            if transport == "http":
                _knock_with_canaries(Door(home, client))
            break_inbox(home)
            home.bob.say(home.sales, said)
            home.slack.settle()
            secrets = (home.slack.signing_secret, home.company.token, home.slack.app_token)
    logged = "\n".join(each.getMessage() + str(each.exc_info or "") for each in caplog.records)

    assert "not kept" in logged, "it does look at the logs"
    for word in ("Kestrel", "canary", *secrets):
        assert not [line for line in logged.splitlines() if word in line]


def _knock_with_canaries(door: Door) -> None:
    words: list[str] = []
    for shape in (
        door.event("x", blocks=[{"type": "x"}], files=[{"id": "x", "name": "x"}]),
        {"type": "canary", "event": {"a": "canary"}},
        {"type": "block_actions", "actions": [{"value": "x", "action_id": "x"}]},
        {"type": "view_submission", "view": {"state": {"values": {"a": {"b": "x"}}}}},
    ):
        whole = canaries(shape, words) | {"team_id": door.home.company.id}
        for kind in (shape["type"], "canary-type"):
            door.post({**whole, "type": kind})
        door.post(whole, signed={})
    door.post(ODD["not JSON"])
    door.post(urlencode(door.command("canary words")).encode(), FORM)
