"""The elements of a JSON list one by one, however long the list is; broken ones are told apart."""

import json
import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

CHUNK = 64 * 1024  # bytes read at a time
LONGEST = 2**20  # bytes of an element: more than the longest message with all that hangs on it
OUTSIDE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.DOTALL)
INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
QUOTE, OPENING = ord('"'), b"{["
BETWEEN = b" \t\r\n,"
MARK = b"\xef\xbb\xbf"  # with which some programs begin a file in UTF-8
LIST, ELEMENT = 1, 2  # how deep we are in them


class Flaw(Enum):
    """What is wrong; the value says it in the middle of a sentence."""

    NO_LIST = "it is no JSON list"
    CUT_OFF = "it ends in the middle"
    TOO_LONG = "an entry is longer than any message can be"
    BROKEN = "an entry is broken JSON"
    NO_OBJECT = "an entry is no JSON object"


def elements(read: Callable[[int], bytes]) -> Iterator[dict[str, Any] | Flaw]:
    """`read` gives so many bytes or fewer, none at the end."""
    scanner = _Scanner()
    while not scanner.over and (chunk := read(CHUNK)):
        for found in scanner.scan(chunk):
            yield _object(found) if isinstance(found, bytes) else found
    if not scanner.over:
        yield Flaw.CUT_OFF


def _object(element: bytes) -> dict[str, Any] | Flaw:
    try:
        value = json.loads(element.decode())
    except (ValueError, RecursionError):
        return Flaw.BROKEN
    return value if isinstance(value, dict) else Flaw.NO_OBJECT


class _Scanner:
    """Finds where elements begin and end; of what lies between it keeps nothing."""

    def __init__(self) -> None:
        self.over = False  # nothing more is to come
        self._buffer, self._at = b"", 0  # up to where it is looked through
        self._depth, self._quoted = 0, False
        self._kept: int | None = 0  # from where it is kept; None: it is too long

    def scan(self, chunk: bytes) -> Iterator[bytes | Flaw]:
        self._buffer += chunk
        while not self.over and (start := self._next()) is not None:
            yield from self._met(start)
        if not self.over:
            yield from self._forget()

    def _next(self) -> int | None:
        """Where the next bracket or quoted word stands; None: not in what is here."""
        if self._quoted and not self._leave_quotes():
            return None
        found = OUTSIDE.search(self._buffer, self._at)
        if found is None:
            self._at = len(self._buffer)
            return None
        self._at = found.end()
        self._quoted = found.group() == b'"'  # it goes on in the next chunk
        return found.start()

    def _leave_quotes(self) -> bool:
        """False: they end in another chunk, or what a backslash stands before comes with it."""
        inside = INSIDE.match(self._buffer, self._at)
        self._at = inside.end() if inside else self._at
        if self._buffer[self._at : self._at + 1] != b'"':
            return False
        self._at, self._quoted = self._at + 1, False
        return True

    def _met(self, start: int) -> Iterator[bytes | Flaw]:
        what = self._buffer[start]
        if self._depth < LIST:
            yield from self._begin(start)
        elif what == QUOTE:
            return
        elif what in OPENING:
            self._depth += 1
            if self._depth == ELEMENT:
                yield from self._gap(start)
                self._kept = start
        else:
            yield from self._close(start)

    def _begin(self, start: int) -> Iterator[Flaw]:
        before = self._buffer[:start].removeprefix(MARK).strip()
        if self._buffer[start : start + 1] != b"[" or before:
            self.over = True
            yield Flaw.NO_LIST
            return
        self._depth, self._kept = LIST, start + 1

    def _close(self, start: int) -> Iterator[bytes | Flaw]:
        self._depth -= 1
        if self._depth == LIST:
            yield Flaw.TOO_LONG if self._kept is None else self._buffer[self._kept : self._at]
            self._kept = self._at
        elif self._depth < LIST:
            self.over = True
            yield from self._gap(start)

    def _gap(self, end: int) -> Iterator[Flaw]:
        """Between two elements there are commas and nothing else."""
        if self._kept is not None and self._buffer[self._kept : end].strip(BETWEEN):
            yield Flaw.NO_OBJECT

    def _forget(self) -> Iterator[Flaw]:
        """What will not be needed any more."""
        if self._depth < LIST and len(self._buffer) > LONGEST:
            self.over = True
            yield Flaw.NO_LIST
            return
        if self._kept is not None and len(self._buffer) - self._kept > LONGEST:
            if self._depth == LIST:
                yield Flaw.NO_OBJECT
            self._kept = None
        cut = self._at if self._kept is None else self._kept
        self._buffer, self._at = self._buffer[cut:], self._at - cut
        if self._kept is not None:
            self._kept = 0
