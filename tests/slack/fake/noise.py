"""What a careful reader must tolerate: fields nobody announced, and fields that stay away."""

from random import Random
from typing import Any

from tests.slack.fake.wire import Json

NAMES = ("wibblr", "is_frobbed", "x_context_ref", "quux_ts", "nudge_hint", "prefs_v3")
MAY_MISS = ("client_msg_id", "blocks", "team")
OPAQUE = {"values", "blocks", "metadata", "event_payload", "errors"}  # keys mean something there


def disturb(payload: Json, chance: Random, *, unknown: float, missing: float) -> Json:
    """The payload with unknown fields here and there, and perhaps without some optional ones."""

    def deeper(value: Any) -> Any:
        if isinstance(value, dict):
            return disturb(value, chance, unknown=unknown, missing=missing)
        return [deeper(each) for each in value] if isinstance(value, list) else value

    shown: Json = {}
    for key, value in payload.items():
        if key in MAY_MISS and chance.random() < missing:
            continue
        shown[key] = value if key in OPAQUE else deeper(value)
    if chance.random() < unknown:
        shown[chance.choice(NAMES)] = _anything(chance)
    return shown


def _anything(chance: Random) -> Any:
    return chance.choice([None, True, 0, "", "new", [], {}, {"id": "X1"}, [1, "two"], 1.5])
