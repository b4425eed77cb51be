"""Facts to JSON and back; only the kinds listed here ever come back."""

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any, get_args

from bot.card import Button, Card, Choice, Field, Form
from bot.effects import Effect
from bot.events import Account, Attachment, Away, Group, Happening, MessageRef, Place
from bot.words import Code, Link, Quoted, Ref, Rows, Say, Share, Who

VALUES = (Say, Who, Quoted, Ref, Code, Link, Share, Rows)
PARTS = (Account, Place, MessageRef, Attachment, Away, Group, Card, Button, Form, Field, Choice)
EVENTS, EFFECTS = get_args(Happening), get_args(Effect)
KINDS = {kind.__name__: kind for kind in (*VALUES, *PARTS, *EVENTS, *EFFECTS)}
NAMES = {kind: tuple(each.name for each in fields(kind)) for kind in KINDS.values()}


def pack(value: Any) -> bytes:
    """Lone surrogates, which UTF-8 cannot hold, survive as escapes."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, default=_plain, separators=(",", ":")).encode()


def unpack(body: bytes) -> Any:
    return _frozen(json.loads(body, object_hook=_fact))


def _plain(value: Any) -> dict[str, Any]:
    match value:
        case datetime():
            return {"is": "time", "at": value.isoformat()}
        case date():
            return {"is": "day", "at": value.isoformat()}
        case timedelta():
            return {"is": "span", "s": value.total_seconds()}
    if is_dataclass(value) and (names := NAMES.get(type(value))) is not None:
        return {"is": type(value).__name__} | {name: getattr(value, name) for name in names}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _fact(data: dict[str, Any]) -> Any:
    kind = data.pop("is", None)
    match kind:
        case None:
            return data
        case "time":
            return datetime.fromisoformat(data["at"])
        case "day":
            return date.fromisoformat(data["at"])
        case "span":
            return timedelta(seconds=data["s"])
    return KINDS[kind](**{name: _frozen(value) for name, value in data.items()})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
