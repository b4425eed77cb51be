"""What an operator sets for a platform in a variable or a file: read, or said to be missing."""

from collections.abc import Mapping
from pathlib import Path

from bot.settings import Unusable


def secret(environment: Mapping[str, str], name: str) -> str:
    """From the variable, or the file that `NAME_FILE` names; empty: neither is set.

    Raises Unusable.
    """
    named = environment.get(f"{name}_FILE")
    return (environment.get(name) or (file(Path(named), f"{name}_FILE") if named else "")).strip()


def variable(environment: Mapping[str, str], name: str, where: str) -> str:
    """One that a section names. Raises Unusable."""
    if not environment.get(name):
        raise Unusable(f"In {where} the variable {name} is named, which is not set.")
    return environment[name].strip()


def file(path: Path, where: str) -> str:
    """Raises Unusable."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise Unusable(f"The file {path} ({where}) cannot be read.") from None
