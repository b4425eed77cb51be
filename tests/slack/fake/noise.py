"""What a careful reader must tolerate: fields nobody announced, and fields that stay away."""

from random import Random
from typing import Any

from tests.slack.fake.wire import Json

NAMES = ("wibblr", "is_frobbed", "x_context_ref", "quux_ts", "nudge_hint", "prefs_v3")
MAY_MISS = ("client_msg_id", "blocks", "team")
OPAQUE = {"values", "blocks", "metadata", "event_payload", "errors"}  # keys mean something there


def disturb(payload: Json, chance: Random, *, missing: bool) -> Json:
    """The payload with unknown fields here and there, and perhaps without some optional ones."""
    shown: Json = {}
    for key, value in payload.items():
        if missing and key in MAY_MISS and chance.random() < 0.05:
            continue
        shown[key] = value if key in OPAQUE else _deeper(value, chance, missing=missing)
    if chance.random() < 0.3:
        shown[chance.choice(NAMES)] = _anything(chance)
    return shown


def _deeper(value: Any, chance: Random, *, missing: bool) -> Any:
    if isinstance(value, dict):
        return disturb(value, chance, missing=missing)
    if isinstance(value, list):
        return [_deeper(each, chance, missing=missing) for each in value]
    return value


def _anything(chance: Random) -> Any:
    return chance.choice([None, True, 0, "", "new", [], {}, {"id": "X1"}, [1, "two"], 1.5])
