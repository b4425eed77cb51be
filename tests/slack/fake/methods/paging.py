"""Cursors: opaque, and good only for the list they came from."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from tests.slack.fake.call import Call
from tests.slack.fake.rules import Refusal

Item = TypeVar("Item")


def page(
    call: Call, whole: Sequence[Item], *, default: int, most: int
) -> tuple[Sequence[Item], str]:
    """This page, and the cursor of the next one (empty where there is none)."""
    start = _start(call)
    if start > len(whole):
        raise Refusal("invalid_cursor", "This cursor points beyond the list.")
    size = call.number("limit", default, most)
    end = start + call.world.faults.shortened(size)
    return whole[start:end], _cursor(call, end) if end < len(whole) else ""


def _cursor(call: Call, start: int) -> str:
    return base64.b64encode(f"{call.method}:{start}".encode()).decode()


def _start(call: Call) -> int:
    cursor = call.text("cursor")
    if not cursor:
        return 0
    try:
        method, _, start = base64.b64decode(cursor, validate=True).decode().partition(":")
        if method == call.method:
            return int(start)
    except ValueError:
        pass
    raise Refusal("invalid_cursor", "A cursor comes from `next_cursor` of the same method.")
