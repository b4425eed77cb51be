"""Looks into a finished workbook before anybody else does: is everything in it that was written?"""

import hashlib
import xml.parsers.expat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

PIECE = 1 << 18  # bytes
WHOLE = 1 << 22  # bytes of a part that are read as XML; of a longer one, its end as well
BEGIN, END = b"<row ", b"</row>"


class Broken(Exception):
    """The workbook is not what was written into it; it must not be handed out."""


class Reading:
    """One part of the file, piece by piece. Text cannot hold a `<`: so rows can be counted."""

    def __init__(self) -> None:
        self.begun = self.ended = 0  # rows
        self._size = 0
        self._tail = self._held = b""
        self._skipped = False
        self._parser = xml.parsers.expat.ParserCreate()

    def feed(self, piece: bytes) -> None:
        self._count(piece)
        self._size += len(piece)
        if self._held:
            self._hold(piece)
        elif self._size <= WHOLE or END not in piece:
            self._parser.Parse(piece)
        else:
            cut = piece.rindex(END) + len(END)
            self._parser.Parse(piece[:cut])
            self._held = piece[cut:] or b" "

    def end(self) -> int:
        """How many rows there are. Raises Broken, or what expat says of it."""
        begin = self._held.find(BEGIN) if self._skipped else 0
        self._parser.Parse(self._held[max(begin, 0) :])
        self._parser.Parse(b"", True)
        if self._skipped and self.begun != self.ended:
            raise Broken(f"{self.begun} rows begin and {self.ended} end")
        return self.begun

    def _count(self, piece: bytes) -> None:
        piece = self._tail + piece
        self.begun += piece.count(BEGIN)
        self.ended += piece.count(END)
        self._tail = piece[1 - len(END) :]
        self.begun -= self._tail.count(BEGIN)  # it will be seen again

    def _hold(self, piece: bytes) -> None:
        """Whole rows may be left out between what was read and what is held."""
        held = self._held + piece
        self._skipped = self._skipped or len(held) > 2 * PIECE
        self._held = held[-2 * PIECE :]


def prove(file: Path, written: Sequence[tuple[str, int]]) -> None:
    """`written`: how many rows each sheet got, in order. Raises Broken.

    A writer that failed half way can still leave a file that opens: so the rows are counted. Every
    part is read once, to its end, where its checksum is compared.
    """
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(written) + 1)]
    with zipfile.ZipFile(file) as parts:
        for part in parts.namelist():
            if part not in names:
                _rows(parts, part)
        for number, (part, (name, rows)) in enumerate(zip(names, written, strict=True), 1):
            found = _rows(parts, part)
            if found != rows:
                raise Broken(f"sheet {number} ({name}) has {found} rows, {rows} were written")


def digest(file: Path) -> str:
    """SHA-256, in hex."""
    with file.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()


def _rows(parts: zipfile.ZipFile, part: str) -> int:
    reading = Reading()
    try:
        with parts.open(part) as body:
            while piece := body.read(PIECE):
                reading.feed(piece)
        return reading.end()
    except (KeyError, xml.parsers.expat.ExpatError, zipfile.BadZipFile, zlib.error) as error:
        raise Broken(f"{part} is damaged: {error}") from error
