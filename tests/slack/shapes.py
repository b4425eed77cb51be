"""Slack's limits as a second reading of what we make: ours, and the models of Slack's own SDK."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Shape = dict[str, Any]
LITERAL = ("text", "plain_text", "link")
LONGEST = {"header": 150, "button": 75, "context": 3000}


def parts(part: object) -> Iterator[Shape]:
    """Every object in it, the outer one first."""
    if isinstance(part, dict):
        yield part
        for each in part.values():
            yield from parts(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from parts(each)


def words(part: object) -> str:
    """All that can be read in it, in order."""
    return "".join(str(each["text"]) for each in parts(part) if isinstance(each.get("text"), str))


def structure(part: object) -> object:
    """What is left of it without words."""
    if isinstance(part, dict):
        kept = {name: each for name, each in part.items() if name not in ("url", "value")}
        return {
            name: "…" if name == "text" and isinstance(each, str) else structure(each)
            for name, each in kept.items()
        }
    if isinstance(part, list | tuple):
        return [structure(each) for each in part]
    return part


def size(text: object) -> int:
    return len(str(text).encode("utf-16-le")) // 2


def check(blocks: Sequence[Shape], most: int) -> None:
    """Raises AssertionError, or an error of the SDK, where Slack would refuse them."""
    assert len(blocks) <= most
    json.dumps(blocks).encode()
    for block in Block.parse_all(list(blocks)):
        block.to_dict()
    ids = [each["action_id"] for each in parts(list(blocks)) if each.get("type") == "button"]
    assert len(ids) == len(set(ids))
    for each in parts(list(blocks)):
        _check(each)


def _check(part: Shape) -> None:
    assert part.get("type") != "mrkdwn"
    if part.get("type") in LITERAL:
        assert 1 <= size(part["text"]) <= 3000
    if part.get("type") in LONGEST:
        assert size(words(part)) <= LONGEST[str(part["type"])]
    if part.get("type") == "button":
        assert size(part["value"]) <= 2000
    held = part.get("elements")
    if isinstance(held, list):
        assert held
        assert part["type"] not in ("actions", "context") or len(held) <= 25


def check_view(view: Shape) -> None:
    View(**view).to_dict()
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    check(blocks, 100)
    assert size(view["private_metadata"]) <= 3000
    for name in ("title", "submit", "close"):
        assert size(words(view[name])) <= 24
    ids = [each["block_id"] for each in blocks if each["type"] == "input"]
    assert len(ids) == len(set(ids))
    for each in parts(blocks):
        _check_field(each)


def _check_field(part: Shape) -> None:
    for name, most in (("label", 2000), ("hint", 2000), ("placeholder", 150)):
        assert 0 < size(words(part.get(name, "–")) or "–") <= most
    options = part.get("options", [])
    assert isinstance(options, list)
    assert len(options) <= 100
    assert len({each["value"] for each in options}) == len(options)
    for each in options:
        assert size(words(each)) <= 75
        assert 1 <= size(each["value"]) <= 150
    if part.get("type") == "plain_text_input":
        longest = part["max_length"]
        assert isinstance(longest, int)
        assert size(part.get("initial_value", "")) <= longest <= 3000
