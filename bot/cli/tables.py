"""Tables of a terminal: columns that stand straight, whatever the language."""

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

GAP = "  "


def width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    wide = sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
    return wide - sum(map(bool, map(combining, text)))


def cut(text: str, most: int) -> str:
    """On one line, in so many columns at most."""
    text = " ".join(text.split())
    if width(text) <= most:
        return text
    while width(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> Iterator[str]:
    """Lines; the columns named in `right` are aligned to the right."""
    wide = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            " " * (most - width(cell)) + cell if at in right else cell + " " * (most - width(cell))
            for at, (cell, most) in enumerate(zip(row, wide, strict=True))
        ]
        yield GAP.join(cells).rstrip()
