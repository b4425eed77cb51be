"""What changed from one policy file of the company to the next, by part and line. Policy 5.2."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.policy.differing import Piece, differences

AROUND = 1  # lines that stay, shown around a change
GAP = "…\n"


@dataclass(frozen=True, slots=True)
class Changes:
    """`parts`: top words of the file (classes, nudges); `pieces`: what a reader is shown of it."""

    parts: tuple[str, ...]
    pieces: tuple[Piece, ...]


def changes(before: str, after: str) -> Changes:
    """Of two files that can be read as TOML, either of which may be empty."""
    old, new = tomllib.loads(before), tomllib.loads(after)
    parts = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return Changes(tuple(parts), tuple(_near(differences(before, after))))


def _near(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """What stays is left out but for the lines beside a change."""
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        if piece.change != "kept":
            yield piece
        elif last:
            yield Piece("kept", _shortened(piece.text, first=place == 0, last=place == last))


def _shortened(text: str, *, first: bool, last: bool) -> str:
    lines = text.splitlines(keepends=True)
    head = [] if first else lines[: AROUND + 1]
    tail = [] if last else lines[-AROUND - 1 :]
    if len(head) + len(tail) >= len(lines):
        return text
    return "".join((*head, GAP, *tail))
