"""The app as Slack is told of it: one JSON text from which Slack makes it, generated from the code.

Limits are those of Slack's published schema for manifests, version 2.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from adapters.slack.guard import PATH
from adapters.slack.scopes import NAMES, subscribed
from bot.settings import Unusable

COMMAND = "/duly"
NAME, HINT = 35, 1000  # characters at most
COLOUR = "#1f4e79"
SHORT = "Open questions, promises, approvals and notices, kept in order."
LONG = (
    "Duly sees that what is asked in the channels it was invited to gets an answer in time, takes "
    "down when somebody promises one, leads approvals and notices along their way, and reports "
    "to HR how the company's policy was kept. It reminds in working hours only, says why each "
    "time, and offers a way out. Type /duly help."
)
TOLD = "What I owe, promises, approvals, notices. /duly help lists everything."
SHOWN = ("mine", "promise", "request", "away", "help")  # in the hint, for whoever begins to type
SHORTCUTS = (
    ("See it is answered", "message", "important", "Have this message answered in time."),
    ("Request an approval", "message", "approval", "Have this text approved before release."),
    ("Report as fraud", "message", "phishing", "Ask IT whether this message is a fraud."),
    ("What I owe", "global", "mine", "What I owe, and by when."),
    ("Request an approval", "global", "request", "Ask before something is released."),
)


def manifest(name: str, url: str, usages: Mapping[str, str]) -> str:
    """`url`: where Slack reaches us; empty: by Socket Mode. `usages`: of commands, by name.

    Raises Unusable.
    """
    made = {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": _shown(name),
        "features": _features(name, _posted_to(url), usages),
        "oauth_config": {"scopes": {"bot": list(NAMES)}},
        "settings": _settings(_posted_to(url)),
    }
    return json.dumps(made, indent=2, ensure_ascii=False)


def _posted_to(url: str) -> Mapping[str, str]:
    """What each place of the manifest that names an address says; nothing in Socket Mode."""
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise Unusable(
            f"Slack posts to https addresses only: write --url https://duly.example.com, not {url}."
        )
    base = url.rstrip("/")
    return {"url": base if base.endswith(PATH) else base + PATH}


def _shown(name: str) -> Mapping[str, str]:
    if not 0 < len(name) <= NAME:
        raise Unusable(f"The name of a Slack app has 1 to {NAME} characters.")
    shown = {"name": name, "description": SHORT, "background_color": COLOUR}
    return {**shown, "long_description": LONG}


def _features(name: str, at: Mapping[str, str], usages: Mapping[str, str]) -> Mapping[str, Any]:
    hint = " | ".join(usages[each] for each in SHOWN)
    command = {"command": COMMAND, "description": TOLD, "usage_hint": hint[:HINT]}
    tabs = ("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled")
    return {
        "app_home": dict(zip(tabs, (True, True, False), strict=True)),
        "bot_user": {"display_name": name, "always_online": True},
        "shortcuts": [_shortcut(each) for each in SHORTCUTS],
        "slash_commands": [{**command, "should_escape": True, **at}],
    }


def _shortcut(each: Sequence[str]) -> Mapping[str, str]:
    return dict(zip(("name", "type", "callback_id", "description"), each, strict=True))


def _settings(at: Mapping[str, str]) -> Mapping[str, Any]:
    address = {"request_url": at["url"]} if at else {}
    return {
        "event_subscriptions": {**address, "bot_events": subscribed()},
        "interactivity": {"is_enabled": True, **address},
        "org_deploy_enabled": False,
        "socket_mode_enabled": not at,
        "token_rotation_enabled": False,  # tokens that expire are not renewed by us: docs/slack.md
    }
