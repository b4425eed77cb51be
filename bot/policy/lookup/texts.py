"""The words of a record that people find it by, and the keys it is told apart by. Policy 3.3.2."""

from collections.abc import Collection, Mapping
from typing import Any

SAID = ("post", "edit", "deletion")
FOUND = (
    *SAID,
    "file",
    "decision",
    "notice",
    "minutes",
)  # kinds that are shown; `class` is a filter of its own
OWN_CHAINS = ("duly/decisions", "duly/notices", "duly/meetings")


def words_of(kind: str, body: Mapping[str, Any]) -> str:
    """Empty for what has none, such as a deletion."""
    if kind == "decision":
        form = body.get("form") or {}
        return "\n".join(str(each) for each in (*form.values(), body.get("comment") or "") if each)
    if kind == "file":
        return "\n".join(str(name) for name, *_ in body.get("files") or ())
    if kind == "notice":
        return "\n".join(str(body[name]) for name in ("title", "text") if body.get(name))
    return str(body.get("text") or "")


def family(conversation: str) -> str | None:
    """The place it is of, or the chain of our own; None: it is no conversation to search."""
    if not conversation.startswith("duly/"):
        return conversation
    return next((each for each in OWN_CHAINS if conversation.startswith(each)), None)


def keys(
    kind: str, conversation: str, authors: Collection[str], class_name: str
) -> tuple[str, ...]:
    """Beside its words; empty for what nobody finds."""
    place = family(conversation)
    if place is None or kind not in FOUND:
        return ()
    by = (key("by", each) for each in sorted(set(authors)))
    return (key("in", place), key("kind", kind), key("class", class_name), *by)


def key(name: str, value: str) -> str:
    """Longer than any pair of characters."""
    return f"{name}:{value}"
