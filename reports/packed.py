"""Rows on their way into a workbook, packed as they will lie in it; on the disk once they are many.

What is packed apart is put together without being unpacked: deflate allows it, and the checksum of
the whole follows from those of the parts.
"""

import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import IO, cast

IN_MEMORY = 1 << 20  # bytes, packed
PIECE = 1 << 18  # bytes
LEVEL = 6  # of packing
DIVISOR = 0xEDB88320  # of CRC-32; the highest power of x stands in the lowest bit
ONE, BYTE = 1 << 31, 1 << 23  # x to the power of 0 and of 8


@cache
def packers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "packing")


class Packed:
    """A stretch of a part of the file. The `last` one ends it."""

    def __init__(self, body: bytes = b"") -> None:
        self.size = self.checksum = self.length = 0  # bytes unpacked, CRC-32, bytes packed
        self._file = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
        self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._packing: Future[None] | None = None
        self._pack(body)

    def add(self, body: bytes) -> None:
        """Packed while the next is being made: zlib leaves Python to others meanwhile."""
        self._wait()
        self._packing = packers().submit(self._pack, body)

    def end(self, *, last: bool) -> None:
        self._wait()
        self._write(self._packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH))

    def pieces(self) -> Iterator[bytes]:
        """Once it has ended."""
        self._file.seek(0)
        while piece := self._file.read(PIECE):
            yield piece

    def drop(self) -> None:
        with suppress(Exception):  # whoever ends it has heard of it
            self._wait()
        self._file.close()

    def _wait(self) -> None:
        """One at a time, and in order. Raises what went wrong."""
        packing, self._packing = self._packing, None
        if packing is not None:
            packing.result()

    def _pack(self, body: bytes) -> None:
        self.size += len(body)
        self.checksum = zlib.crc32(body, self.checksum)
        self._write(self._packer.compress(body))

    def _write(self, packed: bytes) -> None:
        self.length += len(packed)
        self._file.write(packed)


def checksum(before: int, after: Packed) -> int:
    """CRC-32 of what has the checksum `before`, and then `after`."""
    shift, power, left = ONE, BYTE, after.size
    while left:
        if left & 1:
            shift = _times(shift, power)
        power, left = _times(power, power), left >> 1
    return _times(shift, before) ^ after.checksum


def _times(one: int, other: int) -> int:
    """Of polynomials over two elements, modulo that of CRC-32."""
    product = 0
    for bit in range(31, -1, -1):
        if one >> bit & 1:
            product ^= other
        other = other >> 1 ^ (DIVISOR if other & 1 else 0)
    return product
