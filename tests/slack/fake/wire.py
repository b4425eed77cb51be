"""What travels over the wire: plain JSON, packed as small as it goes."""

import json
from typing import Any

Json = dict[str, Any]
Blocks = list[Json]


def pack(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str | bytes) -> Any:
    return json.loads(text)


def copy(value: Any) -> Any:
    """A deep copy of something made of JSON, quicker than the general one."""
    if isinstance(value, dict):
        return {key: copy(each) for key, each in value.items()}
    if isinstance(value, list):
        return [copy(each) for each in value]
    return value
