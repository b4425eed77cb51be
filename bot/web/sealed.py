"""What a browser sealed, as it reaches us: its shape is checked, what it says we cannot read."""

from collections.abc import Mapping
from typing import Any

from bot.policy.casefile import Identity, Key, Part, Report
from bot.policy.reporting import LONGEST, PARTS
from bot.web import trouble
from bot.web.jsoned import HASH, ID, blob, items, unblob, word

SEALED_KEY = 200  # bytes: a key, sealed to somebody
HOLDERS = 50
WRITTEN = 4 * LONGEST + 20_000  # bytes of a message, with what is said of its files
IDENTITY = 5_000
ROOM = 40_000  # bytes of what stands around the parts, as JSON


def most(files: int) -> int:
    """Bytes of what a browser may send, whose files are no larger together."""
    return (WRITTEN + files + PARTS * 100) * 4 // 3 + ROOM


def report(data: Mapping[str, Any], files: int) -> Report:
    """Raises Trouble."""
    keys = tuple(key(each) for each in items(data, "keys", HOLDERS))
    tell = data.get("tell", [])
    if not isinstance(tell, list) or not all(isinstance(each, int) for each in tell):
        raise trouble.unreadable()
    return Report(
        case=word(data, "case", ID),
        receipt=word(data, "receipt", HASH),
        code=blob(data, "code", SEALED_KEY),
        keys=keys,
        recovery=blob(data, "recovery", SEALED_KEY),
        parts=parts(data, files),
        print=word(data, "print", ID),
        identity=_identity(data.get("identity")),
        tell=tuple(str(each) for each in tell),  # by their places; whoever takes it knows who
    )


def _identity(data: Any) -> Identity | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        raise trouble.unreadable()
    return Identity(body=blob(data, "body", IDENTITY), recovery=blob(data, "recovery", SEALED_KEY))


def key(data: Mapping[str, Any]) -> Key:
    half = data.get("half", "")
    if half not in ("", "a", "b"):
        raise trouble.unreadable()
    return Key(
        holder=word(data, "holder", ID),
        sealed=blob(data, "sealed", SEALED_KEY),
        half=half,
        share=blob(data, "share", SEALED_KEY) if half else None,
    )


def parts(data: Mapping[str, Any], files: int) -> tuple[Part, ...]:
    """A message first, then its files."""
    found = [_part(each, files) for each in items(data, "parts", PARTS + 1)]
    kinds = [each.kind for each in found]
    if kinds[:1] != ["message"] or "message" in kinds[1:]:
        raise trouble.unreadable()
    if len({each.id for each in found}) != len(found):
        raise trouble.unreadable()
    return tuple(found)


def _part(data: Mapping[str, Any], files: int) -> Part:
    kind = data.get("kind")
    if kind not in ("message", "file"):
        raise trouble.unreadable()
    longest = WRITTEN if kind == "message" else files + 100
    return Part(id=word(data, "id", ID), kind=kind, body=blob(data, "body", longest))


def written(part: Part) -> Mapping[str, Any]:
    return {"id": part.id, "kind": part.kind, "body": unblob(part.body)}
