"""The app that the manifest asks for is the one the adapter needs: no more, no less."""

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.slack.branch import Branch
from adapters.slack.calls import Calls
from adapters.slack.guard import PATH, PROBE, Guard
from adapters.slack.inbound import EVENTS
from adapters.slack.install import VARIABLES, installs
from adapters.slack.manifest import SHORTCUTS as OFFERED
from adapters.slack.manifest import SHOWN
from adapters.slack.scopes import CONNECTING, FREE, NAMES, SAID, SCOPES, TOLD_TWICE, subscribed
from adapters.slack.touched import GLOBAL, SHORTCUTS
from adapters.slack.workspace import Workspace, workspace
from bot import __main__ as duly
from bot.port import Cursor, TryLater
from commands import COMMANDS
from tests.desk import Paper
from tests.slack.fake import FakeSlack, from_manifest

ROOT = Path(__file__).parent.parent.parent
METHOD = re.compile(
    r'"((?:apps|auth|chat|conversations|files|reactions|usergroups|users|views)'
    r'\.(?!json)[A-Za-z.]+)"'  # a file of an export is none
)
TABLES = ("scopes.py", "pace.py", "export.py")  # name methods, or files like them; call none
PINNED = [
    *("channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write"),
    *("groups:history", "groups:read", "im:history", "im:read", "im:write", "mpim:history"),
    *("mpim:read", "reactions:read", "reactions:write", "usergroups:read", "users:read"),
    "users:read.email",
]


def called() -> set[str]:
    """Every method of the Web API that the adapter's source names."""
    found: set[str] = set()
    for file in (ROOT / "adapters" / "slack").glob("*.py"):
        if file.name not in TABLES:
            found |= set(METHOD.findall(file.read_text(encoding="utf-8")))
    return {each for each in found if not each.endswith(".json")}  # a file of an export


def manifest(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert duly.main(["slack", "manifest", *words]) == 0
    made: dict[str, Any] = json.loads(capsys.readouterr().out)
    return made


def test_a_new_permission_is_a_deliberate_change() -> None:
    assert list(NAMES) == PINNED


def test_every_method_that_is_called_has_its_permission_and_none_is_there_for_nothing() -> None:
    covered = {each for scope in SCOPES for each in scope.methods}

    assert called() == covered | (set(FREE) & called())
    assert not covered & set(FREE)


def test_every_event_that_is_subscribed_is_read_and_every_one_read_is_subscribed() -> None:
    wanted = set(subscribed()) - set(SAID)

    assert wanted | {"message"} | set(TOLD_TWICE) == set(EVENTS)
    assert {each for scope in SCOPES for each in scope.events} <= set(subscribed())


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_every_permission_is_needed_by_something_and_says_what_for(scope: Any) -> None:
    assert scope.methods or scope.events or scope.features
    assert scope.what_for.endswith(".")


def test_the_events_fit_what_slack_asks_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    """The fake knows from Slack's reference which permission each event needs."""
    from tests.slack.fake.app import EVENTS as KNOWN  # noqa: PLC0415
    from tests.slack.fake.app import hears  # noqa: PLC0415

    settings = from_manifest(manifest(capsys))

    assert settings.events <= KNOWN
    assert all(hears(settings, each) for each in settings.events)


def test_the_manifest_for_socket_mode_names_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    made = manifest(capsys, "--socket")

    assert made == manifest(capsys)
    assert "request_url" not in json.dumps(made)
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["settings"]["interactivity"] == {"is_enabled": True}
    assert made["settings"]["token_rotation_enabled"] is False
    assert made["settings"]["org_deploy_enabled"] is False


@pytest.mark.parametrize("url", ["https://duly.example.com", "https://duly.example.com/"])
def test_the_manifest_for_http_names_one_address_everywhere(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = manifest(capsys, "--url", url)

    there = "https://duly.example.com/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == there
    assert made["settings"]["interactivity"]["request_url"] == there
    assert made["features"]["slash_commands"][0]["url"] == there
    assert made["settings"]["socket_mode_enabled"] is False


def test_an_address_that_slack_would_refuse_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert duly.main(["slack", "manifest", "--url", "http://duly.example.com"]) == 2
    assert "https addresses only" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "x" * 36])
def test_a_name_that_slack_would_refuse_is_refused(name: str) -> None:
    assert duly.main(["slack", "manifest", "--name", name]) == 2


def test_the_manifest_keeps_within_slacks_limits(capsys: pytest.CaptureFixture[str]) -> None:
    made = manifest(capsys, "--name", "Duly at Acme")

    shown, features = made["display_information"], made["features"]
    assert shown["name"] == features["bot_user"]["display_name"] == "Duly at Acme"
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    (command,) = features["slash_commands"]
    assert command["command"] == "/duly"
    assert command["should_escape"] is True
    assert len(command["usage_hint"]) <= 1000
    assert len(features["shortcuts"]) <= 10
    for each in features["shortcuts"]:
        assert 1 <= len(each["name"]) <= 24
        assert 1 <= len(each["description"]) <= 150
    assert len(made["settings"]["event_subscriptions"]["bot_events"]) <= 100
    assert features["app_home"]["messages_tab_read_only_enabled"] is False


KEYS = {  # all that Slack's schema of manifests knows for each part that we use
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands"},
    "app_home": {
        *("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"),
    },
    "bot_user": {"display_name", "always_online"},
    "shortcuts": {"name", "type", "callback_id", "description"},
    "slash_commands": {"command", "url", "description", "usage_hint", "should_escape"},
    "oauth_config": {"redirect_urls", "scopes", "token_management_enabled", "pkce_enabled"},
    "scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        *("allowed_ip_address_ranges", "event_subscriptions", "incoming_webhooks"),
        *("interactivity", "org_deploy_enabled", "socket_mode_enabled", "is_hosted"),
        *("token_rotation_enabled", "siws_links", "hermes_app_type", "function_runtime"),
        "is_mcp_enabled",
    },
    "event_subscriptions": {"request_url", "bot_events", "user_events", "metadata_subscriptions"},
    "interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}


def parts(name: str, made: Any) -> Iterator[tuple[str, set[str]]]:
    for each in made if isinstance(made, list) else [made]:
        if isinstance(each, dict):
            yield name, set(each)
            for key, inner in each.items():
                yield from parts(key, inner)


def test_the_manifest_says_nothing_that_slacks_schema_does_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, keys in parts("", manifest(capsys, "--url", "https://duly.example.com")):
        assert keys <= KEYS[name], name


def test_every_shortcut_offered_is_one_we_take_and_the_hint_shows_commands_there_are() -> None:
    offered = {(kind, id) for _, kind, id, _ in OFFERED}

    assert offered == {("message", each) for each in SHORTCUTS} | {
        ("global", each) for each in GLOBAL
    }
    assert set(SHOWN) <= {each.name for each in COMMANDS}


def test_the_guide_says_of_each_permission_what_it_is_for() -> None:
    guide = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `([a-z_:.]+)` \| (.+) \|$", guide, re.M)

    assert [row for row in table if row[0] in NAMES] == [(x.name, x.what_for) for x in SCOPES]
    assert {name for name, _ in table if ":" in name or name in NAMES} == {*NAMES, CONNECTING}


def test_the_guide_names_every_variable_and_every_shortcut() -> None:
    guide = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")

    assert all(f"`{name}`" in guide or f"{name}=" in guide for name in VARIABLES.values())
    assert all(f"**{name}**" in guide for name, *_ in OFFERED)


# --- a token that somebody replaces while we run ----------------------------------------------


def test_a_token_that_was_replaced_in_its_file_is_taken_up(tmp_path: Path) -> None:
    file = tmp_path / "token"

    async def scene() -> list[str]:
        async with FakeSlack(seed=1) as slack:
            team = slack.workspace("Acme")
            file.write_text(team.token + "\n", encoding="utf-8")
            calls = calls_of(file, slack.api_url)
            told = [(await calls.read("auth.test")).text("team")]
            team.token = "xoxb-2-new"
            with pytest.raises(TryLater):
                await calls.read("auth.test")
            file.write_text("half a token", encoding="utf-8")
            with pytest.raises(TryLater):
                await calls.read("auth.test")
            file.write_text("xoxb-2-new", encoding="utf-8")
            told.append((await calls.read("auth.test")).text("team"))
            await calls.close()
            return [*told, calls.token]

    assert asyncio.run(scene()) == ["Acme", "Acme", "xoxb-2-new"]


def calls_of(file: Path, url: str) -> Calls:
    environment = {"SLACK_BOT_TOKEN_FILE": str(file), "SLACK_APP_TOKEN": "xapp-1"}
    (install,) = installs((), environment)
    return Calls(install.bot_token, url, today=install.token_today)


# --- what another secret signed -----------------------------------------------------------------


class Notes:
    """An inbox that keeps where each cursor stands."""

    def __init__(self) -> None:
        self.at: dict[str, str] = {}

    async def take(self, events: object, cursor: Cursor | None = None) -> None:
        if cursor is not None:
            self.at[cursor.name] = cursor.position


def signed(secret: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    made = hmac.new(secret.encode(), f"v0:{stamp}:{BODY}".encode(), hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={made}"}


BODY = '{"type": "url_verification", "challenge": "c"}'


async def noted(one: Workspace) -> str:
    """What the bot's own heartbeat writes down for the doctor."""
    notes = Notes()
    beating = asyncio.create_task(one._beat(notes))  # type: ignore[arg-type]
    await asyncio.sleep(0.01)
    beating.cancel()
    return notes.at.get("slack/T1/mistaken", "")


def test_what_another_secret_signed_is_noted_until_something_comes_that_ours_signed() -> None:
    async def scene() -> list[bool]:
        environment = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "ours"}
        (install,) = installs((), environment)
        one = workspace(install, Paper(), lambda: datetime.now(UTC))  # type: ignore[arg-type]
        one.known.team = "T1"
        guard = Guard([Branch("ours", [one])], time.time)
        transport = httpx.ASGITransport(Starlette(routes=[Route(PATH, guard, methods=["POST"])]))
        found = []
        async with httpx.AsyncClient(transport=transport, base_url="http://duly") as client:
            probed = {**signed("theirs"), "user-agent": PROBE}
            for headers in ({}, probed, signed("theirs"), signed("ours")):
                await client.post(PATH, content=BODY, headers=headers)
                found.append(bool(await noted(one)))
        return found

    assert asyncio.run(scene()) == [False, False, True, False]
