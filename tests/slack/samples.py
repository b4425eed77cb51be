"""Slack's own payload samples, filled in: they show the shape, and leave every value empty."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

TEAM, BOT, BOT_ID = "T1ACME", "U0DULY", "B0DULY"
FILLED = {  # what a field of that name holds in a living payload
    **dict.fromkeys(("user", "user_id", "item_user", "actor_id", "inviter"), "U2BOB"),
    **dict.fromkeys(("channel", "channel_id", "new_channel_id"), "C1SALES"),
    "old_channel_id": "C0OLD",
    **dict.fromkeys(("team", "team_id", "enterprise_id"), TEAM),
    **dict.fromkeys(("ts", "event_ts", "deleted_ts", "message_ts"), "1772413200.000100"),
    "thread_ts": "1772413000.000100",
    "event_id": "Ev1",
    "bot_id": "B9OTHER",
    "trigger_id": "123.456.abcdef",
    "reaction": "white_check_mark",
    "text": "can you send it, <@U2BOB>?",
    "name": "sales",
    "file_id": "F1",
    "subteam_id": "S1",
    "command": "/duly",
    "tab": "home",
    "response_url": "https://hooks.slack.com/commands/T1ACME/1/abc",
}
IDS = {
    "files": "F1",
    "user": "U2BOB",
    "channel": "C1SALES",
    "team": TEAM,
    "file": "F1",
    "view": "V1",
}
OUTER = {"events": "event_callback"}  # the samples leave it empty
CALLBACKS = {"MessageShortcutPayload": "important", "ViewSubmissionPayload": "form"}


def samples(shared: str) -> dict[str, dict[str, Any]]:
    """By the name of the file."""
    folder = Path(shared) / "data" / "slack-payloads"
    found = {}
    for file in sorted(folder.glob("**/*.json")):
        payload = json.loads(file.read_text())
        filled = fill(payload)
        if file.parent.name in OUTER:
            filled["type"] = OUTER[file.parent.name]
        if file.stem in CALLBACKS:
            target = filled.get("view", filled)
            target["callback_id"] = CALLBACKS[file.stem]
        found[file.stem] = filled
    return found


def fill(payload: Any, name: str = "", within: str = "") -> Any:
    if isinstance(payload, dict):
        return {key: fill(value, key, name) for key, value in payload.items()}
    if isinstance(payload, list):
        return [fill(each, name, within) for each in payload]
    if name == "id" and within in IDS:
        return IDS[within]
    if isinstance(payload, str) and name in FILLED and payload in ("", "0000000000.000000"):
        return FILLED[name]
    return payload


ODD: tuple[Any, ...] = (
    *(None, "", 0, -1, 2**70, 1e308, True, [], {}, [None], {"id": 5}, "x" * 5000),
    *("\ud800", "\x00", "<!channel>", "1772413200", "99999999999.1", "-5.5", "U", "😀" * 50),
    *("message_changed", "message_deleted", "tombstone", "event_callback", "block_actions"),
)


def mutated(payload: Mapping[str, Any], chance: Random) -> Any:
    """The same with one to three things changed, left out, doubled or put elsewhere."""
    made = json.loads(json.dumps(payload))
    for _ in range(chance.randint(1, 3)):
        spots = list(_spots(made))
        if not spots:
            return made
        held, key = chance.choice(spots)
        match chance.randrange(4):
            case 0:
                del held[key]
            case 1:
                held[key] = chance.choice(ODD)
            case 2:
                other, name = chance.choice(spots)
                value = other[name] if name in _keys(other) else None
                held[key] = json.loads(json.dumps(value))
            case _ if isinstance(held, dict):
                held[f"{key}_new"] = held[key]
            case _:
                held.append(held[key])
    return made


def _keys(held: Any) -> Any:
    return held if isinstance(held, dict) else range(len(held))


def _spots(here: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(_keys(here)):
        yield here, key
        if isinstance(here[key], dict | list):
            yield from _spots(here[key])
