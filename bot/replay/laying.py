"""Two policy files as one, so that a change can be tried before it is adopted."""

import json
import tomllib
from typing import Any

from bot.policy.reading import laid_over as merge


def laid_over(ours: str, theirs: str) -> str:
    """Key by key theirs where they say something. Both must be TOML."""
    return "".join(
        f"{_toml_key(key)} = {_toml(value)}\n"
        for key, value in merge(tomllib.loads(ours), tomllib.loads(theirs)).items()
    )


def _toml(value: Any) -> str:
    match value:
        case dict():
            pairs = (f"{_toml_key(key)} = {_toml(each)}" for key, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case bool() | int() | float() | str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return str(value)  # dates and times


def _toml_key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)
