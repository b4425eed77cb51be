"""How much Matrix takes. Sizes are bytes of JSON as it is encrypted: "é" is six, an emoji twelve.

An event of more than 65,536 bytes is refused (appendices, "Size limits"), and that is counted as
it is sent: encryption makes four bytes of three, and the library writes JSON in ASCII first. So
`ROOM` for a content leaves 10,000 bytes for ids, hashes, signatures and a relation.

Tags may be nested 100 deep ("m.room.message msgtypes"); ours are two.
"""

import json

from bot.words import ISOLATE, POP

EVENT, ROOM = 65_536, 40_000
ENVELOPE = 1_500  # of ROOM: all that is not words: types, mentions, the key, a relation
SEEDS = 6  # reactions of ours under one message; each is an event of its own


def size(text: str) -> int:
    """Bytes of `text` within a JSON string."""
    return len(json.dumps(text)) - 2


def cut(text: str, longest: int) -> str:
    """Whole, or its beginning and "…", within `longest` bytes."""
    if size(text) <= longest:
        return text
    kept = first(text, longest - size(f"{POP}…")).rstrip()
    closed = POP if kept.count(ISOLATE) > kept.count(POP) else ""
    return f"{kept}{closed}…"


def first(text: str, longest: int) -> str:
    """As many whole characters as fit into `longest` bytes."""
    low, high = 0, min(len(text), max(longest, 0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= longest else (low, middle - 1)
    return text[:low]
