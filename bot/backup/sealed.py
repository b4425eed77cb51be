"""A file sealed piece by piece: of any size, in little room; no byte of it changes unseen.

    DULY BACKUP 1
    {"made": …, "salt": …, "proof": …}       what stands in the clear
    length, sealed piece; length, sealed piece; …

A piece is AES-GCM over compressed bytes; its number is its nonce, the key is this file's alone, and
the last piece says that it is the last. Policy 3.3.3.
"""

import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"DULY BACKUP 1\n"
PIECE = 1 << 20  # bytes before they are sealed
LONGEST = PIECE + 64  # bytes of a sealed one
TITLE = 1 << 16  # bytes of what stands in the clear, at most
SALT = 16  # bytes
QUICK = 1  # how hard zlib tries: most of it is sealed already, and does not shrink

Title = dict[str, Any]


class Unsound(Exception):
    """This is no whole backup, or the key is another. Says which in a sentence."""


class Sealing:
    """Writes to `out`, which it leaves open. What is written is read back in the same order."""

    def __init__(
        self, out: BinaryIO, key: bytes, random: Callable[[int], bytes], title: Mapping[str, Any]
    ) -> None:
        salt = random(SALT)
        whole = {**title, "salt": salt.hex(), "proof": _proof(key, salt)}
        clear = MAGIC + json.dumps(whole, sort_keys=True).encode() + b"\n"
        out.write(clear)
        self._out, self._cipher = out, AESGCM(_own(key, salt))
        self._clear, self._number = hashlib.sha256(clear).digest(), 0
        self._squeeze = zlib.compressobj(QUICK)
        self._waiting = bytearray()

    def write(self, part: bytes) -> None:
        self._waiting += self._squeeze.compress(part)
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        """Without it the file is not whole."""
        self._waiting += self._squeeze.flush()
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce, bound = _place(self._number), _bound(self._clear, last=last)
        sealed = self._cipher.encrypt(nonce, piece, bound)
        self._out.write(len(sealed).to_bytes(4) + sealed)
        self._number += 1


def title(file: BinaryIO) -> tuple[Title, bytes]:
    """What stands in the clear, and its bytes. Raises Unsound."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Unsound("This is no backup of Duly, or one of another format.")
    line = file.readline(TITLE)
    try:
        found: Title = json.loads(line)
        bytes.fromhex(found["salt"]), found["proof"].encode("ascii"), found["tables"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unsound(DAMAGED) from None
    return found, MAGIC + line


DAMAGED = "The file was changed or damaged. Take an older backup."
SHORT = "The file ends too early: it was not copied whole. Copy it again, or take an older backup."
OTHER_KEY = (
    "Another key is needed: this backup was sealed with the key of another Duly. "
    "Name the file of the right key with --key FILE."
)


def opened(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    """The bytes that were written, in parts. Raises Unsound as soon as something is wrong."""
    told, clear = title(file)
    salt = bytes.fromhex(told["salt"])
    if not hmac.compare_digest(_proof(key, salt), str(told["proof"])):
        raise Unsound(OTHER_KEY)
    swell = zlib.decompressobj()
    for piece in _pieces(file, AESGCM(_own(key, salt)), hashlib.sha256(clear).digest()):
        yield swell.decompress(piece)
    yield swell.flush()


def _pieces(file: BinaryIO, cipher: AESGCM, clear: bytes) -> Iterator[bytes]:
    number, last = 0, False
    while not last:
        size = int.from_bytes(_read(file, 4))
        if size > LONGEST:
            raise Unsound(DAMAGED)
        sealed = _read(file, size)
        try:
            piece = cipher.decrypt(_place(number), sealed, _bound(clear, last=False))
        except InvalidTag:
            last, piece = True, _last(cipher, number, sealed, clear)
        number += 1
        yield piece
    if file.read(1):
        raise Unsound(DAMAGED)


def _last(cipher: AESGCM, number: int, sealed: bytes, clear: bytes) -> bytes:
    try:
        return cipher.decrypt(_place(number), sealed, _bound(clear, last=True))
    except InvalidTag:
        raise Unsound(DAMAGED) from None


def _read(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) < size:
        raise Unsound(SHORT)
    return found


def _place(number: int) -> bytes:
    return number.to_bytes(12)


def _bound(clear: bytes, *, last: bool) -> bytes:
    return clear + (b"last" if last else b"more")


def _own(key: bytes, salt: bytes) -> bytes:
    """The key of one file: the same nonce is never used twice under a key."""
    return hmac.digest(key, b"duly backup" + salt, "sha256")


def _proof(key: bytes, salt: bytes) -> str:
    """By which a wrong key is told from a damaged file."""
    return hmac.digest(key, b"duly proof" + salt, "sha256").hex()[:32]
