"""Puts long tables into a book that was written without them: no row of theirs is ever an object.

openpyxl writes everything else; the rows come below a sheet's header, as they were packed.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from reports.packed import LEVEL, Packed, checksum
from reports.proof import Broken
from reports.tidy import tidy

AREA = re.compile(rb'<dimension ref="[^"]*"\s*/>')


@dataclass(frozen=True, slots=True)
class Filling:
    """Comes behind row `after` of its sheet, which then reaches over `area`."""

    rows: Packed
    after: int
    area: str


def splice(draft: Path, out: Path, fillings: Mapping[str, Filling]) -> None:
    """`draft` with its `fillings`, by the part of the file that each belongs into."""
    with (
        zipfile.ZipFile(draft) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as new,
    ):
        for info in old.infolist():
            body, filling = old.read(info), fillings.get(info.filename)
            if filling is None:
                new.writestr(info, tidy(info.filename, body), zipfile.ZIP_DEFLATED, LEVEL)
            else:
                _fill(new, info, body, filling)


def _fill(new: zipfile.ZipFile, info: zipfile.ZipInfo, body: bytes, filling: Filling) -> None:
    above, below = map(Packed, _halves(body, filling))
    for part in (above, filling.rows, below):
        part.end(last=part is below)
    try:
        _put(new, info, (above, filling.rows, below))
    finally:
        above.drop()
        below.drop()


def _put(new: zipfile.ZipFile, info: zipfile.ZipInfo, parts: Sequence[Packed]) -> None:
    """As `writestr` does, of what is packed already."""
    made = zipfile.ZipInfo(info.filename, info.date_time)
    made.compress_type, made.external_attr = zipfile.ZIP_DEFLATED, info.external_attr
    made.file_size = sum(part.size for part in parts)
    made.compress_size = sum(part.length for part in parts)
    made.CRC = reduce(checksum, parts, 0)
    made.header_offset, file = new.start_dir, new.fp
    assert file is not None
    file.seek(new.start_dir)
    file.write(made.FileHeader())
    for part in parts:
        for piece in part.pieces():
            file.write(piece)
    new.start_dir = file.tell()
    new.filelist.append(made)
    new.NameToInfo[made.filename] = made


def _halves(body: bytes, filling: Filling) -> tuple[bytes, bytes]:
    """The sheet until the end of the row, and what comes then. Text cannot hold a `<`."""
    row = body.find(b'<row r="%d"' % filling.after)
    end = body.find(b"</row>", row) + len(b"</row>")
    if row < 0 or end < row:
        raise Broken(f"there is no row {filling.after} to put rows below")
    area = b'<dimension ref="%s"/>' % filling.area.encode()
    return AREA.sub(area, body[:end], count=1), body[end:]
