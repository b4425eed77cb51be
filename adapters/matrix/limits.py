"""How much Matrix takes. Sizes are bytes of JSON in ASCII: "é" has six of them, an emoji twelve.

An event of more than 65,536 bytes is refused (appendices, "Size limits") as it is sent: encryption
makes four bytes of three, and nio writes JSON in ASCII before it. So a content stays below 40,000,
which leaves a fifth for ids, hashes, signatures. An edit holds the new words once: its fallback
for clients that know no edits is the title alone.
"""

import json

from bot.words import ISOLATE, POP

EVENT, CONTENT = 65_536, 40_000
ROOM = 38_000  # of a content, for the words of body and HTML
TITLE, BUTTON, CODE = 2_000, 400, 2_000
SEEDS = 6  # reactions of ours under a message: each is an event that everybody there receives


def size(text: str) -> int:
    """Bytes of `text` within a JSON string."""
    return len(json.dumps(text)) - 2


def cut(text: str, longest: int) -> str:
    """Whole, or its beginning and "…", within `longest` bytes."""
    return text if size(text) <= longest else ended(first(text, longest - size(f"{POP}…")))


def ended(begun: str) -> str:
    """With "…", as it was cut off; what is isolated in it is closed."""
    kept = begun.rstrip()
    return f"{kept}{POP if kept.count(ISOLATE) > kept.count(POP) else ''}…"


def first(text: str, longest: int) -> str:
    """As many whole characters as fit into `longest` bytes."""
    low, high = 0, min(len(text), max(longest, 0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= longest else (low, middle - 1)
    return text[:low]
