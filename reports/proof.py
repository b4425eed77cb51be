"""Looks into a finished workbook before anybody else does: is everything in it that was written?"""

import hashlib
import xml.parsers.expat
import zipfile
from collections.abc import Sequence
from pathlib import Path

PIECE = 1 << 20  # bytes
ROW = b"<row "


class Broken(Exception):
    """The workbook is not what was written into it; it must not be handed out."""


def prove(file: Path, written: Sequence[tuple[str, int]]) -> None:
    """`written`: how many rows each sheet got, in order. Raises Broken.

    A writer that failed half way can still leave a file that opens: so the rows are counted.
    """
    with zipfile.ZipFile(file) as parts:
        if bad := parts.testzip():
            raise Broken(f"{bad} is damaged")
        for number, (name, rows) in enumerate(written, 1):
            found = _rows(parts, f"xl/worksheets/sheet{number}.xml")
            if found != rows:
                raise Broken(f"sheet {number} ({name}) has {found} rows, {rows} were written")


def digest(file: Path) -> str:
    """SHA-256, in hex."""
    with file.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()


def _rows(parts: zipfile.ZipFile, sheet: str) -> int:
    """Counted in the XML itself, which must be whole; text cannot hold a `<`."""
    parser, found, tail = xml.parsers.expat.ParserCreate(), 0, b""
    try:
        with parts.open(sheet) as body:
            while piece := body.read(PIECE):
                parser.Parse(piece)
                piece = tail + piece
                found += piece.count(ROW)
                tail = piece[1 - len(ROW) :]
            parser.Parse(b"", True)
    except (KeyError, xml.parsers.expat.ExpatError) as error:
        raise Broken(f"{sheet}: {error}") from error
    return found
