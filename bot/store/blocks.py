"""Spans of time, each eight times the one below: an hour, eight hours, … and all there is.

What was said carries the name of its span of each size, so that an index without an order can be
asked for a span at a time, the newest first, in spans that grow while little is found.
"""

from collections.abc import Iterator

HOUR = 3600  # seconds
SIZES = tuple(HOUR * 8**level for level in range(6))  # the largest has 3.7 years


def of(second: int) -> list[str]:
    """The spans it is in; no hash of words has a zero in it."""
    return [_name(level, second // size) for level, size in enumerate(SIZES)]


def back(low: int, high: int) -> Iterator[str]:
    """From `high` back to `low`, both in seconds; "": all that is left."""
    level, index = 0, high // HOUR
    while index >= 0 and (index + 1) * SIZES[level] > low:
        yield _name(level, index)
        while index % 8 == 0:  # the whole of the span above it is through
            if level + 1 == len(SIZES):
                yield ""
                return
            level, index = level + 1, index // 8
        index -= 1


def _name(level: int, index: int) -> str:
    return f"0{level}{index:x}"
