"""Who is at work in a folder: many may be, but nobody while a backup is laid back there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import Unusable

FILE = "duly.lock"
AT_WORK = "Duly is at work in {folder}. Stop it, then restore again."
BEING_RESTORED = "A backup is being restored in {folder}. Start again when that has ended."


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Raises Unusable where a backup is being laid back."""
    with _held(folder, fcntl.LOCK_SH, BEING_RESTORED):
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Raises Unusable where somebody is at work."""
    with _held(folder, fcntl.LOCK_EX, AT_WORK):
        yield


@contextmanager
def _held(folder: Path, how: int, refused: str) -> Iterator[None]:
    """Until we end, however we end."""
    handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(refused.format(folder=folder)) from None
        yield
    finally:
        os.close(handle)
