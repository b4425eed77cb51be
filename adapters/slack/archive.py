"""A zip file read where it lies: nothing is unpacked, and a few bytes are kept of each file in it.

Its names are only looked at, never used as paths. What makes an archive a trap is refused.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from bot.settings import Unusable

END, END64, WHERE64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
HEADER, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
TAIL = 22 + 65_535  # bytes in which the end of the directory stands
DIRECTORY = struct.Struct("<4s6H3I5H2I")  # one file in the directory
END64_BYTES = 56
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
MANY, MANY_FILES = 0xFFFFFFFF, 0xFFFF
STORED, DEFLATED = 0, 8
PACKED = 16 * 1024  # bytes read at a time
RATIO = 300  # times smaller than it was is no honest packing of messages …
HARMLESS = 2**26  # … where it is more than so many bytes
MOST = 2_000_000  # files


class Damaged(Exception):
    """A file in the archive cannot be read (on); says why in the middle of a sentence."""


class Entry(NamedTuple):
    name: str
    offset: int
    packed: int  # bytes
    size: int  # bytes
    check: int  # CRC-32
    method: int
    secret: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """Raises Unusable where it is none, or a trap."""

    file: BinaryIO
    path: Path
    start: int
    length: int  # bytes of its directory

    def entries(self) -> Iterator[Entry]:
        """In the order of the directory. Raises Unusable."""
        position, packed, size, count = self.start, 0, 0, 0
        end = self.start + self.length
        while position < end:
            entry, position = self._entry(position)
            packed, size, count = packed + entry.packed, size + entry.size, count + 1
            if count > MOST:
                raise Unusable(f"{self.path} holds more than {MOST:,} files: {SMALLER}")
            yield entry
        if packed > self.start:
            raise Unusable(f"The files in {self.path} overlap: that is no export. {AGAIN}")
        if size > HARMLESS and size > RATIO * self.start:
            raise Unusable(
                f"{self.path} would become {RATIO} times as big or more: that is no export. {AGAIN}"
            )

    def _entry(self, position: int) -> tuple[Entry, int]:
        self.file.seek(position)
        fixed = self.file.read(DIRECTORY.size)
        if len(fixed) < DIRECTORY.size or not fixed.startswith(HEADER):
            raise Unusable(f"The directory of {self.path} is damaged. {AGAIN}")
        part = DIRECTORY.unpack(fixed)
        flags, method, check, packed, size = part[3], part[4], part[7], part[8], part[9]
        named, extra, comment, offset = part[10], part[11], part[12], part[16]
        raw, more = self.file.read(named), self.file.read(extra)
        if MANY in (size, packed, offset):
            size, packed, offset = _long(more, size, packed, offset)
        entry = Entry(_name(raw), offset, packed, size, check, method, bool(flags & 1))
        return entry, position + DIRECTORY.size + named + extra + comment

    def open(self, entry: Entry) -> "Unpacking":
        """Raises Damaged."""
        if entry.secret:
            raise Damaged("it is locked with a password")
        if entry.method not in (STORED, DEFLATED):
            raise Damaged("it is packed in a way no export is")
        if entry.size > HARMLESS and entry.size > RATIO * entry.packed:
            raise Damaged(f"it would become {RATIO} times as big or more")
        self.file.seek(entry.offset)
        fixed = self.file.read(LOCAL_HEADER.size)
        if len(fixed) < LOCAL_HEADER.size or not fixed.startswith(LOCAL):
            raise Damaged("it is not where the archive says")
        named, extra = LOCAL_HEADER.unpack(fixed)[-2:]
        return Unpacking(self.file, entry, entry.offset + LOCAL_HEADER.size + named + extra)


AGAIN = "Download the export again."
SMALLER = "export fewer days at a time."


def opened(path: Path) -> Archive:
    """To be closed by its file. Raises Unusable."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Unusable(f"{path} cannot be opened: {error.strerror}.") from None
    try:
        return Archive(file, path, *_directory(file, path))
    except BaseException:
        file.close()
        raise


def _directory(file: BinaryIO, path: Path) -> tuple[int, int]:
    """Where the directory begins, and how long it is."""
    length = file.seek(0, 2)
    tail_at = max(0, length - TAIL)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < len(END) + 18:
        raise Unusable(_no_zip(file, path))
    size, start = struct.unpack_from("<2I", tail, at + 12)
    if MANY in (size, start) or MANY_FILES in struct.unpack_from("<2H", tail, at + 8):
        size, start = _directory64(file, tail_at + at) or (size, start)
    if start + size > tail_at + at:
        raise Unusable(f"{path} is not whole. {AGAIN}")
    return start, size


def _directory64(file: BinaryIO, end: int) -> tuple[int, int] | None:
    """Likewise in an archive of more files or bytes than zip was made for."""
    file.seek(max(0, end - 20))
    where = file.read(20)
    if not where.startswith(WHERE64):
        return None
    file.seek(struct.unpack_from("<Q", where, 8)[0])
    fixed = file.read(END64_BYTES)
    if len(fixed) < END64_BYTES or not fixed.startswith(END64):
        return None
    size, start = struct.unpack_from("<2Q", fixed, 40)
    return size, start


def _no_zip(file: BinaryIO, path: Path) -> str:
    file.seek(0)
    if file.read(4) == LOCAL:
        return f"{path} is cut off: its end is missing. {AGAIN}"
    return f"{path} is no zip file. Name the zip file that Slack made, as it was downloaded."


def _long(extra: bytes, *values: int) -> list[int]:
    """Sizes and offsets that need more than 32 bits stand in an extra field, in this order."""
    found, at = list(values), 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra[: at + 4 + length], at + 4))
            return [next(wide, each) if each == MANY else each for each in found]
        at += 4 + length
    return found


def _name(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp437")


class Unpacking:
    """One file of the archive, as it is read: so many bytes at a time as are asked for."""

    def __init__(self, file: BinaryIO, entry: Entry, position: int) -> None:
        self._file, self._entry, self._position = file, entry, position
        self._left, self._given, self._check = entry.packed, 0, 0
        self._inflate = zlib.decompressobj(-15) if entry.method == DEFLATED else None
        self._waiting = b""

    def read(self, size: int) -> bytes:
        """Empty at the end. Raises Damaged, also where its checksum is wrong in the end."""
        try:
            chunk = self._more(size)
        except (zlib.error, OSError):
            raise Damaged("it is damaged") from None
        self._given += len(chunk)
        self._check = zlib.crc32(chunk, self._check)
        if self._given > self._entry.size:
            raise Damaged("it is longer than the archive says")
        if not chunk and (self._given, self._check) != (self._entry.size, self._entry.check):
            raise Damaged("it is damaged")
        return chunk

    def _more(self, size: int) -> bytes:
        if self._inflate is None:
            return self._packed(size)
        while not self._inflate.eof:
            packed = self._waiting or self._packed(PACKED)
            chunk = self._inflate.decompress(packed, size)
            self._waiting = self._inflate.unconsumed_tail
            if chunk:
                return chunk
            if not packed:
                break
        return b""

    def _packed(self, size: int) -> bytes:
        self._file.seek(self._position)
        chunk = self._file.read(min(size, self._left))
        self._position, self._left = self._position + len(chunk), self._left - len(chunk)
        return chunk
