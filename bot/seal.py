"""Bodies are only ever written sealed: AES-GCM, bound to the table, row and column they lie in.

Policy 3.3.3: storage is safe, complete and confidential.
"""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.clock import fault_point

NONCE = 12  # bytes, ahead of the sealed text
KEY = 32  # bytes

__all__ = ["KEY", "InvalidTag", "Seal", "key_at"]


class Seal:
    """Closes and opens bodies under one key of 32 bytes."""

    def __init__(self, key: bytes, random: Callable[[int], bytes]) -> None:
        self.key = key
        self._cipher = AESGCM(key)
        self._random = random

    def close(self, body: bytes, *slot: str) -> bytes:
        nonce = self._random(NONCE)
        return nonce + self._cipher.encrypt(nonce, body, "|".join(slot).encode())

    def open(self, sealed: bytes, *slot: str) -> bytes:
        """Raises InvalidTag when a byte was changed, or the body was moved to another slot."""
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], "|".join(slot).encode())

    def fresh(self) -> "Seal":
        """A seal with a new key of its own, for one record."""
        return Seal(self._random(KEY), self._random)


def key_at(file: Path, random: Callable[[int], bytes]) -> bytes:
    """The key in `file`, made there at the first start, readable by its owner alone.

    Raises OSError where the folder cannot be written, ValueError where the file is no key.
    """
    try:
        text = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        text = random(KEY).hex()
        _write_once(file, text)
        text = file.read_text(encoding="ascii").strip()
    return parse_key(text)


def parse_key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != KEY:
        raise ValueError(f"a key has {2 * KEY} hex digits, this one has {len(text)}")
    return key


def _write_once(file: Path, text: str) -> None:
    """Two processes may start at once: only the first file is linked into place."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    fault_point("a key file is whole")
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
