"""What changed from one text to another: by line, and within a line by word or Chinese character.

What is kept and removed, in order, is the old text; what is kept and added is the new one. Texts
that have too little in common, or too much of everything, are told apart more coarsely.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Change = Literal["kept", "added", "removed"]
Step = tuple[Change, str]
TOKEN = re.compile(r"[A-Za-z0-9À-ɏ]+(?:['’.,_-][A-Za-z0-9À-ɏ]+)*|[^\S\n]+|.|\n", re.DOTALL)
MOST_STEPS = 400  # removed and added, while the shortest way is looked for
LONGEST = 40_000  # characters that are compared word by word
ALIKE = 0.4  # of the shorter side must be kept, else the two are other lines


@dataclass(frozen=True, slots=True)
class Piece:
    change: Change
    text: str


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """Neighbours of one kind are one piece; of a change what was removed comes first."""
    steps: list[Step] = []
    for same, run in groupby(_ways(_lines(old), _lines(new)), lambda step: step[0] == "kept"):
        part = list(run)
        steps += part if same else _within(_side(part, "removed"), _side(part, "added"))
    return tuple(_joined(_smoothed(steps)))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _side(steps: Sequence[Step], change: Change) -> str:
    return "".join(text for kind, text in steps if kind == change)


def _within(old: str, new: str) -> list[Step]:
    """Word by word, where the lines are alike and not too long."""
    whole: list[Step] = [("removed", old), ("added", new)]
    if not old or not new or len(old) + len(new) > LONGEST:
        return whole
    steps = list(_ways(TOKEN.findall(old), TOKEN.findall(new)))
    kept = sum(len(text.strip()) for kind, text in steps if kind == "kept")
    return steps if kept >= ALIKE * min(len(old.strip()), len(new.strip())) else whole


def _ways(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """What both begin and end with is kept; between, the way with the fewest steps."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    yield from (("kept", each) for each in old[:start])
    yield from _between(old[start : len(old) - end], new[start : len(new) - end])
    yield from (("kept", each) for each in old[len(old) - end :])


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = zip(old, new, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))


def _between(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """Myers' shortest way; too far apart, everything is removed and added."""
    reached: dict[int, int] = {1: 0}  # on each diagonal, how much of the old text is behind us
    trail: list[dict[int, int]] = []
    for steps in range(min(MOST_STEPS, len(old) + len(new)) + 1):
        trail.append(dict(reached))
        for diagonal in range(-steps, steps + 1, 2):
            at = _onward(reached, diagonal, steps)
            while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
                at += 1
            reached[diagonal] = at
            if at >= len(old) and at - diagonal >= len(new):
                return _walked(old, new, trail)
    removed: list[Step] = [("removed", each) for each in old]
    return removed + [("added", each) for each in new]


def _onward(reached: dict[int, int], diagonal: int, steps: int) -> int:
    """One step from the neighbour that is further: down adds, right removes."""
    if _down(reached, diagonal, steps):
        return reached[diagonal + 1]
    return reached[diagonal - 1] + 1


def _down(reached: dict[int, int], diagonal: int, steps: int) -> bool:
    if diagonal in (-steps, steps):
        return diagonal == -steps
    return reached[diagonal - 1] < reached[diagonal + 1]


def _walked(old: Sequence[str], new: Sequence[str], trail: list[dict[int, int]]) -> list[Step]:
    """Back along the trail, from the end of both."""
    steps: list[Step] = []
    at, to = len(old), len(new)
    for number in range(len(trail) - 1, -1, -1):
        reached, diagonal = trail[number], at - to
        before = diagonal + 1 if _down(reached, diagonal, number) else diagonal - 1
        start = reached[before]
        while at > max(start, 0) and to > max(start - before, 0) and (at, to) != (start, 0):
            at, to = at - 1, to - 1
            steps.append(("kept", old[at]))
        if number:
            steps.append(("added", new[to - 1]) if at == start else ("removed", old[at - 1]))
            at, to = start, start - before
    return steps[::-1]


def _smoothed(steps: Sequence[Step]) -> Iterator[Step]:
    """Blanks that stayed between two changes are part of both: readable beats shortest."""
    for number, (change, text) in enumerate(steps):
        around = [steps[n][0] for n in (number - 1, number + 1) if 0 <= n < len(steps)]
        blank = text.isspace() and "\n" not in text
        if change == "kept" and blank and len(around) > 1 and "kept" not in around:
            yield "removed", text
            yield "added", text
        else:
            yield change, text


def _joined(steps: Iterator[Step]) -> Iterator[Piece]:
    for same, run in groupby(steps, lambda step: step[0] == "kept"):
        part = list(run)
        for change in ("kept",) if same else ("removed", "added"):
            if text := _side(part, change):  # type: ignore[arg-type]
                yield Piece(change, text)  # type: ignore[arg-type]
